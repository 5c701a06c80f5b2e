//! What reporters get at the end.

use squall_metrics::summary::{Verdict, VerdictStatus};
use squall_metrics::{FailureGroups, Histogram, Measure, RunTotals, SeriesKey, SeriesTotal};
use squall_report::{CommonRecord, ErrorRecord, FinalRecords, Group, MetricRecord, RunVerdict};

use super::operations::{each_operation, quantile_ms};

/// Makes the records that reporters get at the end, of some stages.
pub(crate) fn final_records(
    totals: &RunTotals,
    stages: &[String],
    verdict: &Verdict,
    load_s: impl Fn(&str) -> f64,
) -> FinalRecords {
    let mut records = FinalRecords {
        verdict: Some(match verdict.status {
            VerdictStatus::Passed => RunVerdict::Passed,
            VerdictStatus::Failed => RunVerdict::Failed,
            VerdictStatus::Invalid => RunVerdict::Invalid,
        }),
        ..FinalRecords::default()
    };
    each_operation(totals, |_, key, series| {
        if stages.iter().any(|stage| **stage == *key.stage) {
            push_series(key, series, load_s(&key.stage), &mut records);
        }
    });
    for (key, failures) in totals.failures() {
        if stages.iter().any(|stage| **stage == *key.stage) {
            push_errors(&key, &failures, &mut records);
        }
    }
    records
}

fn push_series(key: &SeriesKey, series: &SeriesTotal, load_s: f64, records: &mut FinalRecords) {
    let (name, stage, scenario) = (
        key.name.to_string(),
        key.stage.to_string(),
        key.scenario.to_string(),
    );
    let total = series.ok + series.failed;
    records.common.push(CommonRecord {
        name: name.clone(),
        stage: stage.clone(),
        scenario: scenario.clone(),
        group: CommonRecord::GROUP.to_owned(),
        total,
        succeeded: series.ok,
        failed: series.failed,
        actions_per_second: if load_s > 0.0 {
            total as f64 / load_s
        } else {
            0.0
        },
    });
    let groups = [
        (Group::ResponseTime, series.response()),
        (Group::ServiceTime, series.service()),
        (Group::Waiting, series.times(Measure::Waiting).clone()),
        (Group::Connecting, series.times(Measure::Connecting).clone()),
        (Group::Securing, series.times(Measure::Securing).clone()),
        (Group::Writing, series.times(Measure::Writing).clone()),
        (Group::FirstByte, series.times(Measure::FirstByte).clone()),
        (Group::Reading, series.times(Measure::Reading).clone()),
    ];
    for (group, histogram) in groups {
        records.metrics.push(metric(
            MetricRecord::empty(&stage, &scenario, &name, group),
            &histogram,
        ));
    }
}

fn push_errors(key: &SeriesKey, failures: &FailureGroups, records: &mut FinalRecords) {
    for group in failures {
        records.errors.push(ErrorRecord {
            name: key.name.to_string(),
            stage: key.stage.to_string(),
            scenario: key.scenario.to_string(),
            error_class: group.class.to_string(),
            error_message: group.message.clone(),
            error_count: group.count,
        });
    }
}

fn metric(mut record: MetricRecord, histogram: &Histogram) -> MetricRecord {
    if histogram.is_empty() {
        return record;
    }
    let at = |quantile| quantile_ms(histogram, quantile);
    let distribution = histogram.distribution();
    let count = distribution.count as f64;
    record.count = distribution.count;
    record.mean = distribution.mean;
    record.stdev = distribution.stdev;
    record.variance = if count > 1.0 {
        distribution.stdev.powi(2) * count / (count - 1.0)
    } else {
        0.0
    };
    record.minimum = distribution.min;
    record.maximum = distribution.max;
    record.median = at(0.5);
    record.quantile_10th = at(0.1);
    record.quantile_20th = at(0.2);
    record.quantile_25th = at(0.25);
    record.quantile_30th = at(0.3);
    record.quantile_40th = at(0.4);
    record.quantile_50th = at(0.5);
    record.quantile_60th = at(0.6);
    record.quantile_70th = at(0.7);
    record.quantile_75th = at(0.75);
    record.quantile_80th = at(0.8);
    record.quantile_90th = at(0.9);
    record.quantile_95th = at(0.95);
    record.quantile_99th = at(0.99);
    record.p99_9 = at(0.999);
    record.p99_99 = at(0.9999);
    record
}
