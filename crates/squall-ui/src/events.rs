//! What pages and programs are told of a run while it goes.

use serde::Serialize;
use serde_json::Value;
use squall_html::News;
use squall_run::snapshot::{Snapshot, ThresholdState};

use crate::start::TestOffer;

/// Version of [`State`] and of the events.
const VERSION: u32 = 1;

/// What there is to look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct State {
    version: u32,
    mode: Mode,
    run: Option<RunState>,
    test: Option<TestOffer>,
    can_start: bool,
}

/// What the server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// A run, or a test that can be run.
    Run,
    /// Runs of before.
    Stored,
}

/// The run that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RunState {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) state: Phase,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    Running,
    Stopping,
    Ended,
}

impl State {
    pub(crate) fn new(run: Option<RunState>, test: Option<&TestOffer>) -> Self {
        let going = run.as_ref().is_some_and(|run| run.state != Phase::Ended);
        Self {
            version: VERSION,
            mode: match (&run, test) {
                (None, None) => Mode::Stored,
                _ => Mode::Run,
            },
            can_start: test.is_some() && !going,
            run,
            test: test.cloned(),
        }
    }

    /// Tells whether a run is shown that has not ended.
    pub(crate) fn is_going(&self) -> bool {
        self.run
            .as_ref()
            .is_some_and(|run| run.state != Phase::Ended)
    }
}

/// What is new of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Second<'a> {
    #[serde(flatten)]
    pub(crate) news: &'a News,
    /// The summary so far; left out where it was told a moment ago and is expensive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<&'a Value>,
    pub(crate) live: Live,
}

/// How a run stands at this moment. Times are in seconds but for those whose names end in `_ms`.
#[derive(Debug, Serialize)]
pub(crate) struct Live {
    elapsed_s: f64,
    planned_s: Option<f64>,
    paused: bool,
    stopping: bool,
    rate: f64,
    asked_rate: Option<f64>,
    iteration_rate: f64,
    users: u64,
    in_flight: u64,
    ok: u64,
    failed: u64,
    interrupted: u64,
    dropped: u64,
    /// 50th, 95th and 99th percentile of the last seconds.
    response_ms: Option<[f64; 3]>,
    loads: Vec<Load>,
    stages: Vec<Stage>,
    thresholds: Vec<Threshold>,
    generator: Generator,
    reporters: Vec<Reporter>,
}

#[derive(Debug, Serialize)]
struct Load {
    stage: String,
    scenario: String,
    kind: &'static str,
    value: f64,
}

#[derive(Debug, Serialize)]
struct Stage {
    name: String,
    status: &'static str,
    started_s: f64,
    elapsed_s: f64,
    planned_s: Option<f64>,
    until_stopped: bool,
}

#[derive(Debug, Serialize)]
struct Threshold {
    rule: String,
    state: &'static str,
    value: Option<f64>,
    limit: f64,
    margin: Option<f64>,
    unit: &'static str,
}

#[derive(Debug, Serialize)]
struct Generator {
    cpu_percent: f64,
    busiest_thread_percent: f64,
    busiest_interpreter_percent: Option<f64>,
    schedule_lag_p99_ms: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Reporter {
    name: String,
    delivered: u64,
    queued: u64,
    spooled: u64,
    retried: u64,
    dropped: u64,
}

impl From<Snapshot> for Live {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            elapsed_s: snapshot.elapsed_s,
            planned_s: snapshot.planned_s,
            paused: snapshot.paused,
            stopping: snapshot.stopping,
            rate: snapshot.rate,
            asked_rate: snapshot.asked_rate,
            iteration_rate: snapshot.iteration_rate,
            users: snapshot.users,
            in_flight: snapshot.in_flight,
            ok: snapshot.ok,
            failed: snapshot.failed,
            interrupted: snapshot.interrupted,
            dropped: snapshot.dropped,
            response_ms: snapshot.response_ms,
            generator: Generator {
                cpu_percent: snapshot.cpu_percent,
                busiest_thread_percent: snapshot.busiest_thread_percent,
                busiest_interpreter_percent: snapshot.busiest_interpreter_percent,
                schedule_lag_p99_ms: snapshot.schedule_lag_p99_ms,
            },
            loads: loads(&snapshot),
            stages: stages(&snapshot),
            thresholds: thresholds(snapshot.thresholds.as_slice()),
            reporters: snapshot
                .reporters
                .into_iter()
                .map(|reporter| Reporter {
                    name: reporter.name,
                    delivered: reporter.delivered,
                    queued: reporter.queued,
                    spooled: reporter.spooled,
                    retried: reporter.retried,
                    dropped: reporter.dropped,
                })
                .collect(),
        }
    }
}

fn loads(snapshot: &Snapshot) -> Vec<Load> {
    let loads = snapshot.loads.iter();
    loads
        .map(|load| Load {
            stage: load.stage.clone(),
            scenario: load.scenario.clone(),
            kind: load.kind,
            value: load.value,
        })
        .collect()
}

fn stages(snapshot: &Snapshot) -> Vec<Stage> {
    let stages = snapshot.stages.iter();
    stages
        .map(|stage| Stage {
            name: stage.name.clone(),
            status: stage.status.as_str(),
            started_s: stage.started_s,
            elapsed_s: stage.elapsed_s,
            planned_s: stage.planned_s,
            until_stopped: stage.until_stopped,
        })
        .collect()
}

fn thresholds(rules: &[squall_run::snapshot::ThresholdProgress]) -> Vec<Threshold> {
    let rules = rules.iter();
    rules
        .map(|rule| Threshold {
            rule: rule.rule.clone(),
            state: match rule.state {
                ThresholdState::Holds => "holds",
                ThresholdState::Broken => "broken",
                ThresholdState::Warns => "warns",
                ThresholdState::NoData => "no_data",
            },
            value: rule.value,
            limit: rule.limit,
            margin: rule.margin,
            unit: rule.unit,
        })
        .collect()
}

/// Writes an event as server-sent events have it; JSON has no line ends of its own.
pub(crate) fn encode(event: &str, data: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = format!("event: {event}\ndata: ").into_bytes();
    serde_json::to_writer(&mut text, data)?;
    text.extend_from_slice(b"\n\n");
    Ok(text)
}
