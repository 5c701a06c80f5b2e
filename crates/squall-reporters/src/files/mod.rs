//! Files that reporters write, so that a reader always finds whole records.
//!
//! - [`FileSettings`]: which files, and what happens to those that exist already.
//! - [`AppendFile`]: grows by whole batches; a batch that fails half-way is cut off again.
//! - [`replace`]: a document that is there completely or not at all.
//! - [`TableReporter`]: a file for each kind of row, in any [`Format`]; [`rows`] has the columns.

mod append;
pub(crate) mod columns;
mod replace;
pub(crate) mod rows;
mod settings;
mod tables;

pub(crate) use append::AppendFile;
pub(crate) use replace::{check_document, create_parents, number, replace};
#[cfg(feature = "xml")]
pub(crate) use settings::cannot_write;
pub(crate) use settings::{
    Children, EVENTS_FILEPATH, Existing, FileSettings, METRICS_FILEPATH, OVERWRITE,
    STREAMS_FILEPATH, SYSTEM_METRICS_FILEPATH, TABLES, child, location,
};
pub(crate) use tables::{Format, Growing, TableReporter};

#[cfg(test)]
mod tests;
