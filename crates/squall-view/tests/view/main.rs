//! What is shown, as snapshots and as properties.

mod any_moment;
mod any_summary;
mod comparison;
mod documents;
mod keys;
mod live;
mod moment;
mod sample;
mod summary;
mod texts;
