//! A request as the answers see it.

use std::future::poll_fn;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::HeaderMap;
use hyper::body::{Body, Incoming};
use hyper::http::request::Parts;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::duration;
use crate::meter::Wire;
use crate::payload::PacedContext;
use crate::routes::Route;
use crate::worker::Shared;

/// The most that is read of a body.
const BODY_LIMIT: usize = 64 << 20;

/// A request whose body was read.
pub(crate) struct Call {
    pub(crate) route: Route,
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
    /// When the head was read.
    pub(crate) began: Instant,
    pub(crate) shared: Arc<Shared>,
    pub(crate) wire: Arc<Wire>,
}

impl Call {
    /// Returns a variable part of the path, decoded.
    pub(crate) fn argument(&self, index: usize) -> String {
        let (_, arguments) = Route::find(self.head.uri.path());
        percent_decoded(arguments[index])
    }

    /// Returns all parameters of the query.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.head.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect()
    }

    /// Returns a parameter of the query, the first of that name.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.query()
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// Returns a parameter as a number, or the default.
    pub(crate) fn number<T: FromStr>(&self, name: &str, default: T) -> Result<T, String> {
        match self.parameter(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| format!("`{name}={text}` is not a number that fits")),
        }
    }

    /// Returns a parameter as a duration, or the default.
    pub(crate) fn duration(&self, name: &str, default: Duration) -> Result<Duration, String> {
        self.parameter(name)
            .map_or(Ok(default), |text| duration::parse(&text))
    }

    /// Returns a header as text, empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.head
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns what a paced body needs.
    pub(crate) fn paced_context(&self) -> PacedContext {
        PacedContext {
            gate: Arc::clone(&self.shared.gate),
            wire: Arc::clone(&self.wire),
        }
    }
}

/// Lists headers as pairs, repeated ones as often as they came.
pub(crate) fn header_pairs(headers: &HeaderMap) -> Value {
    headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect()
}

/// Reads a body to its end; what is over the limit is refused.
pub(crate) async fn read_body(mut body: Incoming) -> Result<Bytes, BodyError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(BodyError::TooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
            continue;
        };
        if whole.len() + data.len() > BODY_LIMIT {
            return Err(BodyError::TooLarge);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    TooLarge,
    Broken,
}

fn percent_decoded(text: &str) -> String {
    // A path has no `+` for a space and no `&` or `=` with a meaning, unlike the form that is decoded here.
    let escaped = text
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map(|(key, _)| key.into_owned())
        .unwrap_or_default()
}
