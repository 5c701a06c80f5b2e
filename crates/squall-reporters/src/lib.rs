//! The reporters that come with Squall: one folder each, and one table of them.
//!
//! - [`table`]: [`REGISTRATIONS`] and [`build`], which makes a reporter of a name and its settings.
//! - [`registration`]: what an entry of the table says about its reporter.
//! - [`common`]: the settings that all reporters have, and what comes of them.
//! - [`settings`]: reads settings as users wrote them, and names everything that is wrong with them at once.
//! - `files`: files that reporters append to or replace, so that a killed process leaves whole records.
//! - `target`: how `--out NAME=TARGET` is read; `secret`: text that nobody may see.
//! - `http`: one client for all backends that are asked over HTTP; `exponential`: distributions in exponential buckets.
//! - `sql`: the tables of all reporters that write SQL.
//! - `payload`: records as JSON texts, for queues and key-value stores; `address`: where a backend is.
//! - the other folders: the reporters, each behind a cargo feature of its name where it needs a client. How to add one is in
//!   this crate's `README.md`.
//!
//! Deliberately absent: queues, batches, retries and threads (`squall-report` has them) and the engine.

#[cfg(any(feature = "kafka", feature = "mongodb", feature = "redis"))]
mod address;
pub mod common;
mod csv;
#[cfg(feature = "dogstatsd")]
mod dogstatsd;
mod exponential;
mod files;
#[cfg(feature = "graphite")]
mod graphite;
#[cfg(feature = "http")]
#[allow(dead_code, reason = "a build may have `http` alone")]
mod http;
#[cfg(feature = "influxdb")]
mod influxdb;
mod json;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "mongodb")]
mod mongodb;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "numbers")]
#[allow(
    dead_code,
    reason = "a build may have no reporter that needs all of it"
)]
mod numbers;
#[cfg(feature = "otel")]
mod otel;
#[cfg(any(feature = "kafka", feature = "mongodb", feature = "redis"))]
#[allow(dead_code, reason = "a build may have one that needs a part of it")]
mod payload;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(feature = "redis")]
mod redis;
pub mod registration;
mod secret;
pub mod settings;
#[cfg(feature = "sql")]
#[allow(dead_code, reason = "a build may have `sql` alone")]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "statsd")]
mod statsd;
pub mod table;
mod target;
#[cfg(feature = "timescaledb")]
mod timescaledb;
#[cfg(feature = "xml")]
mod xml;

#[cfg(test)]
mod backend;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod hard_backends;
#[cfg(test)]
mod hard_records;
#[cfg(test)]
#[allow(dead_code, reason = "a build may leave out those that need a record")]
mod sample;

pub use common::{COMMON, Delivery, split_common};
pub use registration::{BuildContext, Registration, SettingInfo, SettingKind, Target};
pub use settings::{SettingError, SettingsErrors};
pub use squall_report::EventSelection;
pub use table::{BuildError, Built, REDACTED, REGISTRATIONS, build, find, redact};
