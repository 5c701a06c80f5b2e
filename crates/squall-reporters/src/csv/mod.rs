//! `csv`: every record as a row of RFC 4180 tables; files are written by [`TableReporter`](crate::files::TableReporter). See this folder's
//! `README.md`.

mod config;
mod encode;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "csv",
    summary: "CSV files: one row per operation, and tables of intervals, metrics, counts, errors and verdict",
    class: "CSVConfig",
    guarantee: "survives the death of the process",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
