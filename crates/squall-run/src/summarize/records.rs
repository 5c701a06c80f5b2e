//! What reporters get at the end.

use squall_metrics::summary::{Verdict, VerdictStatus};
use squall_metrics::{
    FailureGroups, Measure, RunTotals, SeriesKey, SeriesKind, SeriesTotal, SparseHistogram,
    ValuePart,
};
use squall_report::{CommonRecord, ErrorRecord, FinalRecords, Group, MetricRecord, RunVerdict};

use super::NS_PER_MS;
use super::intervals::event_kind;
use super::operations::each_of;
use crate::events::owned_tags;

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
        reasons: verdict.reasons.clone(),
        ..FinalRecords::default()
    };
    for kind in [SeriesKind::Operation, SeriesKind::Transaction] {
        each_of(totals, kind, |_, key, series| {
            if stages.iter().any(|stage| **stage == *key.stage) {
                push_series(key, series, load_s(&key.stage), &mut records);
            }
        });
    }
    each_of(totals, SeriesKind::Metric, |_, key, series| {
        if let Some(values) = series.values.as_deref()
            && stages.iter().any(|stage| **stage == *key.stage)
        {
            let record = MetricRecord::empty(&key.stage, &key.scenario, &key.name, Group::Metric);
            records.metrics.push(metric(record, &Numbers::of(values)));
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
    let kind = event_kind(key.kind).unwrap_or_default();
    let tags = owned_tags(&key.tags);
    let total = series.ok + series.failed;
    records.common.push(CommonRecord {
        name: name.clone(),
        stage: stage.clone(),
        scenario: scenario.clone(),
        kind,
        tags: tags.clone(),
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
            MetricRecord {
                kind,
                tags: tags.clone(),
                ..MetricRecord::empty(&stage, &scenario, &name, group)
            },
            // Seventeen quantiles are looked for: the sparse form has no empty buckets to skip.
            &Numbers::in_ms(&histogram.to_sparse()),
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

/// What a record says of numbers.
struct Numbers<'a> {
    count: u64,
    mean: f64,
    stdev: f64,
    min: f64,
    max: f64,
    at: Box<dyn Fn(f64) -> f64 + 'a>,
}

impl<'a> Numbers<'a> {
    fn in_ms(histogram: &'a SparseHistogram) -> Self {
        let distribution = histogram.distribution();
        Self {
            count: distribution.count,
            mean: distribution.mean,
            stdev: distribution.stdev,
            min: distribution.min,
            max: distribution.max,
            at: Box::new(|quantile| histogram.value_at(quantile) as f64 / NS_PER_MS),
        }
    }

    fn of(values: &'a ValuePart) -> Self {
        let distribution = values.distribution();
        Self {
            count: distribution.count,
            mean: distribution.mean,
            stdev: distribution.stdev,
            min: distribution.min,
            max: distribution.max,
            at: Box::new(|quantile| values.value_at(quantile)),
        }
    }
}

fn metric(mut record: MetricRecord, numbers: &Numbers<'_>) -> MetricRecord {
    if numbers.count == 0 {
        return record;
    }
    let at = &numbers.at;
    let count = numbers.count as f64;
    record.count = numbers.count;
    record.mean = numbers.mean;
    record.stdev = numbers.stdev;
    record.variance = if count > 1.0 {
        numbers.stdev.powi(2) * count / (count - 1.0)
    } else {
        0.0
    };
    record.minimum = numbers.min;
    record.maximum = numbers.max;
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

#[cfg(test)]
mod tests {
    use squall_metrics::{Interval, Recorder, SeriesTable, Tags};

    use super::*;

    #[test]
    fn reporters_get_the_numbers_of_the_test() {
        let table = SeriesTable::default();
        let key = SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: "basket".into(),
            kind: SeriesKind::Metric,
            tags: Tags::default(),
        };
        let series = table.intern(key);
        let mut recorder = Recorder::new();
        for value in [2.0, -1.0, 5.0] {
            recorder.value(series, value);
        }
        let mut interval = Interval::new(0);
        interval.merge(&recorder.take_part(0, 0, 0));
        let mut totals = RunTotals::new(table);
        totals.add(&interval);
        let verdict = Verdict {
            otherwise: None,
            status: VerdictStatus::Passed,
            reasons: Vec::new(),
        };
        let of = |stage: &str| final_records(&totals, &[stage.to_owned()], &verdict, |_| 1.0);
        let records = of("load");
        let [record] = &records.metrics[..] else {
            panic!("{records:?}")
        };
        assert_eq!((record.group, &*record.name), (Group::Metric, "basket"));
        assert_eq!((record.count, &*record.unit), (3, ""));
        let values = [record.minimum, record.mean, record.median, record.maximum];
        assert_eq!(format!("{values:?}"), "[-1.0, 2.0, 2.0, 5.0]");
        assert!((record.variance - 9.0).abs() < 1e-9, "{record:?}");
        assert!(records.common.is_empty() && of("other").metrics.is_empty());
    }
}
