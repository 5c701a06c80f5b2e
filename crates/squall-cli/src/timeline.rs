//! The course of a run, from the seconds that it stored.

use std::path::Path;

use squall_metrics::{Histogram, Interval, Measure, SeriesKind, SeriesTable};
use squall_view::summary::Timeline;

/// A part of a second at the end of a run says little of a rate.
const LEAST_S: f64 = 0.5;

/// Reads the course of a run that took so many seconds; `None` where its intervals cannot be read: the summary is worth showing
/// without.
pub(crate) fn read(directory: &Path, elapsed_s: f64) -> Option<Timeline> {
    let mut timeline = Timeline::default();
    let read = squall_store::intervals::read_intervals(directory, |interval, table| {
        // What ended after the load says nothing of its rate.
        let loaded_s = interval.length_s.min(elapsed_s - interval.start_s);
        if loaded_s >= LEAST_S {
            add(&mut timeline, interval, table);
        }
    });
    read.ok().map(|()| timeline)
}

fn add(timeline: &mut Timeline, interval: &Interval, table: &SeriesTable) {
    let mut times = Histogram::new();
    for (id, part) in &interval.series {
        if table.key(*id).map(|key| key.kind) != Some(SeriesKind::Operation) {
            continue;
        }
        for measure in [Measure::OkResponse, Measure::FailedResponse] {
            if let Some(measured) = part.times.get(&measure) {
                times.merge_sparse(measured);
            }
        }
    }
    let finished = times.count() as f64 / interval.length_s;
    let p99_ms = if times.is_empty() {
        f64::NAN
    } else {
        times.value_at(0.99) as f64 / 1e6
    };
    timeline.rate.push(finished);
    timeline.p99_ms.push(p99_ms);
}
