//! Rules that a run passes or fails by, judged once a second on merged intervals.
//!
//! Reading order: [`rule`] (what a rule looks at), `tally` (what it needs of one interval, or of many), `sliding` (of the last
//! intervals, kept up to date without adding them up again), [`judge`] (when a rule is broken).
//!
//! How rules are written is known to whoever makes them; here they are data.

pub mod judge;
pub mod rule;
mod sliding;
mod tally;

pub use judge::{Judge, Judgment, Moment, Status};
pub use rule::{Comparison, Counted, Part, Quantity, Rule, Select, Statistic, Subject};
