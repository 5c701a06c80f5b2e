//! Makes numbers of what is said when the run is over.

use std::collections::BTreeMap;

use squall_report::{
    CustomRecord, FinalBatch, Group, MetricRecord, RunVerdict, SystemRecord, ThresholdRecord,
};

use super::collect::{CustomType, millis, outcomes};
use super::family::Family;
use super::state::Stage;

const MIB: f64 = 1024.0 * 1024.0;

/// A statistic, with the name that the records give it.
type Statistic = (&'static str, f64);

pub(super) fn add(
    stage: &mut Stage<'_>,
    batch: &FinalBatch,
    custom: &BTreeMap<String, CustomType>,
) {
    let ms = stage.state().not_before(millis(stage.run().started_at));
    for record in batch.metrics() {
        add_metric(stage, record, ms);
    }
    for record in batch.common() {
        let own = [
            ("stage", record.stage.as_str()),
            ("scenario", &record.scenario),
            ("name", &record.name),
            ("kind", record.kind.as_str()),
        ];
        let labels = stage.tagged(&own, &record.tags);
        for (outcome, count) in outcomes(record.succeeded, record.failed) {
            let extra = Some(("outcome", outcome));
            stage.set(Family::FinalOperations, &labels, extra, (ms, count));
        }
        let rate = (ms, record.actions_per_second);
        stage.set(Family::FinalOperationRate, &labels, None, rate);
    }
    add_errors(stage, batch, ms);
    for record in batch.custom() {
        add_custom(stage, record, custom, ms);
    }
    for record in batch.system() {
        add_system(stage, record, ms);
    }
    for record in batch.thresholds() {
        add_threshold(stage, record, ms);
    }
    if let Some(verdict) = batch.run().verdict {
        set_verdict(stage, verdict, ms);
    }
}

/// One series for each verdict: a change of it leaves none behind that is still 1.
pub(super) fn set_verdict(stage: &mut Stage<'_>, verdict: RunVerdict, ms: i64) {
    let labels = stage.labels(&[]);
    for one in [RunVerdict::Passed, RunVerdict::Failed, RunVerdict::Invalid] {
        let extra = Some(("verdict", one.as_str()));
        let is_it = f64::from(u8::from(one == verdict));
        stage.set(Family::RunVerdict, &labels, extra, (ms, is_it));
    }
}

fn add_metric(stage: &mut Stage<'_>, record: &MetricRecord, ms: i64) {
    let own = [
        ("stage", record.stage.as_str()),
        ("scenario", &record.scenario),
        ("name", &record.name),
        ("kind", record.kind.as_str()),
        ("group", record.group.as_str()),
    ];
    let labels = stage.tagged(&own, &record.tags);
    let (family, values, per_unit) = match record.group {
        Group::Metric => (Family::FinalMetric, Family::FinalMetricCount, 1.0),
        _ => (Family::FinalTime, Family::FinalTimeCount, 1e3),
    };
    stage.set(values, &labels, None, (ms, record.count as f64));
    if record.count == 0 {
        return;
    }
    for (name, value) in statistics(record) {
        let extra = Some(("statistic", name));
        stage.set(family, &labels, extra, (ms, value / per_unit));
    }
}

fn statistics(record: &MetricRecord) -> [Statistic; 20] {
    [
        ("median", record.median),
        ("mean", record.mean),
        ("stdev", record.stdev),
        ("minimum", record.minimum),
        ("maximum", record.maximum),
        ("quantile_10th", record.quantile_10th),
        ("quantile_20th", record.quantile_20th),
        ("quantile_25th", record.quantile_25th),
        ("quantile_30th", record.quantile_30th),
        ("quantile_40th", record.quantile_40th),
        ("quantile_50th", record.quantile_50th),
        ("quantile_60th", record.quantile_60th),
        ("quantile_70th", record.quantile_70th),
        ("quantile_75th", record.quantile_75th),
        ("quantile_80th", record.quantile_80th),
        ("quantile_90th", record.quantile_90th),
        ("quantile_95th", record.quantile_95th),
        ("quantile_99th", record.quantile_99th),
        ("p99_9", record.p99_9),
        ("p99_99", record.p99_99),
    ]
}

/// A message would be a series of its own: failures are counted by their class.
fn add_errors(stage: &mut Stage<'_>, batch: &FinalBatch, ms: i64) {
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for record in batch.errors() {
        let labels = stage.labels(&[
            ("stage", &record.stage),
            ("scenario", &record.scenario),
            ("name", &record.name),
            ("class", &record.error_class),
        ]);
        *counts.entry(labels).or_default() += record.error_count;
    }
    for (labels, count) in counts {
        stage.add(Family::Errors, &labels, None, (ms, count as f64));
    }
}

fn add_custom(
    stage: &mut Stage<'_>,
    record: &CustomRecord,
    types: &BTreeMap<String, CustomType>,
    ms: i64,
) {
    let by_record = match record.kind.as_str() {
        "count" => CustomType::Counter,
        _ => CustomType::Gauge,
    };
    let family = match types.get(&record.metric).copied().unwrap_or(by_record) {
        CustomType::Counter => Family::CustomCount,
        CustomType::Gauge => Family::Custom,
    };
    let labels = stage.labels(&[
        ("stage", &record.stage),
        ("name", &record.name),
        ("group", &record.group),
        ("metric", &record.metric),
        ("type", &record.kind),
    ]);
    stage.set(family, &labels, None, (ms, record.value));
}

fn add_system(stage: &mut Stage<'_>, record: &SystemRecord, ms: i64) {
    let (family, factor, group) = match record.group.as_str() {
        "cpu_percent" => (Family::GeneratorCpu, 0.01, ""),
        "memory_bytes" => (Family::GeneratorMemory, 1.0, ""),
        "mb_per_vu" => (Family::GeneratorMemoryPerUser, MIB, ""),
        other => (Family::Generator, 1.0, other),
    };
    let labels = stage.labels(&[("stage", &record.stage), ("group", group)]);
    let statistics = [
        ("median", record.median),
        ("mean", record.mean),
        ("stdev", record.stdev),
        ("minimum", record.minimum),
        ("maximum", record.maximum),
        ("quantile_90th", record.quantile_90th),
        ("quantile_95th", record.quantile_95th),
        ("quantile_99th", record.quantile_99th),
    ];
    for (name, value) in statistics {
        let extra = Some(("statistic", name));
        stage.set(family, &labels, extra, (ms, value * factor));
    }
}

fn add_threshold(stage: &mut Stage<'_>, record: &ThresholdRecord, ms: i64) {
    let (unit, per_unit) = match record.unit.as_str() {
        "ms" => ("seconds", 1e3),
        "percent" => ("ratio", 1e2),
        other => (other, 1.0),
    };
    let labels = stage.labels(&[
        ("rule", &record.rule),
        ("action", &record.action),
        ("unit", unit),
    ]);
    let passed = f64::from(u8::from(record.status == "passed"));
    stage.set(Family::ThresholdPassed, &labels, None, (ms, passed));
    let limit = (ms, record.limit / per_unit);
    stage.set(Family::ThresholdLimit, &labels, None, limit);
    if let Some(value) = record.value {
        let value = (ms, value / per_unit);
        stage.set(Family::ThresholdValue, &labels, None, value);
    }
}
