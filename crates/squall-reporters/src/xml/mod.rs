//! `xml`: every record as an element of a document that is well-formed at any moment; files are written by
//! [`TableReporter`](crate::files::TableReporter). See this folder's `README.md`; `squall.xsd` is the schema.

mod config;
mod encode;
mod file;

#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "xml",
    summary: "XML files: one element per operation, and documents of intervals, metrics, counts, errors and verdict",
    class: "XMLConfig",
    guarantee: "survives the death of the process",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
