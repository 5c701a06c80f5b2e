//! HTTP/1.1: [`codec`] is bytes only, the client does the I/O.

pub mod codec;
