//! The floor under every figure in `bench/`: what a request costs when nothing but the request is done.
//!
//! - [`Generator`] keeps one request in flight on each of N keep-alive connections with one thread, one `epoll`, one `write` and
//!   one `read` a request, `httparse`, and a [`Histogram`]. What Squall needs beyond it is Squall's own cost.
//! - [`Responder`] is the server that all generators are measured against: one thread, fixed answers.
//!
//! Deliberately absent: TLS, chunked bodies, reconnecting, several threads. A connection that fails ends the run with an error.

mod clock;
mod connection;
mod generator;
mod histogram;
mod request;
mod responder;

pub use clock::{cpu_nanos, now_nanos, peak_resident_bytes};
pub use generator::{Generator, Outcome, Target};
pub use histogram::Histogram;
pub use responder::{Announce, Responder};
