//! One interval of one series, while the run goes on.

use serde::{Deserialize, Serialize};

use super::{EventKind, Tags, WallTime};

/// What happened to one series in one interval: one second, or what the `interval` setting of the reporter says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntervalRecord {
    /// Id of the run, so that records of several runs can share one file or table.
    pub run: String,
    /// What the series counts: operations or transactions.
    pub kind: EventKind,
    /// Name of the operation or transaction.
    pub name: String,
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// When the interval began.
    pub time: WallTime,
    /// When it began, in seconds since the start of the run.
    pub at_s: f64,
    /// How long it is, in seconds.
    pub length_s: f64,
    /// Tags of the series, without those of the run.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Operations started.
    pub started: u64,
    /// Operations finished: `succeeded` + `failed`.
    pub completed: u64,
    /// How many ended ok.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// `completed` for each second of the interval.
    pub completion_rate: f64,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Response time of those that finished.
    pub response_time_ms: IntervalTimes,
    /// Service time of those that finished.
    pub service_time_ms: IntervalTimes,
    /// Every response time, for backends that can hold a distribution.
    pub response_times: HistogramRecord,
}

/// Times of one interval in milliseconds; all zero where nothing finished.
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

/// A distribution of times: values, each within 0.1 % of what was measured, and how often each occurs.
///
/// Values are in nanoseconds, in rising order, and no count is zero. Histograms of two intervals are added by adding the counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistogramRecord {
    /// How many there are.
    pub count: u64,
    /// Their exact sum in nanoseconds.
    pub sum_ns: u64,
    /// Nanoseconds and count.
    pub values: Vec<(u64, u64)>,
}
