//! The lines of `intervals.jsonl`.

use serde::Deserialize;
use squall_metrics::{Interval, SeriesSnapshot};

/// One line.
#[derive(Debug)]
pub(super) enum Line {
    /// Nothing.
    Empty,
    /// All names so far.
    Names(SeriesSnapshot),
    /// One second.
    Interval(Box<Interval>),
    /// Neither: torn by the end of the process that wrote it.
    Unreadable,
}

#[derive(Deserialize)]
struct Names {
    series: SeriesSnapshot,
}

/// Reads a line, without its end.
pub(super) fn parse(line: &[u8]) -> Line {
    if line.is_empty() {
        return Line::Empty;
    }
    if line.starts_with(b"{\"series\"") {
        let names = serde_json::from_slice(line);
        return names.map_or(Line::Unreadable, |names: Names| Line::Names(names.series));
    }
    serde_json::from_slice(line).map_or(Line::Unreadable, Line::Interval)
}
