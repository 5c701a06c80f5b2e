//! Intervals become columns.
//!
//! Reading order: `lines` (what is stored), `timeline` (one step after the other), `series`, `heat`, `health`.
//!
//! Histograms of the seconds of a step are merged and then asked: no percentile is averaged. One step is in memory at a time.
//! A run that goes on is read line by line: [`Collector::whole`] is what the report has, [`Collector::news`] what is new since the last look.

#[cfg(test)]
mod apply;
mod health;
mod heat;
mod lines;
mod series;
mod timeline;

pub use timeline::{Collector, News};
pub(crate) use timeline::{MOST_SERIES, collect};
