//! Rules that a run passes or fails by, judged once a second on merged intervals.
//!
//! Reading order: `quantity` (where what a rule looks at is found), `tally` (what it needs of one interval, or of many), `sliding` (of the last
//! intervals, kept up to date without adding them up again), [`judge`] (when a rule is broken).
//!
//! How rules are written is known to whoever makes them; here they are data, of `squall-threshold`.

pub mod judge;
mod quantity;
mod sliding;
mod tally;

pub use judge::{Judge, Judgment, Moment, Status};
pub use squall_threshold::{
    Action, Comparison, Counted, Part, Quantity, Rule, Select, Statistic, Subject, Timing, Unit,
};
