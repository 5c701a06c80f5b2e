//! `dogstatsd`: `statsd` with the tags and events of Datadog's agent. See this folder's `README.md`.

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;
use crate::statsd::config;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "dogstatsd",
    summary: "counters and gauges with tags by UDP to Datadog's agent, each second",
    class: "DogStatsDConfig",
    guarantee: "at most once",
    events: EventSelection::None,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: |written, context| config::build_as("dogstatsd", true, written, context),
    #[cfg(test)]
    backend: tests::backend,
};
