//! What the target counted, over HTTP.

use hyper::{Response, StatusCode};
use serde_json::json;

use crate::payload::Payload;
use crate::reply;
use crate::request::Call;

/// Shows the counts.
pub(crate) fn show(call: &Call) -> Response<Payload> {
    let stats =
        serde_json::to_value(call.shared.stats()).expect("numbers and names are always JSON");
    reply::json(StatusCode::OK, &stats)
}

/// Counts from zero again.
pub(crate) fn reset(call: &Call) -> Response<Payload> {
    call.shared.reset_stats();
    reply::json(StatusCode::OK, &json!({ "ok": true }))
}
