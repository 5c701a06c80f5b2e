//! Operations that are kept as a whole: the slowest, and the first of each kind of failure.

use squall_http::{Capture, CapturedMessage, Operation};
use squall_metrics::{Exemplar, ExemplarFailure, ExemplarMessage, SeriesId};
use squall_protocol::Failure;
use squall_protocol::values::IterationIds;

/// Makes an exemplar of an operation; its bytes are there if somebody could still copy them.
#[cold]
pub(super) fn exemplar(
    series: SeriesId,
    operation: &Operation,
    ids: IterationIds,
    capture: Option<Capture>,
) -> Exemplar {
    let capture = capture.unwrap_or_default();
    Exemplar {
        series,
        moments_ns: operation.moments.to_array(),
        connected: operation.connected,
        secured: operation.secured,
        failed: !operation.failures.is_empty(),
        status: operation.status,
        bytes_sent: operation.bytes_sent,
        bytes_received: operation.bytes_received,
        user: ids.user,
        iteration: ids.iteration,
        failures: operation.failures.iter().map(failure).collect(),
        request: capture.request.map(message),
        answer: capture.answer.map(message),
        trace_id: capture.trace_id,
    }
}

pub(super) fn failure(failure: &Failure) -> ExemplarFailure {
    ExemplarFailure {
        class: failure.class.as_str().to_owned(),
        message: failure.message.clone(),
        detail: failure.detail.clone(),
    }
}

fn message(captured: CapturedMessage) -> ExemplarMessage {
    ExemplarMessage {
        head: captured.head,
        body: captured.body,
        left_out: captured.left_out,
    }
}
