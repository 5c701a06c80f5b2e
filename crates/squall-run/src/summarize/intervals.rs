//! What reporters that stream get each second.

use squall_metrics::{Interval, Measure, SeriesKind, SeriesPart, SeriesTable, SparseHistogram};
use squall_report::{EventKind, HistogramRecord, IntervalRecord, IntervalTimes, RunRecord};

use super::NS_PER_MS;
use crate::events::owned_tags;

const SECOND_NS: u64 = 1_000_000_000;

/// Makes the records of an interval of some seconds: one for each series of operations or transactions in which something
/// happened.
pub(crate) fn interval_records(
    interval: &Interval,
    seconds: u64,
    table: &SeriesTable,
    run: &RunRecord,
) -> Vec<IntervalRecord> {
    let length_s = seconds as f64;
    let mut records = Vec::new();
    for (id, series) in &interval.series {
        let Some(key) = table.key(*id) else { continue };
        let Some(kind) = event_kind(key.kind) else {
            continue;
        };
        let response = merged(series, [Measure::OkResponse, Measure::FailedResponse]);
        let service = merged(series, [Measure::OkService, Measure::FailedService]);
        let completed = series.ok + series.failed;
        records.push(IntervalRecord {
            run: run.id.clone(),
            kind,
            name: key.name.to_string(),
            stage: key.stage.to_string(),
            scenario: key.scenario.to_string(),
            time: run
                .started_at
                .plus_ns(interval.index.saturating_mul(SECOND_NS)),
            at_s: interval.index as f64,
            length_s,
            tags: owned_tags(&key.tags),
            started: series.started,
            completed,
            succeeded: series.ok,
            failed: series.failed,
            completion_rate: completed as f64 / length_s,
            bytes_sent: series.bytes_sent,
            bytes_received: series.bytes_received,
            response_time_ms: times(&response),
            service_time_ms: times(&service),
            response_times: histogram(&response),
        });
    }
    records
}

/// Says what the records call such a series; `None` for those that reporters get no intervals of.
pub(super) fn event_kind(kind: SeriesKind) -> Option<EventKind> {
    match kind {
        SeriesKind::Operation => Some(EventKind::Operation),
        SeriesKind::Transaction => Some(EventKind::Transaction),
        SeriesKind::Iteration | SeriesKind::Metric => None,
    }
}

fn merged(series: &SeriesPart, measures: [Measure; 2]) -> SparseHistogram {
    let mut merged = SparseHistogram::default();
    for measure in measures {
        if let Some(own) = series.times.get(&measure) {
            merged.merge(own);
        }
    }
    merged
}

fn histogram(times: &SparseHistogram) -> HistogramRecord {
    HistogramRecord {
        count: times.count(),
        sum_ns: times.sum(),
        values: times.values().collect(),
    }
}

fn times(merged: &SparseHistogram) -> IntervalTimes {
    if merged.is_empty() {
        return IntervalTimes::default();
    }
    let distribution = merged.distribution();
    let at = |quantile| merged.value_at(quantile) as f64 / NS_PER_MS;
    IntervalTimes {
        minimum: distribution.min,
        mean: distribution.mean,
        stdev: distribution.stdev,
        median: at(0.5),
        quantile_90th: at(0.9),
        quantile_95th: at(0.95),
        quantile_99th: at(0.99),
        maximum: distribution.max,
    }
}
