//! Headers of messages; keys and values are those of [`payload`](crate::payload).

use rdkafka::message::{Header, OwnedHeaders};
use squall_report::RECORD_VERSION;

use crate::payload::Kind;

pub(super) const KIND: &str = "squall-kind";
pub(super) const RUN: &str = "squall-run";
pub(super) const VERSION: &str = "squall-record-version";
pub(super) const CONTENT_TYPE: &str = "content-type";

/// Makes the headers of a kind of record.
pub(super) fn headers(kind: Kind, run: &str) -> OwnedHeaders {
    let version = RECORD_VERSION.to_string();
    [
        (CONTENT_TYPE, "application/json"),
        (KIND, kind.as_str()),
        (VERSION, version.as_str()),
        (RUN, run),
    ]
    .into_iter()
    .fold(
        OwnedHeaders::new_with_capacity(4),
        |headers, (key, value)| {
            let value = Some(value);
            headers.insert(Header { key, value })
        },
    )
}
