//! `postgres`: tables of PostgreSQL, filled with `COPY`. See this folder's `README.md`.
//!
//! - [`config`]: settings, also those of `timescaledb`, which is the same reporter with hypertables.
//! - [`encode`]: rows in the binary format of `COPY`.
//! - [`send`]: the reporter; [`link`]: its connection; [`schema`]: the tables; [`tls`]: what is believed of the server.
//! - [`failure`]: which errors are temporary.

pub(crate) mod config;
mod encode;
mod failure;
mod link;
mod schema;
mod send;
mod tls;

#[cfg(test)]
pub(crate) mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "postgres",
    summary: "tables of PostgreSQL, filled with `COPY`",
    class: "PostgresConfig",
    guarantee: "at least once, without duplicates",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
