//! Sampled iterations, with their transactions and operations, as spans.

use opentelemetry_proto::tonic::trace::v1::span::{Event as SpanEvent, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use squall_report::{Event, EventKind, Outcome, TraceIds};

use super::attributes::{Attributes, nanos};
use super::logs::{SAMPLED, event_attributes};

const ATTRIBUTES: usize = 28;

/// Makes a span of an event; none where it belongs to no trace, and for a check, which is no span of time of its own.
pub(super) fn span(event: &Event<'_>) -> Option<Span> {
    let trace = event.trace?;
    let kind = match event.kind {
        EventKind::Operation => SpanKind::Client,
        EventKind::Transaction | EventKind::Iteration => SpanKind::Internal,
        EventKind::Check => return None,
    };
    let start = nanos(event.time);
    let mut attributes = Attributes::with_capacity(ATTRIBUTES + event.tags.len());
    event_attributes(event, &mut attributes);
    Some(Span {
        trace_id: trace_id(trace),
        span_id: span_id(trace),
        parent_span_id: match trace.parent_id {
            0 => Vec::new(),
            parent => parent.to_be_bytes().to_vec(),
        },
        flags: SAMPLED,
        name: event.name.to_string(),
        kind: kind.into(),
        start_time_unix_nano: start,
        end_time_unix_nano: start + millis_as_nanos(event.service_time_ms),
        attributes: attributes.take(),
        events: phases(event, start),
        status: Some(status(event)),
        ..Span::default()
    })
}

/// Marks where one part of the operation ended and the next began; parts that did not happen leave no mark.
fn phases(event: &Event<'_>, start: u64) -> Vec<SpanEvent> {
    let parts = [
        ("squall.connected", event.connecting_ms),
        ("squall.secured", event.securing_ms),
        ("squall.request_written", event.writing_ms),
        ("squall.first_byte_received", event.first_byte_ms),
        ("squall.last_byte_received", event.reading_ms),
    ];
    let mut at = start;
    let mut marks = Vec::with_capacity(parts.len());
    for (name, millis) in parts {
        if millis > 0.0 {
            at += millis_as_nanos(millis);
            marks.push(SpanEvent {
                time_unix_nano: at,
                name: name.to_owned(),
                ..SpanEvent::default()
            });
        }
    }
    marks
}

/// A success is left unset, as the conventions for clients want it.
fn status(event: &Event<'_>) -> Status {
    let failed = event.outcome == Outcome::Failed;
    let code = if failed {
        StatusCode::Error
    } else {
        StatusCode::Unset
    };
    let message = event.error.as_ref().filter(|_| failed);
    Status {
        code: code.into(),
        message: message.map_or_else(String::new, |error| error.message.to_string()),
    }
}

pub(super) fn trace_id(trace: TraceIds) -> Vec<u8> {
    trace.trace_id.to_be_bytes().to_vec()
}

pub(super) fn span_id(trace: TraceIds) -> Vec<u8> {
    trace.span_id.to_be_bytes().to_vec()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "durations are positive and far below 2^63 ns"
)]
fn millis_as_nanos(millis: f64) -> u64 {
    (millis * 1e6).round() as u64
}
