//! Makes lines of records.

use std::collections::HashSet;

use serde_json::Value;
use squall_report::{
    CommonRecord, CustomRecord, ErrorRecord, Event, EventBatch, FinalBatch, IntervalRecord,
    LifecycleRecord, MessageBatch, MessageRecord, MetricRecord, RunRecord, RunVerdict,
    SystemRecord, Tags, ThresholdRecord,
};

use super::fields::{metric_fields, system_fields, times_fields};
use super::line::Lines;

const NS_PER_MS: i64 = 1_000_000;
/// Texts in a field end before this.
const LONGEST_PLAN: usize = 65_000;
/// Fields of messages that are ours.
const OWN_FIELDS: &[&str] = &["at_s", "iteration", "transaction", "user"];

/// Writes a point for each event.
///
/// Points with the same tags and time replace each other. The id cannot be a tag, because each would be a series of its own; so the time is that of
/// the start to the millisecond, and its last six digits count the events of the thread, which is a tag.
pub(super) fn events(batch: &EventBatch) -> String {
    let mut lines = Lines::new(batch.run());
    lines.text.reserve(batch.len() * 640);
    for event in batch.iter() {
        add_event(&mut lines, &event);
    }
    lines.text
}

fn add_event(lines: &mut Lines<'_>, event: &Event<'_>) {
    let (source, agent) = (event.id.source().to_string(), event.agent.to_string());
    let error = event.error.as_ref();
    let own = [
        ("record", "event"),
        ("stage", &*event.stage),
        ("scenario", &*event.scenario),
        ("kind", event.kind.as_str()),
        ("outcome", event.outcome.as_str()),
        ("check", event.check.as_deref().unwrap_or_default()),
        ("error_class", error.map_or("", |error| &*error.class)),
        ("agent", &agent),
        ("source", &source),
    ];
    let count = i64::try_from(event.id.sequence() % NS_PER_MS.unsigned_abs()).unwrap_or_default();
    let start = event.time.unix_ns();
    let point = lines
        .point(&event.name, &own, &event.tags)
        .text("id", &event.id.to_string())
        .whole("status", event.status.into())
        .number("response_time_ms", event.response_time_ms)
        .number("service_time_ms", event.service_time_ms)
        .number("waiting_ms", event.waiting_ms)
        .number("connecting_ms", event.connecting_ms)
        .number("securing_ms", event.securing_ms)
        .number("writing_ms", event.writing_ms)
        .number("first_byte_ms", event.first_byte_ms)
        .number("reading_ms", event.reading_ms)
        .number("intended_s", event.intended_s)
        .number("started_s", event.started_s)
        .number("ended_s", event.ended_s)
        .whole("bytes_sent", event.bytes_sent)
        .whole("bytes_received", event.bytes_received)
        .whole("user", event.user.into())
        .whole("iteration", event.iteration)
        .text_if("error_message", error.map(|error| &*error.message));
    let point = match event.trace {
        Some(trace) => point
            .text("trace_id", &format!("{:032x}", trace.trace_id))
            .text("span_id", &format!("{:016x}", trace.span_id))
            .text("parent_id", &format!("{:016x}", trace.parent_id)),
        None => point,
    };
    point.at(start - start.rem_euclid(NS_PER_MS) + count);
}

/// Writes a point for each message; those that would replace each other are a nanosecond apart.
pub(super) fn messages(batch: &MessageBatch) -> String {
    let mut lines = Lines::new(batch.run());
    let mut taken = HashSet::new();
    for message in batch.messages() {
        let ns = message.time.unix_ns();
        let number = hash(&format!("{} {}", message.user, message.iteration));
        let mut at = ns - ns.rem_euclid(NS_PER_MS) + number;
        while !taken.insert((&message.message_type, &message.stage, &message.scenario, at)) {
            at += 1;
        }
        add_message(&mut lines, message, at);
    }
    lines.text
}

fn add_message(lines: &mut Lines<'_>, message: &MessageRecord, at: i64) {
    let measurement = format!("squall_message_{}", message.message_type);
    let own = [
        ("record", "message"),
        ("stage", message.stage.as_str()),
        ("scenario", &message.scenario),
        ("type", &message.message_type),
    ];
    let mut point = lines
        .point(&measurement, &own, &Tags::new())
        .number("at_s", message.at_s)
        .whole("user", message.user)
        .whole("iteration", message.iteration)
        .text_if("transaction", message.transaction.as_deref());
    for (name, value) in &message.fields {
        let name = if name.is_empty() || OWN_FIELDS.contains(&name.as_str()) {
            format!("field_{name}")
        } else {
            name.clone()
        };
        point = match value {
            Value::Null => point,
            Value::Bool(flag) => point.flag(&name, *flag),
            // All of them are of one type: the first point decides for those that follow.
            Value::Number(number) => point.number(&name, number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => point.text(&name, text),
            Value::Array(_) | Value::Object(_) => point.text(&name, &value.to_string()),
        };
    }
    point.at(at);
}

pub(super) fn intervals(run: &RunRecord, intervals: &[IntervalRecord]) -> String {
    let mut lines = Lines::new(run);
    for interval in intervals {
        let own = [
            ("record", "interval"),
            ("stage", interval.stage.as_str()),
            ("scenario", &interval.scenario),
            ("kind", interval.kind.as_str()),
        ];
        let point = lines
            .point(&interval.name, &own, &interval.tags)
            .number("at_s", interval.at_s)
            .number("length_s", interval.length_s)
            .whole("started", interval.started)
            .whole("completed", interval.completed)
            .whole("succeeded", interval.succeeded)
            .whole("failed", interval.failed)
            .number("completion_rate", interval.completion_rate)
            .whole("bytes_sent", interval.bytes_sent)
            .whole("bytes_received", interval.bytes_received);
        // Where nothing finished there are no times, and no zeros in their place.
        let point = if interval.completed == 0 {
            point
        } else {
            let point = times_fields(point, "response_time_ms", &interval.response_time_ms);
            times_fields(point, "service_time_ms", &interval.service_time_ms)
        };
        point.at(interval.time.unix_ns());
    }
    lines.text
}

pub(super) fn lifecycle(run: &RunRecord, records: &[LifecycleRecord]) -> String {
    let mut lines = Lines::new(run);
    for record in records {
        let own = [
            ("record", "lifecycle"),
            ("what", record.what.as_str()),
            ("stage", record.stage.as_str()),
        ];
        let plan = record.plan.as_ref().map(ToString::to_string);
        let plan = plan.filter(|plan| plan.len() <= LONGEST_PLAN);
        lines
            .point("squall_lifecycle", &own, &Tags::new())
            .number("at_s", record.at_s)
            .text("status", &record.status)
            .text_if("error", record.error.as_deref())
            .text_if("verdict", record.verdict.map(RunVerdict::as_str))
            .text_if("plan", plan.as_deref())
            .at(record.time.unix_ns());
    }
    lines.text
}

/// Writes what is said when the run is over, but what the generator used.
pub(super) fn last(batch: &FinalBatch, at: i64) -> String {
    let mut lines = Lines::new(batch.run());
    for record in batch.metrics() {
        add_metric(&mut lines, record, at);
    }
    for record in batch.common() {
        add_common(&mut lines, record, at);
    }
    for record in batch.errors() {
        add_error(&mut lines, record, at);
    }
    for record in batch.custom() {
        add_custom(&mut lines, record, at);
    }
    for record in batch.thresholds() {
        add_threshold(&mut lines, record, at);
    }
    add_run(&mut lines);
    lines.text
}

pub(super) fn system(batch: &FinalBatch, at: i64) -> String {
    let mut lines = Lines::new(batch.run());
    for record in batch.system() {
        add_system(&mut lines, record, at);
    }
    lines.text
}

fn add_metric(lines: &mut Lines<'_>, record: &MetricRecord, at: i64) {
    let own = [
        ("record", "metric"),
        ("stage", record.stage.as_str()),
        ("scenario", &record.scenario),
        ("kind", record.kind.as_str()),
        ("group", record.group.as_str()),
        ("unit", &record.unit),
    ];
    let point = lines.point(&record.name, &own, &record.tags);
    metric_fields(point, record).at(at);
}

fn add_common(lines: &mut Lines<'_>, record: &CommonRecord, at: i64) {
    let own = [
        ("record", "common"),
        ("stage", record.stage.as_str()),
        ("scenario", &record.scenario),
        ("kind", record.kind.as_str()),
        ("group", &record.group),
    ];
    lines
        .point(&record.name, &own, &record.tags)
        .whole("total", record.total)
        .whole("succeeded", record.succeeded)
        .whole("failed", record.failed)
        .number("actions_per_second", record.actions_per_second)
        .at(at);
}

/// A message is no tag: it may be long. Those of one class are told apart by the last digits of their time.
fn add_error(lines: &mut Lines<'_>, record: &ErrorRecord, at: i64) {
    let own = [
        ("record", "error"),
        ("stage", record.stage.as_str()),
        ("scenario", &record.scenario),
        ("error_class", &record.error_class),
    ];
    lines
        .point(&record.name, &own, &Tags::new())
        .text("error_message", &record.error_message)
        .whole("error_count", record.error_count)
        .at(at - at.rem_euclid(NS_PER_MS) + hash(&record.error_message));
}

fn add_custom(lines: &mut Lines<'_>, record: &CustomRecord, at: i64) {
    let own = [
        ("record", "custom"),
        ("stage", record.stage.as_str()),
        ("group", &record.group),
        ("metric", &record.metric),
        ("type", &record.kind),
    ];
    lines
        .point(&record.name, &own, &Tags::new())
        .number("value", record.value)
        // A number that is none leaves a point without fields, which is no line.
        .flag("finite", record.value.is_finite())
        .at(at);
}

fn add_threshold(lines: &mut Lines<'_>, record: &ThresholdRecord, at: i64) {
    let own = [
        ("record", "threshold"),
        ("rule", record.rule.as_str()),
        ("action", &record.action),
        ("unit", &record.unit),
    ];
    lines
        .point("squall_thresholds", &own, &Tags::new())
        .text("status", &record.status)
        .number("value", record.value.unwrap_or(f64::NAN))
        .number("limit", record.limit)
        .text_if("message", record.message.as_deref())
        .at(at);
}

fn add_system(lines: &mut Lines<'_>, record: &SystemRecord, at: i64) {
    let own = [
        ("record", "system"),
        ("stage", record.stage.as_str()),
        ("group", &record.group),
    ];
    let point = lines.point("squall_system", &own, &Tags::new());
    system_fields(point, record).at(at);
}

/// The run itself, at the moment when it began.
fn add_run(lines: &mut Lines<'_>) {
    let run = lines.run();
    lines
        .point("squall_runs", &[("record", "run")], &Tags::new())
        .text("name", &run.name)
        .text("seed", &run.seed.to_string())
        .text("version", &run.version)
        .text_if("verdict", run.verdict.map(RunVerdict::as_str))
        .text("reasons", &run.reasons.join("\n"))
        .at(run.started_at.unix_ns());
}

/// Makes a number below a million of a text, the same in every process (FNV-1a).
fn hash(text: &str) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    i64::try_from(hash % NS_PER_MS.unsigned_abs()).unwrap_or_default()
}
