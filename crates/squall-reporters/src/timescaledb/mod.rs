//! `timescaledb`: `postgres` with hypertables. See this folder's `README.md`.
//!
//! There is neither `encode.rs` nor `send.rs`: both are those of `postgres`.

mod config;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;
use crate::postgres::config::{SETTINGS, TARGET};

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "timescaledb",
    summary: "hypertables of TimescaleDB, filled with `COPY`",
    class: "TimescaleDBConfig",
    guarantee: "at least once, without duplicates",
    events: EventSelection::All,
    settings: SETTINGS,
    target: TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
