//! What comes out of a comparison, as it is stored and shown.

use serde::Serialize;

use crate::metric::{Metric, Unit};

/// Version of the layout of a comparison as JSON.
pub const SCHEMA_VERSION: u32 = 1;

/// Runs compared with a base.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Confidence of each interval, and of all findings together: 0.95 means that one comparison of equal runs in twenty may show
    /// any difference at all.
    pub confidence: f64,
    /// Differences that were tested, over all runs: what `p_adjusted` makes up for.
    pub tests: usize,
    /// The run that the others are compared with.
    pub base: RunLabel,
    /// The other runs.
    pub others: Vec<ComparedRun>,
}

/// Which run it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunLabel {
    /// Identifier of the run.
    pub id: String,
    /// Name of its plan.
    pub name: String,
    /// When it started, RFC 3339.
    pub started_at: String,
}

/// What is to be said of response times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Some are shown to be smaller, none to be larger.
    Faster,
    /// Some are shown to be larger, none to be smaller.
    Slower,
    /// Some are shown to be smaller and others to be larger.
    Mixed,
    /// No difference is shown; that does not mean that there is none.
    NoEvidence,
    /// The numbers do not answer the question.
    NotComparable,
}

/// One run compared with the base.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedRun {
    /// The run.
    pub run: RunLabel,
    /// Over all series.
    pub verdict: Verdict,
    /// The verdict in words.
    pub sentence: String,
    /// Why it is not comparable; where it was compared all the same, what speaks against that.
    pub obstacles: Vec<String>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// All operations together where they are several, then the series that both runs have.
    pub series: Vec<ComparedSeries>,
    /// Names of series that only the base has.
    pub only_in_base: Vec<String>,
    /// Names of series that only this run has.
    pub only_in_other: Vec<String>,
}

/// What a series counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// All operations of the run together.
    Overall,
    /// One operation.
    Operation,
    /// Steps timed as one.
    Transaction,
}

/// One series of two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedSeries {
    /// What it counts.
    pub kind: Kind,
    /// Stage that it belongs to; empty where it is all operations together.
    pub stage: String,
    /// Scenario that it belongs to; empty as above.
    pub scenario: String,
    /// Its name.
    pub name: String,
    /// Of its response times.
    pub verdict: Verdict,
    /// The verdict in words, with what else differs.
    pub sentence: String,
    /// Seconds of the base that counted.
    pub base_seconds: usize,
    /// Seconds of the other run that counted.
    pub other_seconds: usize,
    /// One for each metric; none where there are too few seconds.
    pub differences: Vec<Difference>,
}

/// What is shown of one difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The other run has more.
    More,
    /// The other run has less.
    Less,
    /// Nothing.
    NoEvidence,
    /// There are too few operations to say anything.
    TooFew,
}

/// One metric of a series in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Which.
    pub metric: Metric,
    /// What is shown, at the confidence of the whole comparison.
    pub shown: Shown,
    /// In the base: milliseconds, operations a second, or percent. Not known where there are too few.
    pub base: Option<f64>,
    /// In the other run.
    pub other: Option<f64>,
    /// In what the difference is said.
    pub unit: Unit,
    /// The difference, in `unit`.
    pub change: Option<f64>,
    /// Where the interval begins, for this difference alone; nothing where it has no end on this side.
    pub low: Option<f64>,
    /// Where the interval ends.
    pub high: Option<f64>,
    /// Probability of such a difference between equal runs.
    pub p: Option<f64>,
    /// The same, made up for the number of tests.
    pub p_adjusted: Option<f64>,
}
