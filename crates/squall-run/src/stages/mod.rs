//! The graph of stages: independent ones run at the same time, dependent ones after those that they depend on.
//!
//! | a stage's dependencies | Execute | Analyze, Submit, Setup |
//! |---|---|---|
//! | all completed | starts | starts |
//! | one failed or skipped | is skipped | is skipped; reporters still get what there is when the run ends |
//! | one interrupted | is interrupted | starts: results are kept |

mod board;
mod graph;
mod perform;
mod timing;

pub(crate) use board::{Board, Entry};
pub(crate) use graph::{run, upstream};
pub(crate) use perform::deliver;
pub(crate) use timing::{Active, due, planned_s};
