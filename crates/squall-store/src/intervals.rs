//! The stored seconds of a run.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde::Deserialize;
use squall_metrics::summary::Distribution;
use squall_metrics::{Histogram, Interval, Measure, SeriesKind, SeriesSnapshot, SeriesTable};

use crate::error::StoreError;

/// Names that a stored run may have: those that it has.
const NO_BOUND: usize = usize::MAX / 2;

/// Gives the intervals of a run in their order, each with the names that its ids are of.
///
/// The last line of a run that was killed may be torn; it is left out.
///
/// # Errors
/// The file cannot be read, or another line than the last is no interval.
pub fn read_intervals(
    directory: &Path,
    mut each: impl FnMut(&Interval, &SeriesTable),
) -> Result<(), StoreError> {
    let path = directory.join("intervals.jsonl");
    let read = |source| StoreError::Read {
        path: path.clone(),
        source,
    };
    let file = File::open(&path).map_err(read)?;
    let mut table = SeriesTable::new(NO_BOUND);
    let mut torn: Option<(usize, String)> = None;
    for (at, line) in BufReader::new(file).lines().enumerate() {
        if let Some((at, cause)) = torn.take() {
            let cause = format!("line {}: {cause}", at + 1);
            return Err(StoreError::Broken { path, cause });
        }
        match parse(&line.map_err(read)?) {
            Ok(Line::Names(names)) => table = SeriesTable::from_snapshot(&names),
            Ok(Line::Interval(interval)) => each(&interval, &table),
            Err(error) => torn = Some((at, error.to_string())),
        }
    }
    Ok(())
}

enum Line {
    Names(SeriesSnapshot),
    Interval(Box<Interval>),
}

#[derive(Deserialize)]
struct Names {
    series: SeriesSnapshot,
}

/// Names come before intervals, whose first field is another.
fn parse(line: &str) -> serde_json::Result<Line> {
    if line.starts_with("{\"series\":") {
        let names: Names = serde_json::from_str(line)?;
        return Ok(Line::Names(names.series));
    }
    serde_json::from_str(line).map(|interval| Line::Interval(Box::new(interval)))
}

/// Merges the response times of all operations again; nothing where the intervals cannot be read.
pub(crate) fn response_time(directory: &Path) -> Option<Distribution> {
    let mut merged = Histogram::new();
    read_intervals(directory, |interval, table| {
        for (id, part) in &interval.series {
            let kind = table.key(*id).map(|key| key.kind);
            if kind != Some(SeriesKind::Operation) {
                continue;
            }
            for measure in [Measure::OkResponse, Measure::FailedResponse] {
                if let Some(times) = part.times.get(&measure) {
                    merged.merge_sparse(times);
                }
            }
        }
    })
    .ok()?;
    Some(merged.distribution())
}
