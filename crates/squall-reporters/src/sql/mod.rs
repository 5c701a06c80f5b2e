//! The tables of the SQL reporters: described once, rendered by each dialect.
//!
//! - [`table`]: the tables and their columns; Hedra's columns come first.
//! - [`settings`]: the settings that name tables, and the names of those that are derived.
//! - [`rows`]: records become values, in the order of the columns; [`key`]: the ids by which a record that comes again is known;
//!   [`tags`]: tags as JSON.
//! - [`dialect`]: how identifiers, types and conflicts are written.
//! - [`schema`]: tables are created, get columns that they lack, and are refused where they are somebody else's.
//! - [`login`]: where a server is, who writes, and what is believed of it.
//! - [`server`]: the reporter of a server with tables; what differs is a trait.
//! - [`url`]: how `--out postgres=postgres://…` becomes settings.
//!
//! Deliberately absent: connections, transactions and errors of a backend; they are in `send.rs` of each reporter.

mod dialect;
mod key;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod login;
mod rows;
mod schema;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server;
mod settings;
mod table;
mod tags;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod url;

pub(crate) use dialect::Dialect;
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use login::{DATABASE, Login, PASSWORD, Tls, USERNAME};
pub(crate) use rows::{Row, touched, write};
pub(crate) use schema::{Existing, SCHEMA_TABLE, SCHEMA_VERSION, changes, check_version};
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use server::{Server, ServerReporter};
pub(crate) use settings::{
    EVENTS_TABLE, METRICS_TABLE, STREAMS_TABLE, SYSTEM_METRICS_TABLE, read_tables,
};
pub(crate) use table::{Table, TableKind, kinds_of};
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use url::{Form, read_url};
