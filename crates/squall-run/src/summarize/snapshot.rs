//! What live views show of the numbers.

use squall_metrics::{Histogram, SeriesKind};

use super::operations::{each_of, each_operation, errors, quantile_ms};
use crate::aggregate::{Latest, operations};
use crate::snapshot::{SeriesProgress, Snapshot};

/// Series of operations that live views get; no screen has room for more.
const SHOWN_SERIES: usize = 64;

/// Makes what live views show of the numbers; the rest of a snapshot is left empty. `is_asked_for` tells of stage and scenario whether
/// its iterations are to be held against a rate.
pub(crate) fn snapshot(latest: &Latest, is_asked_for: impl Fn(&str, &str) -> bool) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let sums = latest.totals.totals();
    let window = operations(&latest.window, &latest.totals);
    let second = operations(&latest.last_second, &latest.totals);
    snapshot.rate = second.rate_per_s();
    snapshot.history.clone_from(&latest.history);
    snapshot.in_flight = second.in_flight;
    snapshot.ok = sums.ok;
    snapshot.failed = sums.failed;
    snapshot.interrupted = sums.interrupted.saturating_sub(latest.totals.in_flight());
    snapshot.dropped = sums.dropped_iterations;
    each_of(&latest.totals, SeriesKind::Iteration, |_, _, series| {
        snapshot.iterations_ok += series.ok;
        snapshot.iterations_failed += series.failed;
    });
    snapshot.response_ms = percentiles(&window.response);
    snapshot.errors = errors(&latest.totals);
    let table = latest.totals.table();
    let iterations = |id| {
        table.key(id).is_some_and(|key| {
            key.kind == SeriesKind::Iteration && is_asked_for(&key.stage, &key.scenario)
        })
    };
    snapshot.iteration_rate = latest.last_second.times(iterations).started as f64;
    if let Some(interval) = latest.last_second.intervals().next_back() {
        snapshot.users = interval.users();
        snapshot.busiest_thread_percent = interval.thread_busy_max_percent().min(100.0);
        snapshot.busiest_interpreter_percent = (!interval.interpreters.is_empty())
            .then(|| interval.interpreter_busy_max_percent().min(100.0));
        let mut lag = Histogram::new();
        lag.merge_sparse(&interval.schedule_error);
        snapshot.schedule_lag_p99_ms = (!lag.is_empty()).then(|| quantile_ms(&lag, 0.99));
    }
    snapshot.series = series(latest);
    snapshot
}

fn series(latest: &Latest) -> Vec<SeriesProgress> {
    let mut shown = Vec::new();
    each_operation(&latest.totals, |id, key, series| {
        if shown.len() < SHOWN_SERIES {
            let own = latest.last_second.times(|other| other == id);
            shown.push(SeriesProgress {
                name: key.name.to_string(),
                rate: own.rate_per_s(),
                failed: series.failed,
                response_ms: percentiles(&own.response),
            });
        }
    });
    shown
}

fn percentiles(histogram: &Histogram) -> Option<[f64; 3]> {
    (!histogram.is_empty())
        .then(|| [0.5, 0.95, 0.99].map(|quantile| quantile_ms(histogram, quantile)))
}
