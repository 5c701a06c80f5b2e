//! `sqlite`: one database file, for looking at a run with SQL and nothing else. See this folder's `README.md`.

mod config;
mod encode;
mod send;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "sqlite",
    summary: "tables of one SQLite file",
    class: "SQLiteConfig",
    guarantee: "at least once, without duplicates; survives the death of the process",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
