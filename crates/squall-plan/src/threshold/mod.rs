//! Rules that a run passes or fails by, e.g. `p99(response_time) < 200ms over 10s`: from text to [`Rule`].
//!
//! Reading order: [`rule`] (what a rule says), `scan` (text to tokens), `parse` (tokens to a rule), `quantity` (what stands left of
//! the comparison), `error` (what is wrong, with a caret under the place), [`measured`] (which part of a run rules look at).
//!
//! The grammar is in `docs/thresholds.md`.

mod error;
pub mod measured;
mod parse;
mod quantity;
pub mod rule;
mod scan;

pub use error::RuleError;
pub use measured::{Edge, Measured};
pub use rule::{
    Action, Comparison, Counted, Part, Quantity, Rule, Select, Statistic, Subject, Timing, Unit,
};
