//! The view of a run while it goes.
//!
//! Reading order: `state` (what is known at one moment), `view` (the interface), `frame` (the lines of the screen) with `stages`, `figures`,
//! `thresholds` and `health`, `keys` (what keys do), `screen` (how lines are redrawn in place), `plain` (lines where there is no
//! terminal), `since` (counts from a mark on).

mod figures;
mod frame;
mod health;
mod keys;
mod plain;
mod screen;
mod since;
mod stages;
mod state;
mod thresholds;
mod view;

pub use keys::{Action, Decoder, Key, Panel};
pub use since::Marked;
pub use state::{
    ErrorGroup, GeneratorState, LiveState, LoadKind, LoadName, LoadState, Percentiles,
    ReporterState, SeriesState, StageState, StageStatus, ThresholdState, ThresholdStatus,
};
pub use view::{LiveView, Progress, Size, SizeProvider};
