//! When a run and its stages begin and end.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{RunVerdict, WallTime};

/// What began or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// The run began.
    RunStarted,
    /// A stage began.
    StageStarted,
    /// A stage ended.
    StageEnded,
    /// The run ended, or as much of it as comes before its results are sent.
    RunEnded,
}

impl Lifecycle {
    /// Names it as the records spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RunStarted => "run_started",
            Self::StageStarted => "stage_started",
            Self::StageEnded => "stage_ended",
            Self::RunEnded => "run_ended",
        }
    }
}

/// One beginning or end; what identifies the run (name, version, seed, tags) is in the batch's
/// [`RunRecord`](super::RunRecord).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LifecycleRecord {
    /// Id of the run, so that records of several runs can share one file or table.
    pub run: String,
    /// What began or ended.
    pub what: Lifecycle,
    /// The stage; empty for the run.
    pub stage: String,
    /// Wall-clock time.
    pub time: WallTime,
    /// In seconds since the start of the run.
    pub at_s: f64,
    /// How it ended: `completed`, `failed`, …; empty when it begins.
    pub status: String,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The verdict, at the end of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<RunVerdict>,
    /// The plan without its secrets, at the start of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<Value>>,
}
