//! One second of one series, while the run goes on.

use serde::{Deserialize, Serialize};

use super::WallTime;

/// What happened to one series of operations in one second; sent while the load goes where a Submit stage streams.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntervalRecord {
    /// Id of the run, so that records of several runs can share one file or table.
    pub run: String,
    /// Name of the operation.
    pub name: String,
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// When the second began.
    pub time: WallTime,
    /// When it began, in seconds since the start of the run.
    pub at_s: f64,
    /// Operations started.
    pub started: u64,
    /// Operations finished: `succeeded` + `failed`.
    pub completed: u64,
    /// How many ended ok.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// `completed` for each second.
    pub completion_rate: f64,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Response time of those that finished.
    pub response_time_ms: IntervalTimes,
    /// Service time of those that finished.
    pub service_time_ms: IntervalTimes,
}

/// Times of one second in milliseconds; all zero where nothing finished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct IntervalTimes {
    /// Smallest.
    pub minimum: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the population.
    pub stdev: f64,
    /// Median.
    pub median: f64,
    /// 90th percentile.
    pub quantile_90th: f64,
    /// 95th percentile.
    pub quantile_95th: f64,
    /// 99th percentile.
    pub quantile_99th: f64,
    /// Largest.
    pub maximum: f64,
}
