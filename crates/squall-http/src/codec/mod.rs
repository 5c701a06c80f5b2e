//! HTTP/1.1 as bytes: no I/O, no clock, nothing asynchronous.
//!
//! Reading order: [`response`] (heads, headers, bodies), [`request`] (heads, escaping, credentials, [`request::multipart`]); then what
//! clients do with answers: [`content`] decodes bodies, [`cookies`] keeps cookies, [`redirect`] follows `Location`.
//!
//! Everything here is fed by whatever a server sends: any bytes end in a value or a [`CodecError`], never in a panic, and never in
//! more memory than the stated limits.

pub mod content;
pub mod cookies;
mod error;
pub mod redirect;
pub mod request;
pub mod response;

pub use error::CodecError;
