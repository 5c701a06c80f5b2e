//! `csv`: events, metrics, counts and errors as RFC 4180 tables. See this folder's `README.md`.

mod config;
mod encode;
mod send;

#[cfg(test)]
mod tests;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "csv",
    summary: "CSV files: one row per operation, and tables of metrics, counts and errors",
    class: "CSVConfig",
    guarantee: "survives the death of the process",
    events: true,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
