//! `prometheus`: numbers that Prometheus scrapes, or that are pushed to a gateway or written to a server. See this folder's `README.md`.
//!
//! - `config`: the settings, and which of the three ways they choose.
//! - `family`, `labels`, `value`, `state`: what there is to tell; `collect` makes it of records.
//! - `encode`: text, OpenMetrics, protobuf and remote write, made of the state.
//! - `listen`: the server that is scraped; `send`: the reporter.

mod collect;
mod config;
mod encode;
mod family;
mod finals;
mod labels;
mod listen;
mod messages;
mod remote;
mod send;
mod state;
mod value;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "prometheus",
    summary: "Prometheus: scraped, through a push gateway, or by remote write, with classic and native histograms",
    class: "PrometheusConfig",
    guarantee: "at least once; the same numbers with the same labels and times, so that nothing counts twice",
    events: EventSelection::None,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
