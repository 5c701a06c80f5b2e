//! `kafka`: JSON messages on topics of Apache Kafka. See this folder's `README.md`.

mod config;
mod encode;
mod error;
mod options;
mod producer;
mod send;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "kafka",
    summary: "Apache Kafka: JSON messages with keys and headers",
    class: "KafkaConfig",
    guarantee: "at least once; without duplicates unless a broker answers nothing for 25 s",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
