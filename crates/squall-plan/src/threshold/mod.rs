//! Rules that a run passes or fails by, e.g. `p99(response_time) < 200ms over 10s`: from text to [`Rule`].
//!
//! What a rule says is data of `squall-threshold`. Reading order: `scan` (text to tokens), `parse` (tokens to a rule), `quantity` (what stands left of
//! the comparison), `error` (what is wrong, with a caret under the place), [`measured`] (which part of a run is measured).
//!
//! The grammar is in `docs/thresholds.md`.

mod error;
pub mod measured;
mod parse;
mod quantity;
mod scan;

pub use error::RuleError;
pub use measured::{Edge, Measured};
pub use parse::parse_rule;
pub use squall_threshold::{
    Action, Comparison, Counted, Part, Quantity, Rule, Select, Statistic, Subject, Timing, Unit,
};
