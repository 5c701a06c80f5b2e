//! The push gateway of Prometheus.

use std::ops::Deref;

use super::folder::Folder;
use super::http;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, obtain};
use super::programs::program;

const KIND: &str = "pushgateway";

/// A push gateway.
#[derive(Debug)]
pub struct Pushgateway {
    process: Process,
}

/// Starts a push gateway. It takes about 20 ms.
pub fn pushgateway() -> Option<Pushgateway> {
    obtain(KIND, Pushgateway::new)
}

impl Pushgateway {
    fn new() -> Result<Self, Unavailable> {
        let server = program("prometheus-pushgateway").or_else(|_| program("pushgateway"))?;
        let folder = Folder::new(KIND)?;
        let port = Port::take()?;
        let number = port.number();
        let data = folder.path().join("metrics");
        let launch = Launch::new(KIND, server, move || {
            http::get(number, "/-/ready").is_ok_and(|answer| answer.status == 200)
        })
        .arguments([
            format!("--web.listen-address=127.0.0.1:{number}"),
            format!("--persistence.file={}", data.display()),
        ]);
        let process = Process::start_new(launch, vec![port], folder)?;
        Ok(Self { process })
    }

    /// Returns the address of the gateway, without a path.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// Returns everything that was pushed, as Prometheus would get it.
    ///
    /// # Panics
    /// When the gateway does not answer.
    pub fn metrics(&self) -> String {
        let answer = http::get(self.port(), "/metrics").expect("the gateway answers");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }
}

impl Deref for Pushgateway {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}
