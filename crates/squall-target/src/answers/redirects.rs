//! Answers that send the client elsewhere.

use hyper::StatusCode;
use serde_json::json;

use crate::answers::dispatch::Checked;
use crate::reply;
use crate::request::Call;

/// Redirects to `to` with `status`.
pub(crate) fn to(call: &Call) -> Checked {
    let to = call.parameter("to").unwrap_or_else(|| "/".to_owned());
    let status = call.number("status", 302_u16)?;
    let status = (StatusCode::from_u16(status)
        .ok()
        .filter(StatusCode::is_redirection))
    .ok_or_else(|| format!("`status={status}` is not a redirection; give one from 300 to 399"))?;
    Ok(reply::redirect(status, &to))
}

/// Redirects as often as the path says, then arrives.
pub(crate) fn chain(call: &Call) -> Checked {
    let text = call.argument(0);
    let left = text
        .parse::<u32>()
        .map_err(|_| format!("`{text}` is not a number of redirects"))?;
    Ok(match left.checked_sub(1) {
        None => reply::json(StatusCode::OK, &json!({ "arrived": true })),
        Some(left) => reply::redirect(StatusCode::FOUND, &format!("/redirect/{left}")),
    })
}
