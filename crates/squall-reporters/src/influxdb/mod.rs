//! `influxdb`: a point for each record, in the line protocol of InfluxDB 2. See this folder's `README.md`.
//!
//! - `line`: what a line of the protocol is; `encode` makes lines of records, `fields` those that are many.
//! - `send`: writes them to the buckets of `config`.

mod config;
mod encode;
mod fields;
mod line;
mod send;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "influxdb",
    summary: "InfluxDB 2 and all that take its line protocol: a point for each record",
    class: "InfluxDBConfig",
    guarantee: "at least once; a point that comes again takes the place of itself",
    events: EventSelection::None,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
