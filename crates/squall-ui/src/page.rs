//! The front end.

use bytes::Bytes;

const PAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/dashboard.html"));

/// Tells whether the page was there when the program was built.
pub fn is_built() -> bool {
    !PAGE.is_empty()
}

/// Returns the page; where there is none, one that says so.
pub(crate) fn page() -> Bytes {
    if is_built() {
        return Bytes::from_static(PAGE);
    }
    Bytes::from_static(
        b"<!doctype html><title>Squall</title><p>This program was built without npm and has no dashboard; its API answers under /api/v1/.",
    )
}
