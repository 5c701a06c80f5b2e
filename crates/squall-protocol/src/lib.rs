//! What the protocols share: the clock and the moments of an operation, how it ended, templates and the values they are
//! rendered from, checks and extractions, and the way to a connection (DNS, TCP, Unix sockets, TLS).
//!
//! Reading order: [`clock`], [`moments`], [`failure`]; [`values`], [`template`], [`answer`]; [`deadline`]; then [`connect`],
//! [`dns`], [`tls`], [`trace_context`].
//!
//! This crate knows neither a protocol nor the engine.

pub mod answer;
pub mod clock;
pub mod connect;
pub mod deadline;
pub mod dns;
pub mod failure;
pub mod moments;
pub mod template;
pub mod tls;
pub mod trace_context;
pub mod values;

pub use clock::Clock;
pub use deadline::{DeadlineSlot, Deadlines};
pub use failure::{Failure, FailureClass};
pub use moments::Moments;
pub use trace_context::TraceIds;
