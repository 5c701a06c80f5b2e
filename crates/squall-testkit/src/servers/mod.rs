//! Real backends, each started by the test that needs it.
//!
//! A function per kind starts a server on free ports of the loopback device, with its data in a folder of its own, and waits until it
//! answers. `scripts/test_servers.sh` installs them. A kind that is not installed is said on the terminal and is `None`; with
//! `SQUALL_REQUIRE_SERVERS=1` it is a panic.
//!
//! A server dies with its value, and with the process that started it, however that ends. What is slow to start can be shared by all
//! tests of a binary, and still be stopped by one of them:
//!
//! ```no_run
//! use std::sync::OnceLock;
//! use squall_testkit::servers::{self, Postgres};
//!
//! static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
//! let Some(server) = SERVER.get_or_init(servers::postgres) else { return };
//! assert_eq!(server.query("select 1"), "1");
//! server.kill();
//! server.start();
//! ```
//!
//! - [`Process`]: what all servers can: stop, be killed, start anew, hang.
//! - [`http`]: asks those that speak HTTP.

mod carbon;
mod certificates;
mod collector;
mod family;
mod ferretdb;
mod folder;
pub mod http;
mod influxdb;
mod kafka;
mod mariadb;
mod ports;
mod postgres;
mod process;
mod programs;
mod prometheus;
mod pushgateway;
mod redis;
mod statsd;

pub use carbon::{Carbon, carbon};
pub use collector::{Collector, collector};
pub use ferretdb::{Ferretdb, ferretdb, ferretdb_without_users};
pub use influxdb::{Influxdb, influxdb};
pub use kafka::{Kafka, kafka};
pub use mariadb::{Mariadb, mariadb};
pub use postgres::{Postgres, postgres};
pub use process::Process;
pub use prometheus::{Prometheus, prometheus};
pub use pushgateway::{Pushgateway, pushgateway};
pub use redis::{Redis, redis};
pub use statsd::{Statsd, statsd};

/// The user that every server with accounts has.
pub const USER: &str = "squall";

/// The password of [`USER`].
pub const PASSWORD: &str = "gale-force-9";
