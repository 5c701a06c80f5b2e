//! What I/O threads and interpreters tell each other.

use std::fmt;
use std::sync::Arc;

use squall_http::{HttpStep, Operation, RequestDefaults};
use squall_metrics::{Outcome, SeriesId, SeriesKey, SeriesKind, SeriesTable, Tags};
use squall_plan::ScriptRuns;
use squall_protocol::Failure;
use squall_protocol::values::Table;

use super::ReplySlot;

/// Why something in a script failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFailure {
    /// What happened and where; failures with the same message are grouped.
    pub message: String,
    /// One of them in detail, e.g. a traceback.
    pub detail: String,
}

/// A script of a scenario, as compiled from the plan.
pub struct ScriptInfo {
    /// Its number among the scripts of the run, from 0.
    pub number: u32,
    /// Name under which the test file registered it.
    pub entry: String,
    /// Name of what is timed as an operation of its own.
    pub name: String,
    /// Where it runs.
    pub runs: ScriptRuns,
    /// Each iteration takes an item of the script's own data pool, and does not count as started before it has one.
    pub takes_data: bool,
    /// Name of the stage.
    pub stage: Arc<str>,
    /// Name of the scenario.
    pub scenario: Arc<str>,
    /// Tags of the scenario.
    pub scenario_tags: Tags,
    /// Its own tags, which stand behind the names of what it does.
    pub tags: Tags,
    /// What requests inherit.
    pub defaults: RequestDefaults,
    /// Numbers of the series.
    pub series: SeriesTable,
    /// Data pools of the plan that the scenario uses, in the order of [`ScriptStart::rows`].
    pub pools: Vec<(String, Arc<Table>)>,
}

impl ScriptInfo {
    /// Returns the number of a series of the script; `tags` are those of the request alone.
    pub fn intern(&self, kind: SeriesKind, name: &str, tags: &Tags) -> SeriesId {
        let own = match kind {
            SeriesKind::Operation | SeriesKind::Transaction => self.tags.with(tags),
            // Metrics are known by their names alone.
            SeriesKind::Iteration | SeriesKind::Metric => Tags::default(),
        };
        self.series.intern(SeriesKey {
            stage: Arc::clone(&self.stage),
            scenario: Arc::clone(&self.scenario),
            name: format!("{name}{}", own.suffix()).into(),
            kind,
            tags: self.scenario_tags.with(&own),
        })
    }
}

impl fmt::Debug for ScriptInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptInfo")
            .field("entry", &self.entry)
            .field("scenario", &self.scenario)
            .finish_non_exhaustive()
    }
}

/// A pass through a script that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IterationRef {
    /// The I/O thread of its virtual user: index in the order of [`super::ScriptHost::attach`].
    pub thread: u32,
    /// Its place on that thread.
    pub slot: u32,
    /// Tells apart those that had the same place one after the other.
    pub generation: u32,
}

/// The order to run a script once.
#[derive(Clone, Debug)]
pub struct ScriptStart {
    /// How commands name it.
    pub iteration: IterationRef,
    /// What is to run.
    pub script: Arc<ScriptInfo>,
    /// Number of the virtual user in the run, from 1.
    pub user: u64,
    /// Number of the iteration in its scenario, from 0.
    pub number: u64,
    /// What its random choices are drawn from.
    pub seed: u64,
    /// When it should start, on the run's clock.
    pub intended_ns: u64,
    /// When the order was given; the time from then on is the interpreter's.
    pub ordered_ns: u64,
    /// Row of each pool of [`ScriptInfo::pools`].
    pub rows: Vec<u32>,
}

/// What an I/O thread tells an interpreter.
#[derive(Debug)]
pub enum ScriptEvent {
    /// Runs a script once; answered by [`ScriptCommand::End`].
    Start(ScriptStart),
    /// An operation has ended.
    Done {
        /// As given by [`ReplyTo::Batch`].
        token: u64,
        /// How.
        operation: Box<FinishedOperation>,
    },
    /// An iteration was given up: it is counted already, its code should stop, its commands are ignored from now on.
    GivenUp(IterationRef),
    /// The load of the iterations of this scenario has ended: long ones should come to an end.
    Stopping(Arc<ScriptInfo>),
}

/// A finished operation.
#[derive(Debug)]
pub struct FinishedOperation {
    /// What happened; holds head and body of the answer.
    pub operation: Operation,
    /// As it was counted.
    pub outcome: Outcome,
}

/// Where the end of an operation is told.
#[derive(Clone, Debug)]
pub enum ReplyTo {
    /// As [`ScriptEvent::Done`] with this token, together with others.
    Batch(u64),
    /// To a thread that waits for nothing else.
    Thread(Arc<ReplySlot>),
}

/// What a time belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedKind {
    /// Counted like a request: in rates, response times and errors.
    Operation,
    /// Steps timed as one.
    Transaction,
}

impl TimedKind {
    /// Returns what a series of it counts.
    pub fn series(self) -> SeriesKind {
        match self {
            Self::Operation => SeriesKind::Operation,
            Self::Transaction => SeriesKind::Transaction,
        }
    }
}

/// What an interpreter knows of an operation that it timed itself, beside its beginning and its end.
///
/// The moments are on the run's clock, in this order; `None`: nobody told it, and the phase that it ends is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimedFacts {
    /// The connection was there.
    pub connected_ns: Option<u64>,
    /// The connection was secured.
    pub secured_ns: Option<u64>,
    /// The request was written.
    pub written_ns: Option<u64>,
    /// The first byte of the answer was there.
    pub first_byte_ns: Option<u64>,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Status of the answer; 0 without one.
    pub status: u16,
}

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptEnd {
    /// It returned.
    Returned,
    /// It raised.
    Raised(Box<ScriptFailure>),
    /// It returned, and the iteration counts as failed all the same.
    Failed(Box<Failure>),
    /// It did not start: its data pool is used up. The scenario ends.
    NoData,
    /// It did not start: its data pool has nothing at the moment.
    Skipped,
}

/// What an interpreter tells an I/O thread.
#[derive(Debug)]
pub enum ScriptCommand {
    /// The iteration has its data and starts; only of scripts that take data.
    Begun(IterationRef),
    /// Sends a request. Several of one iteration may be under way at once.
    Send {
        /// Whose.
        iteration: IterationRef,
        /// What is sent.
        request: Arc<HttpStep>,
        /// Where it is counted.
        series: SeriesId,
        /// Where its end is told.
        reply: ReplyTo,
        /// The operation is counted when it is judged under this number, which no other of the pass has; at the latest at its end.
        hold: Option<u32>,
    },
    /// Says what the script thinks of the answer to a held operation, which is counted then.
    Judge {
        /// Whose.
        iteration: IterationRef,
        /// As given by `hold`.
        hold: u32,
        /// Why it failed, besides what was wrong with it already; empty: nothing.
        failures: Vec<Failure>,
        /// The script's own checks of the answer by name, and whether each held.
        checks: Vec<(String, bool)>,
    },
    /// Gives up an operation that was sent with this token; it counts as interrupted, and nothing is told.
    Forget {
        /// Whose.
        iteration: IterationRef,
        /// Which.
        token: u64,
    },
    /// Counts something that the interpreter timed.
    Timed {
        /// Whose.
        iteration: IterationRef,
        /// Where it is counted.
        series: SeriesId,
        /// As what.
        kind: TimedKind,
        /// How it ended; `None` counts as interrupted.
        outcome: Option<Outcome>,
        /// When it should have started.
        intended_ns: u64,
        /// When it started.
        started_ns: u64,
        /// When it ended.
        ended_ns: u64,
        /// Why it failed.
        failure: Option<Box<Failure>>,
        /// What else is known of an operation.
        facts: Option<Box<TimedFacts>>,
    },
    /// Counts a number that the test measured itself.
    Value {
        /// Where it is counted.
        series: SeriesId,
        /// The number, in whatever unit the test has.
        value: f64,
    },
    /// The script has ended.
    End {
        /// Which.
        iteration: IterationRef,
        /// When.
        ended_ns: u64,
        /// How.
        end: ScriptEnd,
    },
}

impl ScriptCommand {
    /// Returns the iteration that it belongs to, if it belongs to one.
    pub(crate) fn iteration(&self) -> Option<IterationRef> {
        match self {
            Self::Begun(iteration)
            | Self::Send { iteration, .. }
            | Self::Forget { iteration, .. }
            | Self::Judge { iteration, .. }
            | Self::Timed { iteration, .. }
            | Self::End { iteration, .. } => Some(*iteration),
            Self::Value { .. } => None,
        }
    }

    /// Ignores the command; a thread that waits for its answer is told that there will be none.
    pub(crate) fn refuse(self) {
        if let Self::Send {
            reply: ReplyTo::Thread(slot),
            ..
        } = self
        {
            slot.give_up();
        }
    }
}
