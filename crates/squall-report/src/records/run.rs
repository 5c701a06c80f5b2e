//! The run that records belong to.

use serde::{Deserialize, Serialize};

use super::WallTime;

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
    /// The verdict; `None` while the run goes on, and without what reporters themselves may still lose.
    pub verdict: Option<RunVerdict>,
}
