//! What is new of a run, once a second.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use squall_html::data::ReportData;
use squall_html::{Collector, RunDocuments, live_step_s, redact};
use squall_run::control::Remote;
use tokio::time::Instant;

use crate::events::{Live, Phase, RunState, Second, encode};
use crate::lines::Lines;

/// How many times as long as making a summary takes nothing is made, so that it costs a twentieth of a core at most.
const REST: u32 = 19;
/// How long old seconds are read again in one go, where they are to become longer steps.
const READING: Duration = Duration::from_millis(20);

/// A run that goes on, as pages see it.
#[derive(Debug)]
pub(crate) struct Feed {
    remote: Remote,
    name: String,
    path: PathBuf,
    plan: Option<Value>,
    lines: Lines,
    collector: Collector,
    /// The same with longer steps, on its way to where `lines` is.
    coarser: Option<(Lines, Collector)>,
    summary: Value,
    /// When the next summary may be made.
    rested: Instant,
}

/// What reading on has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// There are new lines.
    pub(crate) new: bool,
    /// What was told so far cannot be appended to.
    pub(crate) anew: bool,
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
            lines: Lines::of(&path),
            collector: Collector::new(live_step_s(seconds(planned), 0)),
            name: snapshot.name,
            path,
            plan,
            coarser: None,
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
        let mut read = Read::default();
        while self.lines.next(|line| self.collector.line(line))? {
            read.new = true;
        }
        read.anew = self.lengthen()?;
        Ok(read)
    }

    /// Makes steps longer when there are too many of them. Old seconds are read again a few at a time, so that it costs the run nothing.
    fn lengthen(&mut self) -> io::Result<bool> {
        if self.coarser.is_none() {
            let now_s = self.collector.step_s();
            let seconds = self.collector.steps() as u64 * now_s;
            let step_s = live_step_s(seconds, self.collector.series() as u64);
            if step_s > now_s {
                self.coarser = Some((Lines::of(&self.path), Collector::new(step_s)));
            }
        }
        let Some((lines, collector)) = &mut self.coarser else {
            return Ok(false);
        };
        let began = Instant::now();
        while lines.next(|line| collector.line(line))? {
            if began.elapsed() > READING {
                return Ok(false);
            }
        }
        if let Some((lines, collector)) = self.coarser.take() {
            self.lines = lines;
            self.collector = collector;
        }
        Ok(true)
    }

    /// Makes the event of what is new since the last one.
    pub(crate) fn second(&mut self) -> serde_json::Result<Vec<u8>> {
        let fresh = self.summarize()?;
        let event = Second {
            news: &self.collector.news(),
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
        self.collector.news();
    }

    /// Makes the whole run so far.
    pub(crate) fn whole(&mut self) -> serde_json::Result<ReportData> {
        self.summarize()?;
        let documents = RunDocuments {
            summary: self.summary.clone(),
            plan: self.plan.clone(),
        };
        Ok(documents.with_timeline(self.collector.whole()))
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

fn seconds(time: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time is not negative, and a long one may be cut"
    )]
    let whole = time.max(0.0).ceil() as u64;
    whole
}
