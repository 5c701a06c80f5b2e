//! The view of a run while it goes.
//!
//! Reading order: `state` (what is known at one moment), `view` (the interface), `frame` (the lines of the screen) with `bars` and `thresholds`,
//! `screen` (how they are redrawn in place), `plain` (lines where there is no terminal).

mod bars;
mod frame;
mod plain;
mod screen;
mod state;
mod thresholds;
mod view;

pub use state::{
    ErrorGroup, GeneratorState, LiveState, Percentiles, ReporterState, SeriesState, StageState,
    StageStatus, ThresholdState, ThresholdStatus,
};
pub use view::{LiveView, Progress, Size, SizeProvider};
