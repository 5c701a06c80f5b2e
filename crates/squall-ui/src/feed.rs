//! What is new of a run, once a second.

use std::io;

use serde_json::Value;
use squall_html::data::ReportData;
use squall_html::{RunDocuments, redact};
use squall_run::control::Remote;
use tokio::time::Instant;

use crate::events::{Live, Phase, RunState, Second, encode};
use crate::seconds::{Read, Seconds};

/// How many times as long as making a summary takes nothing is made, so that it costs a twentieth of a core at most.
const REST: u32 = 19;
/// A run that goes on, as pages see it.
#[derive(Debug)]
pub(crate) struct Feed {
    remote: Remote,
    name: String,
    plan: Option<Value>,
    seconds: Seconds,
    summary: Value,
    /// When the next summary may be made.
    rested: Instant,
}

impl Feed {
    pub(crate) fn of(remote: Remote) -> Self {
        let directory = remote.directory();
        let path = directory.join("intervals.jsonl");
        // A run without its plan is shown all the same.
        let plan = squall_store::read_json(&directory.join("plan.json")).ok();
        let snapshot = remote.snapshot();
        let planned = snapshot.planned_s.unwrap_or(0.0);
        Self {
            seconds: Seconds::of(&path, planned),
            name: snapshot.name,
            plan,
            summary: Value::Null,
            rested: Instant::now(),
            remote,
        }
    }

    pub(crate) fn remote(&self) -> &Remote {
        &self.remote
    }

    /// Returns what it is called and how far it is.
    pub(crate) fn state(&self) -> RunState {
        RunState {
            id: self.remote.id().to_owned(),
            name: self.name.clone(),
            state: if self.remote.is_stopping() {
                Phase::Stopping
            } else {
                Phase::Running
            },
        }
    }

    /// Reads what the run has appended.
    pub(crate) fn read(&mut self) -> io::Result<Read> {
        self.seconds.read()
    }

    /// Makes the event of what is new since the last one.
    pub(crate) fn second(&mut self) -> serde_json::Result<Vec<u8>> {
        let fresh = self.summarize()?;
        let event = Second {
            news: &self.seconds.news(),
            summary: fresh.then_some(&self.summary),
            live: Live::from(self.remote.snapshot()),
        };
        let mut event = serde_json::to_value(&event)?;
        if let Some(live) = event.get_mut("live") {
            redact(live);
        }
        encode("second", &event)
    }

    /// Counts everything as told.
    pub(crate) fn skip(&mut self) {
        self.seconds.news();
    }

    /// Makes the whole run so far.
    pub(crate) fn whole(&mut self) -> serde_json::Result<ReportData> {
        self.summarize()?;
        let documents = RunDocuments {
            summary: self.summary.clone(),
            plan: self.plan.clone(),
        };
        Ok(documents.with_timeline(self.seconds.whole()))
    }

    /// Makes the summary anew, unless the last one is too recent for what it costs.
    fn summarize(&mut self) -> serde_json::Result<bool> {
        let began = Instant::now();
        if began < self.rested && !self.summary.is_null() {
            return Ok(false);
        }
        let mut summary = serde_json::to_value(self.remote.summary())?;
        redact(&mut summary);
        self.summary = summary;
        let now = Instant::now();
        self.rested = now + (now - began) * REST;
        Ok(true)
    }
}
