//! The run that records belong to.

use serde::{Deserialize, Serialize};

use super::{Tags, WallTime};

/// Whether a run met its thresholds and can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunVerdict {
    /// Every threshold held.
    Passed,
    /// A threshold did not hold.
    Failed,
    /// The generator cannot vouch for the numbers.
    Invalid,
}

impl RunVerdict {
    /// Names the verdict as the records spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Invalid => "invalid",
        }
    }
}

/// What identifies a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Unique id of the run.
    pub id: String,
    /// Name that the user gave it, or the plan's.
    pub name: String,
    /// Seed of its random choices.
    pub seed: u64,
    /// Version of Squall that ran it.
    pub version: String,
    /// Wall-clock time at which the run's monotonic clock was 0.
    pub started_at: WallTime,
    /// Tags of the test, and those that were given to the reporter.
    #[serde(default)]
    pub tags: Tags,
    /// The verdict; `None` while the run goes on, and without what reporters themselves may still lose.
    pub verdict: Option<RunVerdict>,
    /// Why the verdict is not `passed`, in words.
    #[serde(default)]
    pub reasons: Vec<String>,
}
