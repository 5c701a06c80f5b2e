//! The HTML report: the numbers of a stored run in one file that needs no network; and the page of a comparison, which is made alike.
//!
//! The pages are the front end in `web/`, built by npm into one HTML file each, with a mark where the data goes. This crate embeds them,
//! makes the data from a summary, a plan and intervals, and puts the two together.
//!
//! Reading order: [`page`] (the whole), [`comparison_page`], `collect` (intervals become columns), [`data`] (what the front end reads), `exemplars` (as many as fit), `embed` (compression, and the mark).
//!
//! It opens no file and reads no clock: the caller hands over readers.

mod collect;
mod comparison;
pub mod data;
mod embed;
mod error;
mod exemplars;
mod page;
mod resolution;
#[cfg(test)]
mod synthetic;

pub use collect::{Collector, News};
pub use comparison::{
    COMPARISON_DATA_VERSION, ComparedRunData, ComparisonData, comparison_data, comparison_page,
    is_comparison_built,
};
pub use error::ReportError;
pub use page::{RunDocuments, is_built, page, report_data, report_data_in_steps};
pub use resolution::live_step_s;
