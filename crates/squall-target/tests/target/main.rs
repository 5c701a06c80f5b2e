//! The target over real sockets, seen by a client that knows nothing but bytes.
#![expect(clippy::unwrap_used, reason = "a helper of tests may fail like a test")]
#![expect(
    clippy::disallowed_methods,
    reason = "the client measures real time, as the target is a real server"
)]

mod client;
mod counts;
mod encodings;
mod faults;
mod inspection;
mod plain;
mod shop;
mod stalls;
mod transports;
