//! Answers, by what they are made of.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::payload::{Abort, Payload};

/// An answer, or the end of the connection.
pub(crate) type Reply = Result<Response<Payload>, Abort>;

/// Answers with text.
pub(crate) fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Payload> {
    typed(status, "text/plain", Payload::whole(body))
}

/// Answers with a document.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response<Payload> {
    typed(
        status,
        "application/json",
        Payload::whole(value.to_string()),
    )
}

/// Answers that the request is wrong, and why.
pub(crate) fn error(status: StatusCode, message: &str) -> Response<Payload> {
    json(status, &json!({ "error": message }))
}

/// Answers with a body of a type.
pub(crate) fn typed(
    status: StatusCode,
    content_type: &'static str,
    body: Payload,
) -> Response<Payload> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Sends the client elsewhere.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response<Payload> {
    let Ok(value) = HeaderValue::from_str(location) else {
        return error(StatusCode::BAD_REQUEST, "`to` cannot be sent in a header");
    };
    let mut response = text(status, "");
    response.headers_mut().insert(LOCATION, value);
    response
}
