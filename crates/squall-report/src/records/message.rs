//! What a script of the test sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::WallTime;

/// A message of a script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "message")]
pub struct MessageRecord {
    /// Id of the run, so that records of several runs can share one file or table.
    pub run: String,
    /// Its type, as the script names it.
    #[serde(rename = "type")]
    pub message_type: String,
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// Transaction around it, `outer :: inner`.
    pub transaction: Option<String>,
    /// Wall-clock time.
    pub time: WallTime,
    /// When it was sent, in seconds since the start of the run.
    pub at_s: f64,
    /// Number of the virtual user.
    pub user: u64,
    /// Number of the iteration in its scenario.
    pub iteration: u64,
    /// Whatever else it holds.
    pub fields: Map<String, Value>,
}
