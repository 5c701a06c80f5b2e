//! `mongodb`: documents in collections. See this folder's `README.md`.

mod config;
mod encode;
mod error;
mod roots;
mod send;

#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "mongodb",
    summary: "MongoDB: documents, one collection for each kind of record",
    class: "MongoDBConfig",
    guarantee: "at least once, without duplicates",
    events: EventSelection::All,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: tests::backend,
};
