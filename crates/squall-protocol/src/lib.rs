//! What the protocols share: the clock and the moments of an operation, how it ended, templates and the values they are
//! rendered from, checks and extractions, and the way to a connection (DNS, TCP, Unix sockets, TLS).
//!
//! Reading order: [`clock`], [`moments`], [`failure`], then [`connect`], [`dns`], [`tls`].
//!
//! This crate knows neither a protocol nor the engine.

pub mod clock;
pub mod failure;
pub mod moments;

pub use clock::Clock;
pub use failure::{Failure, FailureClass};
pub use moments::Moments;
