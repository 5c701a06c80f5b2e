//! `json`: events as JSON lines, metrics as one JSON document in Hedra's shape. See this folder's `README.md`.

mod config;
mod encode;
mod send;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "json",
    summary: "JSON files: one line per operation, one document of metrics",
    class: "JSONConfig",
    guarantee: "survives the death of the process",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
