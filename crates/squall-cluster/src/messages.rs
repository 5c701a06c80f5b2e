//! What coordinator and agents tell each other.
//!
//! | phase | coordinator | agent |
//! |---|---|---|
//! | joining | | `Hello` |
//! | preparing | `Welcome` | `Ready`, or `Refused` |
//! | load | `StartStage`, `TakeOver`, `Volume`, `Steer`, `EndStage`, `Stop`, `Abort`, `Flush` | `StageEnded`, `SeriesAdded`, `Part`, `Records`, `Flushed` |
//! | scripts | `Answered`, `Notify` | `ScriptMessage`, `Ask`, `Notify`, `StopRun` |
//! | end | `Shutdown` | `Bye` |
//! | always | | `Heartbeat` |

use serde::{Deserialize, Serialize};
use squall_metrics::series::Nested;
use squall_metrics::{IntervalPart, ScenarioKey, SeriesKey};

/// What the coordinator tells an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToAgent {
    /// What the run is, and which part of it is the agent's.
    Welcome(Box<Welcome>),
    /// Starts the agent's share of a stage at an instant.
    StartStage {
        /// Name of the stage.
        stage: String,
        /// Comes back with [`FromAgent::StageEnded`].
        token: u64,
        /// When, on the run's clock.
        start_ns: u64,
    },
    /// Takes over what is left of a lost agent's share of a scenario.
    TakeOver {
        /// Comes back with [`FromAgent::StageEnded`].
        token: u64,
        /// What is left.
        rest: RestOfShare,
    },
    /// Changes the number of virtual users of a scenario.
    Volume {
        /// Name of the stage.
        stage: String,
        /// Name of the scenario.
        scenario: String,
        /// From when on, in nanoseconds since the start of the scenario.
        at_ns: u64,
        /// How many over all agents; `None` ends the scenario.
        users: Option<u32>,
    },
    /// Changes the load of a scenario.
    Steer {
        /// Name of the stage.
        stage: String,
        /// Name of the scenario.
        scenario: String,
        /// All that was changed since its start, as JSON.
        course: String,
    },
    /// The answer to [`FromAgent::Ask`].
    Answered {
        /// Number of the question.
        question: u64,
        /// The answer, or what is wrong.
        answer: Answer,
    },
    /// News of the scripts of another process.
    Notify {
        /// What it is about.
        topic: String,
        /// As the scripts write it.
        #[serde(with = "serde_bytes")]
        payload: Vec<u8>,
    },
    /// Ends the load of a stage before its time; what is in flight gets its grace.
    EndStage {
        /// Name of the stage.
        stage: String,
    },
    /// Ends all load; what is in flight gets its grace.
    Stop,
    /// Ends all load at once.
    Abort,
    /// Asks for what was measured so far.
    Flush {
        /// Comes back with [`FromAgent::Flushed`].
        token: u64,
    },
    /// Ends the agent.
    Shutdown,
}

/// What an agent tells the coordinator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromAgent {
    /// It is there.
    Hello {
        /// Its process.
        pid: u32,
        /// Its version; another one than the coordinator's is refused.
        version: String,
    },
    /// Everything is prepared, load may start.
    Ready,
    /// The test cannot run here.
    Refused {
        /// Everything that is wrong.
        errors: Vec<AgentError>,
    },
    /// A share of a stage has ended.
    StageEnded {
        /// As given with the order.
        token: u64,
        /// When, on the run's clock.
        at_ns: u64,
    },
    /// Names that are new: the next numbers of the agent's own table.
    SeriesAdded {
        /// Series, in the order of their numbers.
        series: Vec<SeriesKey>,
        /// Scenarios, in the order of their numbers.
        scenarios: Vec<ScenarioKey>,
        /// Which series is a part of which transaction.
        nested: Vec<Nested>,
    },
    /// What one I/O thread measured, with numbers of the agent's own table.
    Part {
        /// What it measured.
        part: Box<IntervalPart>,
        /// Why it is handed over.
        state: PartState,
    },
    /// One record per operation.
    Records {
        /// The records, their series being of the agent's own table.
        records: Vec<Record>,
        /// How many were lost since the last time, because nobody took them fast enough.
        dropped: u64,
    },
    /// What a script sent.
    ScriptMessage {
        /// A JSON document.
        json: String,
    },
    /// A question of the scripts to the process in which the test was loaded first.
    Ask {
        /// Comes back with [`ToAgent::Answered`].
        question: u64,
        /// What it is about.
        topic: String,
        /// As the scripts write it.
        #[serde(with = "serde_bytes")]
        payload: Vec<u8>,
    },
    /// News for the scripts of all other processes.
    Notify {
        /// What it is about.
        topic: String,
        /// As the scripts write it.
        #[serde(with = "serde_bytes")]
        payload: Vec<u8>,
    },
    /// A script ends the run.
    StopRun {
        /// Why.
        reason: String,
    },
    /// Everything measured until the order to flush has been sent.
    Flushed {
        /// As given with the order.
        token: u64,
    },
    /// It lives.
    Heartbeat {
        /// What it used so far.
        usage: AgentUsage,
    },
    /// It ends now.
    Bye {
        /// What it used.
        usage: AgentUsage,
        /// What went wrong after the load.
        errors: Vec<AgentError>,
    },
}

/// Answer of scripts to a question of scripts.
pub type Answer = Result<serde_bytes::ByteBuf, String>;

/// What the run is, and which part of it is the agent's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// Number of the agent, from 0; also which share of all load it runs.
    pub agent: u32,
    /// How many agents there are.
    pub agents: u32,
    /// The plan as JSON.
    pub plan: String,
    /// Where the scripts of the plan are, if it has any.
    pub test: Option<TestFile>,
    /// Settings of the run.
    pub options: AgentOptions,
    /// Reading of the machine's monotonic clock at zero of the run's clock.
    pub clock_origin_ns: u64,
    /// Unix time at zero of the run's clock, in nanoseconds.
    pub wall_origin_ns: u64,
}

/// A test file that holds scripts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestFile {
    /// The file.
    pub file: String,
    /// Name of the test in it.
    pub name: Option<String>,
    /// What replaces or completes what the file says, a JSON object.
    pub overrides: String,
}

/// Settings of the run that agents need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentOptions {
    /// I/O threads of each agent.
    pub threads: u32,
    /// Seed of every random choice.
    pub seed: u64,
    /// Folder from which relative paths of the plan start.
    pub base_dir: String,
    /// Series at most.
    pub max_series: u64,
    /// Whether somebody wants one record per operation.
    pub records: bool,
    /// Share of the iterations that are traced, and a number that no other run has; `None` for no traces.
    pub sampling: Option<(f64, u64)>,
    /// Whether the first failed iteration is to end the load.
    pub fail_fast: bool,
}

/// What is left of a lost agent's share of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestOfShare {
    /// Name of the stage.
    pub stage: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Which share: index and count.
    pub segment: (u32, u32),
    /// When the stage started, on the run's clock.
    pub start_ns: u64,
    /// From when on the share has nobody, on the run's clock.
    pub from_ns: u64,
    /// Iterations left, where the load is a number of them.
    pub iterations: Option<u64>,
}

/// Why a part is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartState {
    /// Its interval is over.
    Complete,
    /// More of its interval follows.
    Partial,
    /// The I/O thread has ended.
    Last,
}

/// What an agent has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentUsage {
    /// User and system time in nanoseconds.
    pub cpu_ns: u64,
    /// Largest resident set in bytes.
    pub max_rss_bytes: u64,
}

/// Something that is wrong with the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentError {
    /// Where in the plan.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// How to put it right.
    pub hint: Option<String>,
    /// Where it was written.
    pub place: Option<ErrorPlace>,
}

/// Where something was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorPlace {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Name of what is there.
    pub name: Option<String>,
}

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordKind {
    /// One request and its answer.
    Operation,
    /// Steps timed as one.
    Transaction,
    /// An iteration that is traced.
    Iteration,
    /// A check of an answer, by its name.
    Check(String),
}

/// One operation, transaction or check that is finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Row", into = "Row")]
pub struct Record {
    /// What it is about.
    pub kind: RecordKind,
    /// Series in the agent's own table.
    pub series: u32,
    /// Intended start, start, connected, secured, written, first byte, last byte, on the run's clock.
    pub moments: [u64; 7],
    /// Whether it succeeded.
    pub ok: bool,
    /// Status of the answer; 0 without one.
    pub status: u16,
    /// Bytes written and read.
    pub bytes: (u64, u64),
    /// Number of the virtual user.
    pub user: u64,
    /// Number of the iteration in its scenario.
    pub iteration: u64,
    /// The I/O thread and the number of the record on it.
    pub id: (u32, u64),
    /// Trace, span and parent, where the iteration is traced; the trace in halves.
    pub trace: Option<((u64, u64), u64, u64)>,
    /// The first failure.
    pub failure: Option<RecordFailure>,
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFailure {
    /// Its class.
    pub class: String,
    /// What happened.
    pub message: String,
}

/// A record without the names of its fields: there are hundreds of thousands of them a second.
type Row = (
    (u32, [u64; 7], bool, u16),
    (u64, u64),
    (u64, u64),
    (u32, u64),
    Option<(String, String)>,
    (RecordKind, Option<((u64, u64), u64, u64)>),
);

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        let ((series, moments, ok, status), bytes, (user, iteration), id, failure, about) = row;
        let (kind, trace) = about;
        Self {
            kind,
            trace,
            series,
            moments,
            ok,
            status,
            bytes,
            user,
            iteration,
            id,
            failure: failure.map(|(class, message)| RecordFailure { class, message }),
        }
    }
}

impl From<Record> for Row {
    fn from(record: Record) -> Self {
        (
            (record.series, record.moments, record.ok, record.status),
            record.bytes,
            (record.user, record.iteration),
            record.id,
            record
                .failure
                .map(|failure| (failure.class, failure.message)),
            (record.kind, record.trace),
        )
    }
}
