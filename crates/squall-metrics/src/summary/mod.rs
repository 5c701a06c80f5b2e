//! `summary.json`: the numbers of a finished run, in the units that people read (milliseconds, seconds, bytes).
//!
//! Other tools read this file: names stay, fields may be added.

mod generator;
mod operations;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use self::generator::{
    GeneratorSummary, HostSummary, InterpreterSummary, ProcessSummary, SystemSummary,
};
pub use self::operations::{
    CheckSummary, Distribution, ErrorSummary, MetricSummary, OutcomeTimes, SeriesSummary,
    TransactionSummary, ValueDistribution,
};

/// Version of the layout of `summary.json`.
pub const SCHEMA_VERSION: u32 = 1;

/// A finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Which run this is.
    pub run: RunInfo,
    /// Passed, failed or invalid, and why.
    pub verdict: Verdict,
    /// Rules that the run passes or fails by, in the order of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<ThresholdSummary>,
    /// The part of each stage that is measured, where that is not all of it: rules, totals, stages, series, transactions and metrics
    /// are of that part alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<MeasuredSummary>,
    /// Warm-up, measured part and cool-down of each stage, where there are such.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<PhaseSummary>,
    /// Sums over all operations of the run, warm-up and cool-down included, where those are not in `totals`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_run: Option<Totals>,
    /// Sums over all operations.
    pub totals: Totals,
    /// Last byte − intended start, all finished operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_time_ms: Option<Distribution>,
    /// Stages in the order in which they ran.
    pub stages: Vec<StageSummary>,
    /// One entry per operation series; transactions and iterations are in `transactions`.
    pub series: Vec<SeriesSummary>,
    /// Transactions and iterations: times from first to last moment of what they contain.
    pub transactions: Vec<TransactionSummary>,
    /// Single checks of answers by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckSummary>,
    /// Numbers that the test measured itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricSummary>,
    /// Numbers that the test made of its results.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom: Vec<CustomSummary>,
    /// CPU and memory of the generator, sampled once a second, over the run and in each stage; files, ports and memory of the machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system: Vec<SystemSummary>,
    /// What the generator itself used and how well it kept to the schedule.
    pub generator: GeneratorSummary,
    /// The processes of the generator: the one that started the run, and its agents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<ProcessSummary>,
    /// The machine of the process that started the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostSummary>,
    /// Things a reader should know: series that overflowed, rules that only warn, retransmitted segments.
    pub warnings: Vec<String>,
    /// What each reporter delivered.
    pub reporters: Vec<ReporterSummary>,
    /// What somebody changed of the run while it went, with marks and notes, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<ControlSummary>,
}

/// A change of a run that went on, a mark or a note. As JSON it is also a line of `controls.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ControlSummary {
    /// Seconds from the start of the run to when it holds.
    pub at_s: f64,
    /// `users`, `rate`, `pause`, `resume`, `stop`, `mark` (live views count anew) or `note`.
    pub action: String,
    /// Who: `keyboard`, `dashboard` or `api`.
    pub by: String,
    /// The stage, of `users` and `rate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The scenario, of `users` and `rate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// Users, or iterations a second, before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Users, or iterations a second, from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// What a note says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Summary {
    /// Sums over all operations of the run, whatever part of it is measured.
    pub fn everything(&self) -> &Totals {
        self.whole_run.as_ref().unwrap_or(&self.totals)
    }

    /// The phases that are in no other numbers.
    pub fn apart(&self) -> impl Iterator<Item = &PhaseSummary> {
        let phases = self.phases.iter();
        phases.filter(|one| one.phase != Phase::Measured)
    }

    /// Seconds in which something was measured: where nothing is left out, those of the run, without what reporters took at its end.
    pub fn measured_s(&self) -> f64 {
        if self.whole_run.is_none() {
            return self.before_reports_s();
        }
        let spans = self.measured.iter().map(|part| (part.from_s, part.to_s));
        let mut spans: Vec<(f64, f64)> = spans.collect();
        spans.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (mut sum, mut end) = (0.0, f64::NEG_INFINITY);
        for (from, to) in spans {
            sum += (to - from.max(end)).max(0.0);
            end = end.max(to);
        }
        sum
    }

    /// Seconds from the start of the run to the end of the last stage that is no Submit stage.
    fn before_reports_s(&self) -> f64 {
        let others = self.stages.iter().filter(|stage| stage.kind != "submit");
        let ends = others.map(|stage| stage.started_at_s + stage.elapsed_s);
        let last = ends.fold(0.0, f64::max);
        if last > 0.0 {
            last.min(self.run.elapsed_s)
        } else {
            self.run.elapsed_s
        }
    }
}

/// Which run this is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Identifier, also the name of the run's directory.
    pub id: String,
    /// Name of the plan.
    pub name: String,
    /// When the run started, RFC 3339.
    pub started_at: String,
    /// Seconds from the start of the first stage to the end of the last.
    pub elapsed_s: f64,
    /// Seed of every random choice.
    pub seed: u64,
    /// Version of Squall.
    pub squall_version: String,
    /// File of the test, as it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Commit of the repository that the file is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// Tags of the plan.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
}

/// A state of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Identifier, in full.
    pub id: String,
    /// Whether tracked files were changed since.
    pub dirty: bool,
}

/// Whether the run passed, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The verdict.
    pub status: VerdictStatus,
    /// One sentence per reason, with numbers and what may help; empty when passed.
    pub reasons: Vec<String>,
    /// Of an invalid run: what it would be if its generator could be trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<VerdictStatus>,
}

/// The three verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictStatus {
    /// All rules held.
    Passed,
    /// A rule did not hold.
    Failed,
    /// The generator cannot vouch for the numbers.
    Invalid,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThresholdSummary {
    /// The rule as it was written.
    pub rule: String,
    /// Whether it held.
    pub status: ThresholdStatus,
    /// What it was judged by: at the end, or of a sliding window the worst; null where there was no data, which no rule passes.
    pub value: Option<f64>,
    /// The limit.
    pub limit: f64,
    /// How far the value is on the right side of the limit; negative on the wrong one.
    pub margin: Option<f64>,
    /// Unit of the three: `ms`, `percent`, `per_s`, or empty for a plain number.
    pub unit: String,
    /// What it does when it is broken: `fail`, `warn` or `abort`.
    pub action: String,
    /// Seconds from the start of the run to where it was broken, if that was before the end.
    pub broken_at_s: Option<f64>,
    /// What is wrong in words, and where to look; null where it held.
    pub message: Option<String>,
    /// Where it was written, as `file:line`.
    pub source: Option<String>,
}

/// Whether a rule held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdStatus {
    /// It did.
    Passed,
    /// It did not, or there was no data.
    Failed,
    /// It did not, and only warns.
    Warned,
}

/// The part of a stage that is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredSummary {
    /// Name of the stage.
    pub stage: String,
    /// Seconds from the start of the run to its start; before it is the warm-up.
    pub from_s: f64,
    /// Seconds from the start of the run to its end; after it is the cool-down.
    pub to_s: f64,
}

/// One phase of a stage. What happened belongs to the phase of the second in which it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhaseSummary {
    /// Name of the stage.
    pub stage: String,
    /// `warm_up`, `measured` or `cool_down`.
    pub phase: Phase,
    /// Seconds from the start of the run to its start.
    pub from_s: f64,
    /// Seconds from the start of the run to its end.
    pub to_s: f64,
    /// Sums over the operations that ended in it; those also count as started in it.
    pub totals: Totals,
    /// Last byte − intended start, all operations that finished in it.
    pub response_time_ms: Distribution,
    /// Failures in it, grouped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorSummary>,
}

/// A part of a stage's load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before what is measured.
    WarmUp,
    /// What is measured.
    Measured,
    /// After what is measured.
    CoolDown,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::WarmUp, Self::Measured, Self::CoolDown];

    /// The name that people read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WarmUp => "warm-up",
            Self::Measured => "measured",
            Self::CoolDown => "cool-down",
        }
    }
}

/// Sums over all operations of a run or a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Operations started; equals `ok + failed + interrupted`.
    pub started: u64,
    /// Operations that succeeded.
    pub ok: u64,
    /// Operations that failed.
    pub failed: u64,
    /// Operations still in flight when the run ended.
    pub interrupted: u64,
    /// Iterations that were due and found no free virtual user.
    pub dropped_iterations: u64,
    /// Bytes written to sockets before encryption, heads included.
    pub bytes_sent: u64,
    /// Bytes read from sockets after decryption, heads included.
    pub bytes_received: u64,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageSummary {
    /// Name of the stage.
    pub name: String,
    /// `setup`, `execute`, `analyze`, `submit`, `act`, `validate`, `checkpoint`, `teardown` or `wait`.
    pub kind: String,
    /// `completed`, `failed`, `skipped` (a stage before it failed), `left_out` (it was to be skipped, or a condition of its own did not
    /// hold) or `interrupted`.
    pub status: String,
    /// Why it failed, was skipped or left out.
    pub error: Option<String>,
    /// Why it failed before it ran again, once for each time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_attempts: Vec<String>,
    /// Seconds from the start of the run to the start of the stage.
    pub started_at_s: f64,
    /// Seconds that the stage took.
    pub elapsed_s: f64,
    /// Sums over the stage's operations.
    pub totals: Totals,
    /// Iterations that were started.
    pub iterations_started: u64,
    /// Iterations in which something failed.
    pub iterations_failed: u64,
    /// Largest number of virtual users at once.
    pub users_max: u64,
}

/// A number that the test made of its results.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomSummary {
    /// Stage whose results it was made of.
    pub stage: String,
    /// Action that it belongs to.
    pub name: String,
    /// Group that the test put it into.
    pub group: String,
    /// Name of the number.
    pub metric: String,
    /// What it is: `count`, `rate`, `distribution` or `sample`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The number.
    pub value: f64,
}

/// What one reporter delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReporterSummary {
    /// Name of the reporter.
    pub name: String,
    /// Records handed to it.
    pub accepted: u64,
    /// Records that it confirmed.
    pub delivered: u64,
    /// Records lost because there was no room for them or it refused them.
    pub dropped: u64,
    /// How often a batch was sent again.
    #[serde(default)]
    pub retried: u64,
    /// Records that wait in the run's spool for `squall report RUN --resend NAME`.
    #[serde(default)]
    pub spooled: u64,
    /// Where the results are, or what went wrong.
    pub message: Option<String>,
}
