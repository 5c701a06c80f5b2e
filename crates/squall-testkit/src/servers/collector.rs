//! A collector of OpenTelemetry.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;

use super::folder::Folder;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, obtain};
use super::programs::program;

const KIND: &str = "otelcol";

/// A collector that takes OTLP and keeps all of it in files.
#[derive(Debug)]
pub struct Collector {
    process: Process,
}

/// Starts a collector. It takes about 0.1 s.
pub fn collector() -> Option<Collector> {
    obtain(KIND, Collector::new)
}

impl Collector {
    fn new() -> Result<Self, Unavailable> {
        let server = program("otelcol")?;
        let folder = Folder::new(KIND)?;
        let ports = vec![Port::take()?, Port::take()?];
        let (grpc, http) = (ports[0].number(), ports[1].number());
        let config = folder.path().join("config.yaml");
        let place = folder.path().display();
        fs::write(&config, configuration(&place.to_string(), grpc, http))?;
        let launch = Launch::new(KIND, server, move || {
            [grpc, http]
                .iter()
                .all(|&port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
        })
        .arguments([format!("--config={}", config.display())]);
        let process = Process::start_new(launch, ports, folder)?;
        Ok(Self { process })
    }

    /// Returns where OTLP goes by gRPC.
    pub fn grpc_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// Returns where OTLP goes by HTTP, without `/v1/metrics`.
    pub fn http_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.http_port())
    }

    /// Returns the port of OTLP by HTTP.
    pub fn http_port(&self) -> u16 {
        self.port_at(1)
    }

    /// Returns the metrics that came since the first start: a line of OTLP's JSON per request, about 0.1 s later.
    pub fn metrics(&self) -> String {
        self.kept("metrics")
    }

    /// Returns the log records that came since the first start, as [`metrics`](Self::metrics).
    pub fn logs(&self) -> String {
        self.kept("logs")
    }

    /// Returns the spans that came since the first start, as [`metrics`](Self::metrics).
    pub fn traces(&self) -> String {
        self.kept("traces")
    }

    fn kept(&self, signal: &str) -> String {
        let path = self.dir().join(format!("{signal}.json"));
        fs::read_to_string(path).unwrap_or_default()
    }
}

impl Deref for Collector {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

fn configuration(place: &str, grpc: u16, http: u16) -> String {
    let of_each = |line: &dyn Fn(&str) -> String| -> String {
        ["metrics", "logs", "traces"].map(line).concat()
    };
    let files = of_each(&|signal| {
        format!(
            "  file/{signal}: {{path: {place}/{signal}.json, append: true, flush_interval: 100ms}}\n"
        )
    });
    let pipelines = of_each(&|signal| {
        format!("    {signal}: {{receivers: [otlp], exporters: [file/{signal}]}}\n")
    });
    format!(
        "receivers:\n  otlp:\n    protocols:\n      \
         grpc: {{endpoint: '127.0.0.1:{grpc}'}}\n      \
         http: {{endpoint: '127.0.0.1:{http}'}}\n\
         exporters:\n{files}\
         service:\n  telemetry: {{metrics: {{level: none}}}}\n  pipelines:\n{pipelines}"
    )
}
