//! `mysql`: tables of MySQL or MariaDB, filled with `INSERT`s of many rows. See this folder's `README.md`.
//!
//! - [`config`]: settings. [`encode`]: rows as statements.
//! - [`send`]: the reporter; [`link`]: its connection; [`schema`]: the tables.
//! - [`failure`]: which errors are temporary.

mod config;
mod encode;
mod failure;
mod link;
mod schema;
mod send;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "mysql",
    summary: "tables of MySQL or MariaDB",
    class: "MySQLConfig",
    guarantee: "at least once, without duplicates",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
