//! The HTML report: the numbers of a stored run in one file that needs no network.
//!
//! The page is the front end in `web/`, built by npm into one HTML file with a mark where the data goes. This crate embeds it, makes the
//! data from a summary, a plan and intervals, and puts the two together.
//!
//! Reading order: [`page`] (the whole), `collect` (intervals become columns), [`data`] (what the front end reads), `redact` (no secret
//! leaves the machine), `embed` (compression, and the mark).
//!
//! It opens no file and reads no clock: the caller hands over readers.

mod collect;
pub mod data;
mod embed;
mod error;
mod page;
mod redact;
mod resolution;
#[cfg(test)]
mod synthetic;

pub use collect::{Collector, News};
pub use error::ReportError;
pub use page::{RunDocuments, data as report_data, is_built, page};
pub use redact::document as redact;
pub use resolution::live_step_s;
