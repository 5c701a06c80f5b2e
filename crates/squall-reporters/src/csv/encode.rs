//! Batches as CSV rows.

use ::csv::{Terminator, Writer, WriterBuilder};
use serde::Serialize;
use squall_report::{
    CommonRecord, CustomRecord, ErrorRecord, Event, EventBatch, EventId, IntervalBatch,
    MetricRecord, Outcome, SystemRecord, WallTime,
};

/// About what one event takes, so that the buffer rarely grows.
const TYPICAL_EVENT_BYTES: usize = 320;

/// Columns of events, in the order of [`EventRow`].
pub(super) const EVENT_COLUMNS: &[&str] = &[
    "id",
    "run",
    "name",
    "stage",
    "scenario",
    "time",
    "intended_s",
    "started_s",
    "ended_s",
    "outcome",
    "status",
    "response_time_ms",
    "service_time_ms",
    "waiting_ms",
    "connecting_ms",
    "securing_ms",
    "writing_ms",
    "first_byte_ms",
    "reading_ms",
    "bytes_sent",
    "bytes_received",
    "user",
    "iteration",
    "error_class",
    "error_message",
];

/// Columns of metrics: those of the record, and the run.
pub(super) const METRIC_COLUMNS: &[&str] = &[
    "name",
    "stage",
    "scenario",
    "group",
    "unit",
    "count",
    "median",
    "mean",
    "variance",
    "stdev",
    "minimum",
    "maximum",
    "quantile_10th",
    "quantile_20th",
    "quantile_25th",
    "quantile_30th",
    "quantile_40th",
    "quantile_50th",
    "quantile_60th",
    "quantile_70th",
    "quantile_75th",
    "quantile_80th",
    "quantile_90th",
    "quantile_95th",
    "quantile_99th",
    "p99_9",
    "p99_99",
    "run",
];

/// Columns of counts: those of the record, and the run.
pub(super) const COMMON_COLUMNS: &[&str] = &[
    "name",
    "stage",
    "scenario",
    "group",
    "total",
    "succeeded",
    "failed",
    "actions_per_second",
    "run",
];

/// Columns of errors: those of the record, and the run.
pub(super) const ERROR_COLUMNS: &[&str] = &[
    "name",
    "stage",
    "scenario",
    "error_class",
    "error_message",
    "error_count",
    "run",
];

/// Columns of numbers that the test made: those of the record, and the run.
pub(super) const CUSTOM_COLUMNS: &[&str] =
    &["name", "stage", "group", "metric", "type", "value", "run"];

/// Columns of what the generator used: those of the record, and the run.
pub(super) const SYSTEM_COLUMNS: &[&str] = &[
    "stage",
    "group",
    "count",
    "median",
    "mean",
    "variance",
    "stdev",
    "minimum",
    "maximum",
    "quantile_90th",
    "quantile_95th",
    "quantile_99th",
    "run",
];

/// Columns of seconds, in the order of the record and the times in it.
pub(super) const INTERVAL_COLUMNS: &[&str] = &[
    "run",
    "name",
    "stage",
    "scenario",
    "time",
    "at_s",
    "started",
    "completed",
    "succeeded",
    "failed",
    "completion_rate",
    "bytes_sent",
    "bytes_received",
    "response_minimum_ms",
    "response_mean_ms",
    "response_stdev_ms",
    "response_median_ms",
    "response_quantile_90th_ms",
    "response_quantile_95th_ms",
    "response_quantile_99th_ms",
    "response_maximum_ms",
    "service_minimum_ms",
    "service_mean_ms",
    "service_stdev_ms",
    "service_median_ms",
    "service_quantile_90th_ms",
    "service_quantile_95th_ms",
    "service_quantile_99th_ms",
    "service_maximum_ms",
];

/// An [`Event`] in one level: a row has a fixed number of fields, also without an error.
#[derive(Debug, Serialize)]
struct EventRow<'a> {
    id: EventId,
    run: &'a str,
    name: &'a str,
    stage: &'a str,
    scenario: &'a str,
    time: WallTime,
    intended_s: f64,
    started_s: f64,
    ended_s: f64,
    outcome: Outcome,
    status: u16,
    response_time_ms: f64,
    service_time_ms: f64,
    waiting_ms: f64,
    connecting_ms: f64,
    securing_ms: f64,
    writing_ms: f64,
    first_byte_ms: f64,
    reading_ms: f64,
    bytes_sent: u64,
    bytes_received: u64,
    user: u32,
    iteration: u64,
    error_class: &'a str,
    error_message: &'a str,
}

impl<'a> EventRow<'a> {
    fn new(event: &'a Event<'a>) -> Self {
        let error = event.error.as_ref();
        Self {
            id: event.id,
            run: &event.run,
            name: &event.name,
            stage: &event.stage,
            scenario: &event.scenario,
            time: event.time,
            intended_s: event.intended_s,
            started_s: event.started_s,
            ended_s: event.ended_s,
            outcome: event.outcome,
            status: event.status,
            response_time_ms: event.response_time_ms,
            service_time_ms: event.service_time_ms,
            waiting_ms: event.waiting_ms,
            connecting_ms: event.connecting_ms,
            securing_ms: event.securing_ms,
            writing_ms: event.writing_ms,
            first_byte_ms: event.first_byte_ms,
            reading_ms: event.reading_ms,
            bytes_sent: event.bytes_sent,
            bytes_received: event.bytes_received,
            user: event.user,
            iteration: event.iteration,
            error_class: error.map_or("", |error| &error.class),
            error_message: error.map_or("", |error| &error.message),
        }
    }
}

/// Writes the first line of a table.
pub(super) fn header(columns: &[&str]) -> Vec<u8> {
    let mut text = columns.join(",").into_bytes();
    text.extend_from_slice(b"\r\n");
    text
}

/// Writes one row per event.
pub(super) fn events(batch: &EventBatch) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = writer(batch.len() * TYPICAL_EVENT_BYTES);
    for event in batch.iter() {
        writer.serialize(EventRow::new(&event))?;
    }
    finish(writer)
}

/// Writes one row per series and group.
pub(super) fn metrics(records: &[MetricRecord], run: &str) -> Result<Vec<u8>, ::csv::Error> {
    rows(records, run)
}

/// Writes one row per series.
pub(super) fn common(records: &[CommonRecord], run: &str) -> Result<Vec<u8>, ::csv::Error> {
    rows(records, run)
}

/// Writes one row per error.
pub(super) fn errors(records: &[ErrorRecord], run: &str) -> Result<Vec<u8>, ::csv::Error> {
    rows(records, run)
}

/// Writes one row per number.
pub(super) fn custom(records: &[CustomRecord], run: &str) -> Result<Vec<u8>, ::csv::Error> {
    rows(records, run)
}

/// Writes one row per stage and group.
pub(super) fn system(records: &[SystemRecord], run: &str) -> Result<Vec<u8>, ::csv::Error> {
    rows(records, run)
}

/// Writes one row per second and series.
pub(super) fn intervals(batch: &IntervalBatch) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = writer(0);
    for interval in batch.intervals() {
        writer.serialize(interval)?;
    }
    finish(writer)
}

/// Writes records, each followed by the run that it is from: tables may hold several runs.
fn rows<T: Serialize>(records: &[T], run: &str) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = writer(0);
    for record in records {
        writer.serialize((record, run))?;
    }
    finish(writer)
}

/// Makes a writer whose lines end as RFC 4180 says, section 2.1.
fn writer(capacity: usize) -> Writer<Vec<u8>> {
    WriterBuilder::new()
        .has_headers(false)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::with_capacity(capacity))
}

fn finish(writer: Writer<Vec<u8>>) -> Result<Vec<u8>, ::csv::Error> {
    writer
        .into_inner()
        .map_err(|error| ::csv::Error::from(error.into_error()))
}
