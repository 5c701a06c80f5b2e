//! Rules that a run passes or fails by, as data: `squall-plan` reads them from text, `squall-metrics` judges them.
//!
//! Reading order: [`rule`] (what a rule looks at, and what it wants), [`select`] (whose numbers).

pub mod rule;
pub mod select;

pub use rule::{
    Action, Comparison, Counted, Part, Quantity, Rule, Statistic, Subject, Timing, Unit,
};
pub use select::{Select, fits};
