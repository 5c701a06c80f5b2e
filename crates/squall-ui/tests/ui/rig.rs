//! A target, a folder for runs, and a dashboard.

use std::path::PathBuf;

use serde_json::{Value, json};
use squall_plan::Plan;
use squall_run::{FinishedRun, RunHandle, RunOptions, prepare};
use squall_target::{RunningTarget, Target, TargetConfig};
use squall_ui::{Server, Settings, Starts, TestOffer};

use crate::client::Client;

pub(crate) struct Rig {
    folder: tempfile::TempDir,
    target: RunningTarget,
    pub(crate) server: Server,
    pub(crate) starts: Starts,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    /// With a test that can be started.
    pub(crate) fn with(test: Option<TestOffer>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = TargetConfig {
            threads: 1,
            ..TargetConfig::default()
        };
        let settings = Settings {
            address: ([127, 0, 0, 1], 0).into(),
            tls: None,
            runs_dir: folder.path().join("runs"),
            test,
        };
        let (server, starts) = Server::start(settings).unwrap();
        Self {
            folder,
            target: Target::start(config).unwrap(),
            server,
            starts,
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::of(&self.server)
    }

    pub(crate) fn runs_dir(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    /// Starts a run of one scenario, and shows it.
    pub(crate) fn start(&self, load: &Value) -> RunHandle {
        let url = format!("http://{}", self.target.http_addr());
        let plan = json!({
            "version": 1, "name": "shown", "seed": 1,
            "http": {"base_url": url, "headers": {"authorization": "Bearer verysecretvalue"}},
            "stages": {"load": {"execute": {"scenarios": {"all": {"load": load, "flow": [
                {"http": {"url": "/"}}, {"http": {"url": "/status/503", "name": "broken"}},
            ]}}}}},
            "thresholds": [{"rule": "rate > 1/s"}],
        });
        let options = RunOptions {
            threads: Some(1),
            base_dir: self.folder.path().to_owned(),
            runs_dir: self.runs_dir(),
            ..RunOptions::default()
        };
        let plan = Plan::from_value(plan).unwrap();
        let run = RunHandle::start(prepare(&plan, options).unwrap()).unwrap();
        self.server.show(run.remote());
        run
    }

    /// Ends the dashboard.
    pub(crate) fn close(self) {
        self.server.close();
    }

    /// Waits for a run, and tells its end.
    pub(crate) fn finish(&self, run: RunHandle) -> FinishedRun {
        let run = run.finish();
        self.server.end(&run.directory);
        run
    }
}

/// So many iterations a second, for a time.
pub(crate) fn open(rate: f64, duration: &str) -> Value {
    json!({"open": {"rate": rate, "duration": duration}})
}
