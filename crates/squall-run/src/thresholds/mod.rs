//! Thresholds while a run goes: rules of the plan, judged once a second on the merged intervals.
//!
//! `phases` knows which seconds of a stage are measured; `judging`
//! is fed by the aggregator; `outcome` says in words and numbers how each rule stands.

mod judging;
mod outcome;
mod phases;

pub(crate) use judging::Judging;
pub(crate) use outcome::{live, reasons, summaries};
pub(crate) use phases::Phases;
