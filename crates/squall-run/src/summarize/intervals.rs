//! What reporters that stream get each second.

use squall_metrics::{Interval, Measure, SeriesKind, SeriesPart, SeriesTable, SparseHistogram};
use squall_report::{IntervalRecord, IntervalTimes, RunRecord};

use super::NS_PER_MS;

const SECOND_NS: u64 = 1_000_000_000;

/// Makes the records of one second: one for each series of operations in which something happened.
pub(crate) fn interval_records(
    interval: &Interval,
    table: &SeriesTable,
    run: &RunRecord,
) -> Vec<IntervalRecord> {
    let mut records = Vec::new();
    for (id, series) in &interval.series {
        let Some(key) = table.key(*id) else { continue };
        if key.kind != SeriesKind::Operation {
            continue;
        }
        let completed = series.ok + series.failed;
        records.push(IntervalRecord {
            run: run.id.clone(),
            name: key.name.to_string(),
            stage: key.stage.to_string(),
            scenario: key.scenario.to_string(),
            time: run
                .started_at
                .plus_ns(interval.index.saturating_mul(SECOND_NS)),
            at_s: interval.index as f64,
            started: series.started,
            completed,
            succeeded: series.ok,
            failed: series.failed,
            completion_rate: completed as f64,
            bytes_sent: series.bytes_sent,
            bytes_received: series.bytes_received,
            response_time_ms: times(series, [Measure::OkResponse, Measure::FailedResponse]),
            service_time_ms: times(series, [Measure::OkService, Measure::FailedService]),
        });
    }
    records
}

fn times(series: &SeriesPart, measures: [Measure; 2]) -> IntervalTimes {
    let mut merged = SparseHistogram::default();
    for measure in measures {
        if let Some(own) = series.times.get(&measure) {
            merged.merge(own);
        }
    }
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
