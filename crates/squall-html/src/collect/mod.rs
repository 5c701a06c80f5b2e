//! Intervals become columns.
//!
//! Reading order: `lines` (what is stored), `timeline` (one step after the other), `series`, `heat`, `health`.
//!
//! Histograms of the seconds of a step are merged and then asked: no percentile is averaged. One step is in memory at a time.

mod health;
mod heat;
mod lines;
mod series;
mod timeline;

pub(crate) use timeline::{MOST_SERIES, collect};
