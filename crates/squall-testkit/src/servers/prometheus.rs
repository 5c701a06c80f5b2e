//! Prometheus.

use std::fs;
use std::ops::Deref;

use super::folder::Folder;
use super::http;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, obtain};
use super::programs::program;

const KIND: &str = "prometheus";

/// A Prometheus server that also takes remote writes, and native histograms in both ways.
#[derive(Debug)]
pub struct Prometheus {
    process: Process,
}

/// Starts Prometheus, which asks each of `targets` (`127.0.0.1:9464`) for `/metrics` twice a second. It takes about 60 ms, but
/// Prometheus asks for the first time only 5 s later; remote writes are taken at once.
///
/// The labels `job="squall"` and `instance` are added, those of the target stay where they collide.
pub fn prometheus(targets: &[&str]) -> Option<Prometheus> {
    obtain(KIND, || Prometheus::new(targets))
}

impl Prometheus {
    fn new(targets: &[&str]) -> Result<Self, Unavailable> {
        let server = program("prometheus")?;
        let folder = Folder::new(KIND)?;
        let port = Port::take()?;
        let number = port.number();
        let config = folder.path().join("prometheus.yml");
        fs::write(&config, configuration(targets))?;
        let launch = Launch::new(KIND, server, move || {
            http::get(number, "/-/ready").is_ok_and(|answer| answer.status == 200)
        })
        .arguments([
            format!("--config.file={}", config.display()),
            format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ),
            format!("--web.listen-address=127.0.0.1:{number}"),
        ])
        .arguments(["--web.enable-remote-write-receiver"])
        .arguments(["--enable-feature=native-histograms,exemplar-storage"]);
        let process = Process::start_new(launch, vec![port], folder)?;
        Ok(Self { process })
    }

    /// Returns the address of the server, without a path.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// Returns where remote writes go.
    pub fn remote_write_url(&self) -> String {
        format!("{}/api/v1/write", self.url())
    }

    /// Evaluates an expression now and returns the answer, JSON.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn query(&self, expression: &str) -> String {
        let path = format!("/api/v1/query?query={}", http::escape(expression));
        let answer = http::get(self.port(), &path).expect("prometheus answers");
        assert_eq!(answer.status, 200, "{expression}: {}", answer.body);
        answer.body
    }
}

impl Deref for Prometheus {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

fn configuration(targets: &[&str]) -> String {
    let targets: Vec<String> = targets.iter().map(|target| format!("'{target}'")).collect();
    format!(
        "global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}\n\
         scrape_configs:\n\
         - job_name: squall\n  \
           honor_labels: true\n  \
           static_configs: [{{targets: [{}]}}]\n",
        targets.join(", ")
    )
}
