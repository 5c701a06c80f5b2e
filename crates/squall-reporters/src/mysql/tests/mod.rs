//! `mysql` with a real MariaDB: a database of its own for each test.

mod server;
mod statements;

pub(super) use server::backend;
