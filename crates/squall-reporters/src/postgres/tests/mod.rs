//! `postgres` and `timescaledb` with a real server: a schema of its own for each test.

mod bytes;
mod server;
mod settings;

pub(super) use server::backend;
#[cfg(feature = "timescaledb")]
pub(crate) use server::{Schema, open, send, shared};
