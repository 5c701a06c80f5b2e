//! The graph of stages: independent ones run at the same time, dependent ones after those that they depend on.
//!
//! | a stage's dependencies | Execute, Act, Validate | Setup, Analyze, Submit, Checkpoint, Wait | Teardown |
//! |---|---|---|---|
//! | all completed or left out | starts | starts | starts |
//! | one failed or skipped | is skipped | is skipped; reporters still get what there is when the run ends | starts |
//! | one interrupted | is interrupted | starts: results are kept | starts |
//!
//! A stage that is to be skipped is left out instead of started. One with the priority `exclusive` waits until nothing else sends load,
//! and nothing else does while it runs.

mod board;
mod deadline;
mod graph;
mod hooks;
mod part;
mod perform;
mod timing;

pub(crate) use board::{Board, Entry};
pub(crate) use graph::{run, upstream};
pub(crate) use hooks::CustomMetric;
pub(crate) use part::Part;
pub(crate) use perform::deliver;
pub(crate) use timing::{Active, due, open_models, planned_s};
