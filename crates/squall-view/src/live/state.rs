//! What is known about a run while it goes: plain data, filled in by whoever runs it.

use squall_metrics::summary::ControlSummary;

/// A run at one moment. Rates and percentiles are those of the last second or few seconds, counts are since the start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveState {
    /// Name of the plan.
    pub name: String,
    /// All stages in the order of the plan.
    pub stages: Vec<StageState>,
    /// Seconds since the start of the first stage.
    pub elapsed_s: f64,
    /// Seconds that the whole run will take, where that is known.
    pub planned_s: Option<f64>,
    /// Iterations that were due in the last second; `None` in a closed model.
    pub asked_rate: Option<f64>,
    /// Iterations that were started per second.
    pub iteration_rate: Option<f64>,
    /// Operations that finished per second.
    pub rate: f64,
    /// `rate` of every second so far, or of the last few hundred; the newest is last.
    pub history: Vec<f64>,
    /// Operations that have no answer yet.
    pub in_flight: u64,
    /// Virtual users that are active.
    pub users: u64,
    /// Operations that succeeded.
    pub ok: u64,
    /// Operations that failed.
    pub failed: u64,
    /// Iterations that failed; shown where they are more than the operations that did, as those of scripts that raise.
    pub iterations_failed: u64,
    /// Operations that were cut off.
    pub interrupted: u64,
    /// Iterations that were due and found no free virtual user.
    pub dropped: u64,
    /// Response times, where anything finished lately.
    pub response: Option<Percentiles>,
    /// Failures in groups, the most frequent first; the first three are shown.
    pub errors: Vec<ErrorGroup>,
    /// Rules that the run passes or fails by.
    pub thresholds: Vec<ThresholdState>,
    /// How the generator itself is.
    pub generator: GeneratorState,
    /// How reporters keep up.
    pub reporters: Vec<ReporterState>,
    /// Single operations, the most important first; shown as far as there is room.
    pub series: Vec<SeriesState>,
    /// Loads that go on and can be changed.
    pub loads: Vec<LoadState>,
    /// Somebody has paused the run.
    pub paused: bool,
    /// The run is being stopped.
    pub stopping: bool,
    /// What was changed so far, with marks and notes, the newest last.
    pub controls: Vec<ControlSummary>,
    /// Seconds from the start to the last mark: counts are since then; `None`: since the start.
    pub counted_from_s: Option<f64>,
}

/// A load that goes on and can be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadState {
    /// Which one.
    pub name: LoadName,
    /// What of it can be changed.
    pub kind: LoadKind,
    /// Users, or iterations a second, that are asked for now.
    pub value: f64,
}

/// Names a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadName {
    /// Name of the stage.
    pub stage: String,
    /// Name of the scenario.
    pub scenario: String,
}

/// What of a load can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadKind {
    /// Virtual users.
    Users,
    /// Iterations a second.
    Rate,
}

/// A stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageState {
    /// Name of the stage.
    pub name: String,
    /// How far it is.
    pub status: StageStatus,
    /// Seconds from the start of the run to the start of the stage.
    pub started_s: f64,
    /// Seconds that it has taken so far.
    pub elapsed_s: f64,
    /// Seconds that it will take, where that is known.
    pub planned_s: Option<f64>,
    /// It goes on until somebody stops it.
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
    /// Not started because a stage before it failed.
    Skipped,
    /// Ended, or not started, because the user stopped the run.
    Interrupted,
    /// Not started because it was to be left out.
    LeftOut,
}

/// Response times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Percentiles {
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// Failures of one class and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorGroup {
    /// Class, e.g. `connect`, `timeout`, `status`, `check`.
    pub class: String,
    /// What happened.
    pub message: String,
    /// How often so far.
    pub count: u64,
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdState {
    /// The rule as it was written.
    pub rule: String,
    /// How it stands.
    pub status: ThresholdStatus,
    /// The present value, or the one that broke it; `None` without data.
    pub value: Option<f64>,
    /// Unit of the value: `ms`, `percent`, `per_s`, or empty.
    pub unit: String,
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThresholdStatus {
    /// It would be passed now.
    Holds,
    /// It is broken, or would be now.
    Broken,
    /// The same of one that only warns.
    Warns,
    /// There is no data yet.
    NoData,
}

/// The generator during the last second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GeneratorState {
    /// CPU of the process; 100 is one core.
    pub cpu_percent: f64,
    /// Share of the second that the busiest I/O thread was busy, at most 100.
    pub busiest_thread_percent: f64,
    /// 99th percentile of actual − intended start as far as the generator caused it, in milliseconds; `None` in a closed model.
    pub schedule_lag_p99_ms: Option<f64>,
    /// Share of the second that the busiest interpreter was busy, at most 100; `None` where no script runs.
    pub busiest_interpreter_percent: Option<f64>,
}

/// A reporter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReporterState {
    /// Name of the reporter.
    pub name: String,
    /// Records that it confirmed.
    pub delivered: u64,
    /// Records that wait for it in memory.
    pub queued: u64,
    /// Records that wait for it on disk.
    pub spooled: u64,
    /// How often a batch was sent again.
    pub retried: u64,
    /// Records that are lost.
    pub dropped: u64,
}

/// An operation during the last second.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesState {
    /// Name of the operation.
    pub name: String,
    /// Finished per second.
    pub rate: f64,
    /// Failed so far.
    pub failed: u64,
    /// Response times, where anything finished lately.
    pub response: Option<Percentiles>,
}

impl LiveState {
    /// Operations that have ended, in whatever way.
    pub(crate) fn ended(&self) -> u64 {
        self.ok
            .saturating_add(self.failed)
            .saturating_add(self.interrupted)
    }
}
