//! `redis`: JSON texts in sets, streams or channels. See this folder's `README.md`.

mod config;
mod encode;
mod send;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "redis",
    summary: "Redis: JSON in sets, in streams, or published on channels",
    class: "RedisConfig",
    guarantee: "sets and streams: at least once, without duplicates; channels: at most once",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
