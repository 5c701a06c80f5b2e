//! One pass through a script.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use squall_engine::script::{
    CommandInlet, IterationRef, ScriptCommand, ScriptEnd, ScriptStart, TimedFacts, TimedKind,
};
use squall_metrics::{Outcome, SeriesKind};
use squall_protocol::{Failure, FailureClass};

use super::event_loop;
use super::script::{Script, Times};
use super::shared::Shared;

/// What everything that belongs to one pass shares.
#[derive(Debug)]
pub(crate) struct Iteration {
    pub(crate) start: ScriptStart,
    pub(crate) script: Arc<Script>,
    pub(crate) shared: Arc<Shared>,
    inlet: CommandInlet,
    /// When its first line ran.
    pub(crate) began_ns: u64,
    given_up: AtomicBool,
    failed: OnceLock<Failure>,
    requests: AtomicU32,
    /// Transactions that are open.
    pub(crate) spans: AtomicU32,
}

/// Something that was timed in a script.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timed {
    pub(crate) kind: TimedKind,
    /// `None`: interrupted.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) intended_ns: u64,
    pub(crate) started_ns: u64,
    pub(crate) ended_ns: u64,
}

impl Iteration {
    pub(crate) fn new(start: ScriptStart, script: Arc<Script>, shared: Arc<Shared>) -> Self {
        Self {
            inlet: shared.inlet(start.iteration.thread),
            began_ns: shared.now(),
            start,
            script,
            shared,
            given_up: AtomicBool::new(false),
            failed: OnceLock::new(),
            requests: AtomicU32::new(0),
            spans: AtomicU32::new(0),
        }
    }

    pub(crate) fn id(&self) -> IterationRef {
        self.start.iteration
    }

    pub(crate) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Counts a request and returns its number, from 0.
    pub(crate) fn count_request(&self) -> u32 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Returns when an operation should have started that starts at `started`: the first one would have done so earlier by as much as
    /// the iteration was late.
    pub(crate) fn intended_of(&self, started: u64, is_first: bool) -> u64 {
        let late = self.start.ordered_ns.saturating_sub(self.start.intended_ns);
        if is_first {
            started.saturating_sub(late).max(self.start.intended_ns)
        } else {
            started
        }
    }

    /// Counts the iteration as failed without an exception.
    pub(crate) fn fail(&self, failure: Failure) {
        // The first reason is the one that counts.
        self.failed.set(failure).ok();
    }

    /// Tells the I/O thread; from the event loop together with what else it has to say.
    pub(crate) fn command(&self, command: ScriptCommand) {
        if let Err(command) = event_loop::push(self.start.iteration.thread, command) {
            self.inlet.send(&mut vec![command]);
        }
    }

    /// Counts something that the script timed.
    pub(crate) fn timed(&self, name: &str, timed: Timed, failure: Option<Box<Failure>>) {
        self.told(name, timed, failure, None);
    }

    /// Counts something that the script timed and knows more of.
    pub(crate) fn told(
        &self,
        name: &str,
        timed: Timed,
        failure: Option<Box<Failure>>,
        facts: Option<Box<TimedFacts>>,
    ) {
        self.command(ScriptCommand::Timed {
            iteration: self.id(),
            series: self.script.series(timed.kind.series(), name),
            kind: timed.kind,
            outcome: timed.outcome,
            intended_ns: timed.intended_ns,
            started_ns: timed.started_ns,
            ended_ns: timed.ended_ns,
            failure,
            facts,
        });
    }

    /// Counts a number of the test's own.
    pub(crate) fn value(&self, name: &str, value: f64) {
        let series = self.script.series(SeriesKind::Metric, name);
        self.command(ScriptCommand::Value { series, value });
    }

    /// Ends the iteration, and counts its body where that is an operation of its own.
    pub(crate) fn end(&self, end: ScriptEnd) {
        let ended_ns = self.shared.now();
        let times_itself = match self.script.times {
            Times::Always => true,
            Times::WithoutRequests => self.requests.load(Ordering::Relaxed) == 0,
            Times::Never => false,
        };
        let ran = !matches!(end, ScriptEnd::NoData | ScriptEnd::Skipped);
        let end = match end {
            ScriptEnd::Returned => match self.failed.get() {
                Some(failure) => ScriptEnd::Failed(Box::new(failure.clone())),
                None => ScriptEnd::Returned,
            },
            end => end,
        };
        if times_itself && ran {
            let (outcome, failure) = match &end {
                _ if self.is_given_up() => (None, None),
                ScriptEnd::Raised(failure) => {
                    let told = Failure::new(FailureClass::Script, failure.message.clone());
                    let told = told.with_detail(failure.detail.clone());
                    (Some(Outcome::Failed), Some(Box::new(told)))
                }
                ScriptEnd::Failed(failure) => (Some(Outcome::Failed), Some(failure.clone())),
                _ => (Some(Outcome::Ok), None),
            };
            let timed = Timed {
                kind: TimedKind::Operation,
                outcome,
                intended_ns: self.start.intended_ns,
                started_ns: self.began_ns,
                ended_ns,
            };
            self.timed(&self.script.info.name, timed, failure);
        }
        self.command(ScriptCommand::End {
            iteration: self.id(),
            ended_ns,
            end,
        });
    }
}
