//! What is asked of an answer: checks that must hold and values that are taken from it.

mod checks;
mod extract;
mod json_subset;
mod status;

pub use checks::{CheckNames, Checks};
pub use extract::Extractions;
pub use status::Statuses;

use std::cell::OnceCell;

use serde_json::Value;

/// Finds headers and cookies of an answer.
pub trait HeaderLookup {
    /// Returns the first value of a header; names compare without case.
    fn header(&self, name: &str) -> Option<&[u8]>;
    /// Returns the value that the answer gives a cookie.
    fn cookie(&self, name: &str) -> Option<&[u8]>;
}

/// A complete answer.
pub struct Answer<'a> {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: &'a dyn HeaderLookup,
    /// Body, content codings removed; empty where nobody asked for it.
    pub body: &'a [u8],
    /// Last byte − actual start in nanoseconds.
    pub service_ns: u64,
    json: OnceCell<Option<Value>>,
}

impl<'a> Answer<'a> {
    /// Creates a view on an answer.
    pub fn new(
        status: u16,
        headers: &'a dyn HeaderLookup,
        body: &'a [u8],
        service_ns: u64,
    ) -> Self {
        Self {
            status,
            headers,
            body,
            service_ns,
            json: OnceCell::new(),
        }
    }

    /// Returns the body as JSON, parsed once.
    pub fn json(&self) -> Option<&Value> {
        self.json
            .get_or_init(|| serde_json::from_slice(self.body).ok())
            .as_ref()
    }
}

impl std::fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Returns at most `limit` characters of bytes as text, for messages.
pub fn shorten(bytes: &[u8], limit: usize) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(limit * 4)]);
    let mut short: String = text
        .chars()
        .take(limit)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if short.len() < bytes.len() {
        short.push('…');
    }
    short
}
