//! The lines of `intervals.jsonl`.

use std::io::{self, BufRead};

use serde::Deserialize;
use squall_metrics::{Interval, SeriesSnapshot};

/// One line.
#[derive(Debug)]
pub(super) enum Line {
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

/// Reads one line after the other.
pub(super) fn lines(source: impl BufRead) -> impl Iterator<Item = io::Result<Line>> {
    source
        .split(b'\n')
        .filter(|line| !line.as_ref().is_ok_and(Vec::is_empty))
        .map(|line| line.map(|line| parse(&line)))
}

fn parse(line: &[u8]) -> Line {
    if line.starts_with(b"{\"series\"") {
        let names = serde_json::from_slice(line);
        return names.map_or(Line::Unreadable, |names: Names| Line::Names(names.series));
    }
    serde_json::from_slice(line).map_or(Line::Unreadable, Line::Interval)
}
