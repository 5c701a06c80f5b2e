//! `graphite`: numbers as lines of text by TCP to Carbon. See this folder's `README.md`.

mod config;
mod encode;
mod send;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "graphite",
    summary: "numbers of each second and of the end of the run by TCP to Graphite's Carbon",
    class: "GraphiteConfig",
    guarantee: "at least once, and what comes twice takes its own place",
    events: EventSelection::None,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
