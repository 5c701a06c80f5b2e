//! `statsd`: numbers as UDP packets in the protocol of Etsy's StatsD. See this folder's `README.md`. `dogstatsd` is the same with tags.

pub(crate) mod config;
pub(crate) mod encode;
mod send;

#[cfg(test)]
pub(crate) mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "statsd",
    summary: "counters and gauges by UDP to StatsD, each second",
    class: "StatsDConfig",
    guarantee: "at most once",
    events: EventSelection::None,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: || tests::backend(),
};
