//! What `otel` sends, to a collector made of the official services.

mod bytes;
mod collector;
mod delivery;
mod secure;
mod settings;
mod times;

use serde_json::{Map, Value};
use squall_report::{RawEvent, Reporter, TraceIds};

use crate::sample::event;
use crate::{BuildContext, build};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("settings are an object, not {other}"),
    }
}

fn at(events: bool) -> BuildContext {
    BuildContext {
        base_dir: std::env::temp_dir(),
        events,
        intervals: true,
    }
}

fn reporter(settings: Value) -> Box<dyn Reporter> {
    build("otel", &object(settings), &at(true))
        .unwrap()
        .reporter
}

fn traced(event: RawEvent, span_id: u64, parent_id: u64) -> RawEvent {
    RawEvent {
        trace: Some(Box::new(TraceIds {
            trace_id: 0xabc,
            span_id,
            parent_id,
        })),
        ..event
    }
}

/// An iteration with one operation, of which one check failed.
fn trace() -> Vec<RawEvent> {
    use squall_report::{EventKind, Outcome};
    vec![
        traced(event(1), 2, 1),
        RawEvent {
            kind: EventKind::Check,
            outcome: Outcome::Failed,
            check: Some("is \"fast\"".into()),
            ..traced(event(1), 2, 1)
        },
        RawEvent {
            kind: EventKind::Iteration,
            status: 0,
            ..traced(event(2), 1, 0)
        },
    ]
}
