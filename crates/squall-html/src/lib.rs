//! The HTML report: the numbers of a stored run in one file that needs no network.
//!
//! The page is the front end in `web/`, built by npm into one HTML file with a mark where the data goes. This crate embeds it, makes the
//! data from a summary, a plan and intervals, and puts the two together.
//!
//! Reading order: [`page`] (the whole), `collect` (intervals become columns), [`data`] (what the front end reads), `exemplars` (as many as fit), `embed` (compression, and the mark).
//!
//! It opens no file and reads no clock: the caller hands over readers.

mod collect;
pub mod data;
mod embed;
mod error;
mod exemplars;
mod page;
mod resolution;
#[cfg(test)]
mod synthetic;

pub use error::ReportError;
pub use page::{RunDocuments, is_built, page};
