//! What a live view sees of a run.

use squall_metrics::summary::ControlSummary;

/// A run at one moment; rates and percentiles are those of the last seconds, counts since the start.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Name of the plan.
    pub name: String,
    /// Stages in the order of the plan.
    pub stages: Vec<StageProgress>,
    /// Seconds since the start.
    pub elapsed_s: f64,
    /// Seconds that all stages will take, as far as their load profiles tell.
    pub planned_s: Option<f64>,
    /// Iterations that were due in the last second; `None` without an open model.
    pub asked_rate: Option<f64>,
    /// Iterations started in the last second, of open models where the plan has any: those that `asked_rate` is about.
    pub iteration_rate: f64,
    /// Operations finished in the last second.
    pub rate: f64,
    /// `rate` of the last seconds, oldest first.
    pub history: Vec<f64>,
    /// Operations in flight.
    pub in_flight: u64,
    /// Active virtual users.
    pub users: u64,
    /// Operations that succeeded.
    pub ok: u64,
    /// Operations that failed.
    pub failed: u64,
    /// Operations that were cut off.
    pub interrupted: u64,
    /// Dropped iterations.
    pub dropped: u64,
    /// Iterations that succeeded.
    pub iterations_ok: u64,
    /// Iterations that failed.
    pub iterations_failed: u64,
    /// 50th, 95th and 99th percentile of the response time of the last seconds, in milliseconds.
    pub response_ms: Option<[f64; 3]>,
    /// Failures in groups, the most frequent first.
    pub errors: Vec<ErrorCount>,
    /// CPU of the process in the last second; 100 is one core.
    pub cpu_percent: f64,
    /// Share of the last second that the busiest I/O thread was busy, in percent.
    pub busiest_thread_percent: f64,
    /// 99th percentile of the schedule error of the last second, in milliseconds; `None` where nothing was scheduled.
    pub schedule_lag_p99_ms: Option<f64>,
    /// Share of the last second that the busiest interpreter was busy, in percent; `None` where no script runs.
    pub busiest_interpreter_percent: Option<f64>,
    /// Reporters that are still open.
    pub reporters: Vec<ReporterCounts>,
    /// Series of operations.
    pub series: Vec<SeriesProgress>,
    /// Rules that the run passes or fails by, in the order of the plan.
    pub thresholds: Vec<ThresholdProgress>,
    /// Loads that go on and can be changed.
    pub loads: Vec<LoadControl>,
    /// Somebody has paused the run.
    pub paused: bool,
    /// The run is being stopped, by the user or by its test.
    pub stopping: bool,
    /// What was changed so far, with marks and notes.
    pub controls: Vec<ControlSummary>,
}

/// A load that goes on and can be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadControl {
    /// Name of the stage.
    pub stage: String,
    /// Name of the scenario.
    pub scenario: String,
    /// What can be changed: `users`, or `rate` in iterations a second.
    pub kind: &'static str,
    /// How many are asked for now.
    pub value: f64,
}

/// How a rule stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdProgress {
    /// The rule as it was written.
    pub rule: String,
    /// How it stands.
    pub state: ThresholdState,
    /// The present value, or the one that broke it; `None` without data.
    pub value: Option<f64>,
    /// The limit.
    pub limit: f64,
    /// How far the value is on the right side of the limit.
    pub margin: Option<f64>,
    /// Unit of the three: `ms`, `percent`, `per_s`, or empty.
    pub unit: &'static str,
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThresholdState {
    /// It would be passed now.
    Holds,
    /// It is broken, or would be now.
    Broken,
    /// The same of one that only warns.
    Warns,
    /// There is no data yet.
    NoData,
}

/// What became of a reporter's records so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReporterCounts {
    /// Name.
    pub name: String,
    /// Records delivered.
    pub delivered: u64,
    /// Records that wait in memory.
    pub queued: u64,
    /// Records that wait on disk.
    pub spooled: u64,
    /// How often a batch was sent again.
    pub retried: u64,
    /// Records lost.
    pub dropped: u64,
}

/// A series of operations in a live run.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesProgress {
    /// Name.
    pub name: String,
    /// Operations finished in the last second.
    pub rate: f64,
    /// Operations that failed since the start.
    pub failed: u64,
    /// 50th, 95th and 99th percentile of the response time of the last second, in milliseconds.
    pub response_ms: Option<[f64; 3]>,
}

/// A stage of a live run.
#[derive(Clone, Debug)]
pub struct StageProgress {
    /// Name.
    pub name: String,
    /// How far it is.
    pub status: StageStatus,
    /// Seconds from the start of the run to the start of the stage.
    pub started_s: f64,
    /// Seconds that it has taken.
    pub elapsed_s: f64,
    /// Seconds that it will take, where that is known.
    pub planned_s: Option<f64>,
    /// Its load has no end of its own.
    pub until_stopped: bool,
}

/// How far a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageStatus {
    /// Not yet started.
    Waiting,
    /// Under way.
    Running,
    /// Ended as it should.
    Completed,
    /// Ended with an error.
    Failed,
    /// Not started, because a stage before it failed.
    Skipped,
    /// Ended or not started because the user stopped the run.
    Interrupted,
    /// Not run because somebody said so, or a condition of its own did not hold; those after it run.
    LeftOut,
}

impl StageStatus {
    /// Returns the word used in `summary.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Interrupted => "interrupted",
            Self::LeftOut => "left_out",
        }
    }
}

/// Failures of one class and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorCount {
    /// Class.
    pub class: String,
    /// What happened.
    pub message: String,
    /// How often so far.
    pub count: u64,
}
