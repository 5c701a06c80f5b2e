//! InfluxDB 1.8, which takes writes as InfluxDB 2 does.

use std::ops::Deref;

use super::folder::Folder;
use super::http;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, obtain};
use super::programs::program;
use super::{PASSWORD, USER};

const KIND: &str = "influxdb";

/// An InfluxDB server that asks for a token, with a bucket.
#[derive(Debug)]
pub struct Influxdb {
    process: Process,
}

/// Starts InfluxDB. It takes about 0.4 s.
pub fn influxdb() -> Option<Influxdb> {
    obtain(KIND, Influxdb::new)
}

impl Influxdb {
    fn new() -> Result<Self, Unavailable> {
        let server = program("influxd")?;
        let folder = Folder::new(KIND)?;
        let ports = vec![Port::take()?, Port::take()?];
        let (port, backup) = (ports[0].number(), ports[1].number());
        let path = |name: &str| folder.path().join(name);
        let launch = Launch::new(KIND, server, move || {
            http::get(port, "/health").is_ok_and(|answer| answer.status == 200)
        })
        .arguments(["run"])
        .environment("INFLUXDB_REPORTING_DISABLED", "true")
        .environment("INFLUXDB_META_DIR", path("meta"))
        .environment("INFLUXDB_DATA_DIR", path("data"))
        .environment("INFLUXDB_DATA_WAL_DIR", path("wal"))
        .environment("INFLUXDB_BIND_ADDRESS", format!("127.0.0.1:{backup}"))
        .environment("INFLUXDB_HTTP_BIND_ADDRESS", format!("127.0.0.1:{port}"))
        .environment("INFLUXDB_HTTP_AUTH_ENABLED", "true")
        .environment("INFLUXDB_HTTP_LOG_ENABLED", "false")
        .environment("INFLUXDB_MONITOR_STORE_ENABLED", "false");
        let process = Process::start_new(launch, ports, folder)?;
        let server = Self { process };
        server.ask(
            "",
            &format!("CREATE USER {USER} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES"),
        )?;
        server.ask(&login(), &format!("CREATE DATABASE {USER}"))?;
        Ok(server)
    }

    /// Returns the address of the server, without a path.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// Returns the token that the server takes, as `Authorization: Token …`. Any organisation is right.
    pub fn token(&self) -> String {
        format!("{USER}:{PASSWORD}")
    }

    /// Returns the bucket that is there.
    pub fn bucket(&self) -> &'static str {
        USER
    }

    /// Evaluates InfluxQL on the bucket and returns the answer, JSON. Times are text (RFC 3339).
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn query(&self, influxql: &str) -> String {
        match self.ask(&format!("{}&db={USER}", login()), influxql) {
            Ok(answer) => answer,
            Err(error) => panic!("{influxql}: {error:?}"),
        }
    }

    fn ask(&self, login: &str, query: &str) -> Result<String, Unavailable> {
        let path = format!("/query?{login}&q={}", http::escape(query));
        let answer = http::post(self.port(), &path, "text/plain", "")?;
        if answer.status == 200 && !answer.body.contains("\"error\":") {
            return Ok(answer.body);
        }
        Err(Unavailable::Failed(answer.body))
    }
}

impl Deref for Influxdb {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

fn login() -> String {
    format!("u={USER}&p={}", http::escape(PASSWORD))
}
