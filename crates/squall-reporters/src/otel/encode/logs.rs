//! What happened once, as log records: events, messages, beginnings and ends, thresholds, the verdict.

use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use squall_report::{
    Event, EventKind, FinalBatch, Lifecycle, LifecycleRecord, MessageRecord, Outcome, RunRecord,
    RunVerdict, ThresholdRecord, WallTime,
};

use super::attributes::{Attributes, json, nanos, seconds, string};
use super::spans::{span_id, trace_id};

/// Says that the trace of a record was sampled (W3C Trace Context, `trace-flags`).
pub(super) const SAMPLED: u32 = 1;
/// Attributes of a record of an event, about.
const EVENT_ATTRIBUTES: usize = 28;
/// By this OpenTelemetry knows a log record that comes twice.
const UID: &str = "log.record.uid";

/// Makes a record of an event: an error where it failed.
pub(super) fn event(event: &Event<'_>) -> LogRecord {
    let mut attributes = Attributes::with_capacity(EVENT_ATTRIBUTES + event.tags.len());
    let check = event.check.as_deref().unwrap_or_default();
    attributes.text(UID, &event_uid(event));
    event_attributes(event, &mut attributes);
    let level = match event.outcome {
        Outcome::Ok => SeverityNumber::Info,
        Outcome::Failed => SeverityNumber::Error,
        Outcome::Interrupted => SeverityNumber::Warn,
    };
    let body = match &event.error {
        Some(error) => error.message.as_ref(),
        None if check.is_empty() => event.name.as_ref(),
        None => check,
    };
    let name = match event.kind {
        EventKind::Operation => "squall.operation",
        EventKind::Transaction => "squall.transaction",
        EventKind::Iteration => "squall.iteration",
        EventKind::Check => "squall.check",
    };
    let mut record = log(name, level, event.time, body, &mut attributes);
    if let Some(trace) = event.trace {
        record.trace_id = trace_id(trace);
        record.span_id = span_id(trace);
        record.flags = SAMPLED;
    }
    record
}

/// A check shares the id of its operation, and an operation may have several.
fn event_uid(event: &Event<'_>) -> String {
    let (run, id, kind) = (&event.run, event.id, event.kind.as_str());
    match &event.check {
        Some(check) => format!("{run}/{id}/{kind}/{check}"),
        None => format!("{run}/{id}/{kind}"),
    }
}

/// Adds what a span and a record of an event have in common. Times are in seconds.
pub(super) fn event_attributes(event: &Event<'_>, to: &mut Attributes) {
    let check = event.check.as_deref().unwrap_or_default();
    to.text("squall.event.id", &event.id.to_string())
        .text("squall.run.id", &event.run)
        .text("squall.kind", event.kind.as_str())
        .text("squall.operation", &event.name)
        .some_text("squall.check", check)
        .text("squall.stage", &event.stage)
        .text("squall.scenario", &event.scenario)
        .text("squall.outcome", event.outcome.as_str())
        .integer("squall.agent", event.agent.into())
        .integer("squall.user", event.user.into())
        .integer("squall.iteration", event.iteration)
        .number("squall.intended_at", event.intended_s)
        .number("squall.started_at", event.started_s)
        .number("squall.ended_at", event.ended_s)
        .number("squall.response_time", seconds(event.response_time_ms))
        .number("squall.service_time", seconds(event.service_time_ms))
        .number("squall.waiting", seconds(event.waiting_ms))
        .number("squall.connecting", seconds(event.connecting_ms))
        .number("squall.securing", seconds(event.securing_ms))
        .number("squall.writing", seconds(event.writing_ms))
        .number("squall.first_byte", seconds(event.first_byte_ms))
        .number("squall.reading", seconds(event.reading_ms))
        .integer("http.request.size", event.bytes_sent)
        .integer("http.response.size", event.bytes_received);
    if event.status != 0 {
        to.integer("http.response.status_code", event.status.into());
    }
    if let Some(error) = &event.error {
        to.text("error.type", &error.class)
            .text("error.message", &error.message);
    }
    to.tags(&event.tags);
}

/// Makes a record of a message: its fields are the body.
pub(super) fn message(message: &MessageRecord) -> LogRecord {
    let mut attributes = Attributes::with_capacity(9);
    attributes
        .text("squall.run.id", &message.run)
        .text("squall.message.type", &message.message_type)
        .text("squall.stage", &message.stage)
        .text("squall.scenario", &message.scenario);
    if let Some(transaction) = &message.transaction {
        attributes.text("squall.transaction", transaction);
    }
    attributes
        .integer("squall.user", message.user)
        .integer("squall.iteration", message.iteration)
        .number("squall.at", message.at_s);
    let level = SeverityNumber::Info;
    let mut record = log("squall.message", level, message.time, "", &mut attributes);
    let fields = serde_json::Value::Object(message.fields.clone());
    record.body = Some(json(&fields));
    record
}

/// Makes a record of a beginning or an end.
pub(super) fn lifecycle(record: &LifecycleRecord) -> LogRecord {
    let what = record.what.as_str();
    let uid = format!("{}/{what}/{}", record.run, record.stage);
    let mut attributes = Attributes::with_capacity(9);
    attributes
        .text(UID, &uid)
        .text("squall.run.id", &record.run)
        .some_text("squall.stage", &record.stage)
        .some_text("squall.status", &record.status)
        .number("squall.at", record.at_s);
    if let Some(error) = &record.error {
        attributes.text("error.message", error);
    }
    if let Some(verdict) = record.verdict {
        attributes.text("squall.verdict", verdict.as_str());
    }
    if let Some(plan) = &record.plan {
        attributes.text("squall.plan", &plan.to_string());
    }
    let level = match (&record.error, record.verdict) {
        (None, None | Some(RunVerdict::Passed)) => SeverityNumber::Info,
        _ => SeverityNumber::Error,
    };
    let body = lifecycle_text(record);
    log(
        &format!("squall.{what}"),
        level,
        record.time,
        &body,
        &mut attributes,
    )
}

fn lifecycle_text(record: &LifecycleRecord) -> String {
    let what = match record.what {
        Lifecycle::RunStarted => "run started".to_owned(),
        Lifecycle::StageStarted => format!("stage `{}` started", record.stage),
        Lifecycle::StageEnded => format!("stage `{}` ended", record.stage),
        Lifecycle::RunEnded => "run ended".to_owned(),
    };
    match (&record.error, record.status.as_str()) {
        (Some(error), _) => format!("{what}: {error}"),
        (None, "") => what,
        (None, status) => format!("{what}: {status}"),
    }
}

/// Makes a record of what came of a rule.
pub(super) fn threshold(run: &RunRecord, at: WallTime, rule: &ThresholdRecord) -> LogRecord {
    let mut attributes = Attributes::with_capacity(8);
    attributes
        .text(UID, &format!("{}/threshold/{}", run.id, rule.rule))
        .text("squall.run.id", &run.id)
        .text("squall.threshold.rule", &rule.rule)
        .text("squall.threshold.status", &rule.status)
        .text("squall.threshold.action", &rule.action)
        .number("squall.threshold.limit", rule.limit)
        .some_text("squall.threshold.unit", &rule.unit);
    if let Some(value) = rule.value {
        attributes.number("squall.threshold.value", value);
    }
    let level = match rule.status.as_str() {
        "passed" => SeverityNumber::Info,
        "warned" => SeverityNumber::Warn,
        _ => SeverityNumber::Error,
    };
    let body = rule.message.as_deref().unwrap_or(&rule.rule);
    log("squall.threshold", level, at, body, &mut attributes)
}

/// Makes a record of the verdict; none where there is none.
pub(super) fn verdict(batch: &FinalBatch, at: WallTime) -> Option<LogRecord> {
    let run = batch.run();
    let verdict = run.verdict?;
    let mut attributes = Attributes::with_capacity(3);
    attributes
        .text(UID, &format!("{}/verdict", run.id))
        .text("squall.run.id", &run.id)
        .text("squall.verdict", verdict.as_str());
    let level = match verdict {
        RunVerdict::Passed => SeverityNumber::Info,
        RunVerdict::Failed | RunVerdict::Invalid => SeverityNumber::Error,
    };
    let body = if run.reasons.is_empty() {
        format!("run {}", verdict.as_str())
    } else {
        format!("run {}: {}", verdict.as_str(), run.reasons.join("; "))
    };
    Some(log("squall.verdict", level, at, &body, &mut attributes))
}

fn log(
    name: &str,
    level: SeverityNumber,
    time: WallTime,
    body: &str,
    attributes: &mut Attributes,
) -> LogRecord {
    let text = match level {
        SeverityNumber::Warn => "WARN",
        SeverityNumber::Error => "ERROR",
        _ => "INFO",
    };
    LogRecord {
        time_unix_nano: nanos(time),
        // Not the clock of the sender: the same record has the same bytes whenever it is sent.
        observed_time_unix_nano: nanos(time),
        severity_number: level.into(),
        severity_text: text.to_owned(),
        body: Some(string(body)),
        attributes: attributes.take(),
        event_name: name.to_owned(),
        ..LogRecord::default()
    }
}
