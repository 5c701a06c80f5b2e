//! What the index says of a run.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::Serialize;
use squall_metrics::summary::{Commit, VerdictStatus};

/// How a run ended, or that it did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// All rules held.
    Passed,
    /// A rule did not hold.
    Failed,
    /// The generator cannot vouch for the numbers.
    Invalid,
    /// It is under way.
    Running,
    /// It was killed, and has no summary.
    Unfinished,
    /// Its summary cannot be read: it is broken, or of a newer version.
    Unreadable,
}

impl RunState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Passed,
        Self::Failed,
        Self::Invalid,
        Self::Running,
        Self::Unfinished,
        Self::Unreadable,
    ];

    /// Returns its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Invalid => "invalid",
            Self::Running => "running",
            Self::Unfinished => "unfinished",
            Self::Unreadable => "unreadable",
        }
    }

    /// Tells whether there is a summary to be read.
    pub fn has_summary(self) -> bool {
        matches!(self, Self::Passed | Self::Failed | Self::Invalid)
    }
}

impl From<VerdictStatus> for RunState {
    fn from(status: VerdictStatus) -> Self {
        match status {
            VerdictStatus::Passed => Self::Passed,
            VerdictStatus::Failed => Self::Failed,
            VerdictStatus::Invalid => Self::Invalid,
        }
    }
}

/// A stored run, as `squall history` lists it.
///
/// As JSON it is an element of `squall history --format json`: names stay, fields may be added.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunEntry {
    /// Identifier, also the name of its directory.
    pub id: String,
    /// When it started, RFC 3339.
    pub started_at: String,
    /// The same in milliseconds since the Unix epoch.
    #[serde(skip)]
    pub started_ms: i64,
    /// Name of the plan.
    pub name: String,
    /// File of the test, as it was named; none of a plan that came from the command line or from code.
    pub file: Option<String>,
    /// How it ended, or that it did not.
    #[serde(rename = "verdict")]
    pub state: RunState,
    /// Seconds from the start of the first stage to the end of the last.
    pub elapsed_s: Option<f64>,
    /// Finished operations (ok and failed) per second of the run.
    pub rate_per_s: Option<f64>,
    /// 99th percentile of the response times of all operations, in milliseconds.
    pub p99_ms: Option<f64>,
    /// Operations that were started.
    pub started: Option<u64>,
    /// Operations that failed.
    pub failed: Option<u64>,
    /// Commit of the repository that the test file is in.
    pub commit: Option<Commit>,
    /// Tags of the plan.
    pub tags: IndexMap<String, String>,
    /// Version of the layout of its `summary.json`.
    pub schema_version: Option<u32>,
    /// Bytes of the files in its directory.
    pub bytes: u64,
    /// Its directory.
    pub path: PathBuf,
}

impl RunEntry {
    /// Tells whether it has all these tags; those without a value need only be there.
    pub fn has_tags(&self, tags: &[(String, Option<String>)]) -> bool {
        let has = |(key, value): &(String, Option<String>)| {
            let known = self.tags.get(key);
            known.is_some_and(|known| value.as_ref().is_none_or(|value| value == known))
        };
        tags.iter().all(has)
    }
}
