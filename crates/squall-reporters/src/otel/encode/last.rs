//! What is said when the run is over, as metrics: one moment, with the run's start as the start.

use squall_report::{
    CommonRecord, CustomRecord, ErrorRecord, FinalBatch, Group, MetricRecord, SystemRecord,
    ThresholdRecord,
};

use super::attributes::{Attributes, seconds};
use super::metrics::{Metrics, Span, named};

const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// Adds everything that a batch of last records says in numbers.
pub(super) fn last(batch: &FinalBatch, span: Span, to: &mut Metrics) {
    for record in batch.metrics() {
        metric(record, span, to);
    }
    for record in batch.common() {
        common(record, span, to);
    }
    for record in batch.errors() {
        error(record, span, to);
    }
    for record in batch.custom() {
        custom(record, span, to);
    }
    for record in batch.system() {
        system(record, span, to);
    }
    for record in batch.thresholds() {
        threshold(record, span, to);
    }
}

fn series(stage: &str, scenario: &str, name: &str) -> Attributes {
    let mut attributes = Attributes::with_capacity(8);
    attributes
        .text("squall.stage", stage)
        .text("squall.scenario", scenario)
        .text("squall.operation", name);
    attributes
}

fn metric(record: &MetricRecord, span: Span, to: &mut Metrics) {
    // The service time once more, for readers of Hedra's tables.
    if record.group == Group::Total {
        return;
    }
    let in_seconds = record.unit == MetricRecord::MILLISECONDS;
    let scaled = |value: f64| if in_seconds { seconds(value) } else { value };
    let name = format!("squall.run.{}", record.group.as_str());
    let stdev = format!("{name}.stdev");
    // A metric has one unit; those that the test measured itself may each have another.
    let unit = if in_seconds { "s" } else { "1" };
    let mut attributes = series(&record.stage, &record.scenario, &record.name);
    attributes.text("squall.kind", record.kind.as_str());
    if !in_seconds {
        attributes.some_text("squall.unit", &record.unit);
    }
    let attributes = attributes.tags(&record.tags).take();
    let mean = scaled(record.mean);
    let quantiles = quantiles(record).map(|(quantile, value)| (quantile, scaled(value)));
    let of = named(&name, unit);
    to.summary(
        of,
        span,
        (record.count, mean, &quantiles),
        attributes.clone(),
    );
    let of = named(&stdev, unit);
    to.gauge(of, span, scaled(record.stdev), attributes);
}

fn quantiles(record: &MetricRecord) -> [(f64, f64); 17] {
    [
        (0.0, record.minimum),
        (0.1, record.quantile_10th),
        (0.2, record.quantile_20th),
        (0.25, record.quantile_25th),
        (0.3, record.quantile_30th),
        (0.4, record.quantile_40th),
        (0.5, record.quantile_50th),
        (0.6, record.quantile_60th),
        (0.7, record.quantile_70th),
        (0.75, record.quantile_75th),
        (0.8, record.quantile_80th),
        (0.9, record.quantile_90th),
        (0.95, record.quantile_95th),
        (0.99, record.quantile_99th),
        (0.999, record.p99_9),
        (0.9999, record.p99_99),
        (1.0, record.maximum),
    ]
}

fn common(record: &CommonRecord, span: Span, to: &mut Metrics) {
    let with = |outcome: &str| {
        let mut attributes = series(&record.stage, &record.scenario, &record.name);
        attributes
            .text("squall.kind", record.kind.as_str())
            .some_text("squall.outcome", outcome)
            .tags(&record.tags)
            .take()
    };
    let of = named("squall.run.operations", "{operation}");
    to.count(of, span, record.succeeded, with("ok"));
    to.count(of, span, record.failed, with("failed"));
    let of = named("squall.run.operations.rate", "{operation}/s");
    to.gauge(of, span, record.actions_per_second, with(""));
}

fn error(record: &ErrorRecord, span: Span, to: &mut Metrics) {
    let mut attributes = series(&record.stage, &record.scenario, &record.name);
    attributes
        .text("error.type", &record.error_class)
        .text("error.message", &record.error_message);
    let of = named("squall.run.errors", "{error}");
    to.count(of, span, record.error_count, attributes.take());
}

/// All under one name: what a test calls its numbers need not be a metric's name.
fn custom(record: &CustomRecord, span: Span, to: &mut Metrics) {
    let mut attributes = Attributes::with_capacity(5);
    attributes
        .text("squall.stage", &record.stage)
        .text("squall.operation", &record.name)
        .text("squall.custom.group", &record.group)
        .text("squall.custom.name", &record.metric)
        .text("squall.custom.type", &record.kind);
    let of = named("squall.run.custom", "1");
    to.gauge(of, span, record.value, attributes.take());
}

fn system(record: &SystemRecord, span: Span, to: &mut Metrics) {
    let other = format!("squall.generator.{}", record.group);
    let (name, unit, factor) = match record.group.as_str() {
        "cpu_percent" => ("squall.generator.cpu.utilization", "1", 0.01),
        "memory_bytes" => ("squall.generator.memory.usage", "By", 1.0),
        "mb_per_vu" => ("squall.generator.memory.per_user", "By", MEBIBYTE),
        _ => (other.as_str(), "1", 1.0),
    };
    let mut attributes = Attributes::with_capacity(1);
    // What is of the whole run has no stage.
    let attributes = attributes.some_text("squall.stage", &record.stage).take();
    let quantiles = [
        (0.0, record.minimum),
        (0.5, record.median),
        (0.9, record.quantile_90th),
        (0.95, record.quantile_95th),
        (0.99, record.quantile_99th),
        (1.0, record.maximum),
    ];
    let quantiles = quantiles.map(|(quantile, value)| (quantile, value * factor));
    let mean = record.mean * factor;
    let of = named(name, unit);
    to.summary(
        of,
        span,
        (record.count, mean, &quantiles),
        attributes.clone(),
    );
    let stdev = format!("{name}.stdev");
    let of = named(&stdev, unit);
    to.gauge(of, span, record.stdev * factor, attributes);
}

/// Values of different units share a name, so that the unit is an attribute.
fn threshold(record: &ThresholdRecord, span: Span, to: &mut Metrics) {
    let mut attributes = Attributes::with_capacity(4);
    attributes
        .text("squall.threshold.rule", &record.rule)
        .text("squall.threshold.status", &record.status)
        .text("squall.threshold.action", &record.action)
        .some_text("squall.threshold.unit", &record.unit);
    let attributes = attributes.take();
    let held = f64::from(u8::from(record.status == "passed"));
    let of = named("squall.threshold.passed", "1");
    to.gauge(of, span, held, attributes.clone());
    let of = named("squall.threshold.limit", "1");
    to.gauge(of, span, record.limit, attributes.clone());
    if let Some(value) = record.value {
        to.gauge(
            named("squall.threshold.value", "1"),
            span,
            value,
            attributes,
        );
    }
}
