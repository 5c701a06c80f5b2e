//! Durations, ranges and rates as people write them.
//!
//! [`Span`] is a duration (`250ms`, `1h30m`), [`SpanRange`] two of them (`1s..3s`), [`Rate`] so many a second (`500/s`, `30/m`);
//! ramps (`30s:100,1m:100`) are read by [`crate::Ramps::parse`].

mod decimal;
mod ramps;
mod range;
mod rate;
mod span;

pub use range::SpanRange;
pub use rate::Rate;
pub use span::Span;

/// A duration, range, rate or list of ramps that cannot be read; says what was found and how to write it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnitError(pub(crate) String);
