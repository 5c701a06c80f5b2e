//! Answers, and the headers that all of them have.

use bytes::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::body::Payload;
use crate::start::Problem;

/// An answer.
pub(crate) type Reply = Response<Payload>;

/// The page is one file that talks to its own server alone.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data: blob:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Makes an answer of a body.
pub(crate) fn with_body(status: StatusCode, kind: &'static str, body: Payload) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

/// Answers with bytes.
pub(crate) fn bytes(status: StatusCode, kind: &'static str, bytes: impl Into<Bytes>) -> Reply {
    with_body(status, kind, Payload::Whole(Some(bytes.into())))
}

/// Answers with a document.
pub(crate) fn document(status: StatusCode, document: &impl Serialize) -> Reply {
    match serde_json::to_vec(document) {
        Ok(json) => bytes(status, "application/json", json),
        Err(error) => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            &Problem::new("", error.to_string()),
        ),
    }
}

/// Says what is wrong.
pub(crate) fn refusal(status: StatusCode, problem: &Problem) -> Reply {
    refusals(status, std::slice::from_ref(problem))
}

/// Says everything that is wrong.
pub(crate) fn refusals(status: StatusCode, problems: &[Problem]) -> Reply {
    let first = problems.first();
    let body = json!({
        "error": first.map(|problem| &problem.message),
        "hint": first.and_then(|problem| problem.hint.as_ref()),
        "errors": problems,
    });
    bytes(status, "application/json", body.to_string())
}

/// Says something to a person.
pub(crate) fn text(status: StatusCode, text: &str) -> Reply {
    bytes(
        status,
        "text/plain; charset=utf-8",
        Bytes::copy_from_slice(format!("{text}\n").as_bytes()),
    )
}
