//! What is said of operations, transactions and numbers of the test.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// One operation series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesSummary {
    /// Stage that the series belongs to.
    pub stage: String,
    /// Scenario that the series belongs to.
    pub scenario: String,
    /// Name of the operation.
    pub name: String,
    /// Tags that rules may select it by.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
    /// Transactions that it was sent in; an empty name among them is outside of any. Missing where it was in none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<String>,
    /// Operations started; equals `ok + failed + interrupted`.
    pub started: u64,
    /// Operations that succeeded.
    pub ok: u64,
    /// Operations that failed.
    pub failed: u64,
    /// Operations still in flight when the run ended.
    pub interrupted: u64,
    /// Finished operations (ok and failed) per second of the stage's load.
    pub rate_per_s: f64,
    /// Bytes written for this series.
    pub bytes_sent: u64,
    /// Bytes read for this series.
    pub bytes_received: u64,
    /// Answers by status.
    pub statuses: IndexMap<String, u64>,
    /// Last byte − intended start, all finished operations.
    pub response_time_ms: Distribution,
    /// Last byte − actual start, all finished operations.
    pub service_time_ms: Distribution,
    /// Actual start − intended start.
    pub waiting_ms: Distribution,
    /// TCP connect, name resolution included; only operations that opened a connection.
    pub connecting_ms: Distribution,
    /// TLS handshake; only operations that opened a TLS connection.
    pub securing_ms: Distribution,
    /// Connection ready to last byte of the request accepted by the kernel.
    pub writing_ms: Distribution,
    /// Last byte of the request written to first byte of the answer.
    pub first_byte_ms: Distribution,
    /// First to last byte of the answer.
    pub reading_ms: Distribution,
    /// Response and service time of the operations that succeeded.
    pub ok_times: OutcomeTimes,
    /// Response and service time of the operations that failed.
    pub failed_times: OutcomeTimes,
    /// Failures, grouped.
    pub errors: Vec<ErrorSummary>,
}

/// One check of the answers of an operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckSummary {
    /// Stage that the operation belongs to.
    pub stage: String,
    /// Scenario that the operation belongs to.
    pub scenario: String,
    /// Name of the operation.
    pub operation: String,
    /// Name of the check.
    pub name: String,
    /// Answers for which it held.
    pub passed: u64,
    /// Answers for which it did not.
    pub failed: u64,
    /// Share of answers for which it held, in percent.
    pub passed_percent: f64,
}

/// Times of the operations of one outcome.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OutcomeTimes {
    /// Last byte − intended start.
    pub response_time_ms: Distribution,
    /// Last byte − actual start.
    pub service_time_ms: Distribution,
}

/// A transaction, or the iterations of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransactionSummary {
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// Name of the transaction, or `iteration`.
    pub name: String,
    /// Transactions that it was in; an empty name among them is outside of any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<String>,
    /// `transaction` or `iteration`.
    pub kind: String,
    /// How many were started; equals `ok + failed + interrupted`.
    pub started: u64,
    /// How many ended with all operations good.
    pub ok: u64,
    /// How many held a failed operation.
    pub failed: u64,
    /// How many were still running when the run ended.
    pub interrupted: u64,
    /// First to last moment, the intended start of an iteration included.
    pub time_ms: Distribution,
    /// Failures that belong to no single operation, e.g. exceptions of scripts; grouped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorSummary>,
}

/// A number that the test measured itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MetricSummary {
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// Name of the metric.
    pub name: String,
    /// Numbers that were infinite or not a number; they are left out of the rest.
    #[serde(default)]
    pub not_finite: u64,
    /// All others, in the unit of the test.
    #[serde(flatten)]
    pub values: ValueDistribution,
}

/// A distribution in whatever unit its numbers have. All zero when `count` is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ValueDistribution {
    /// Number of values.
    pub count: u64,
    /// Smallest value.
    pub min: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the population (n, not n − 1), within 0.2 % of the largest value.
    pub stdev: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p99_9: f64,
    /// Largest value.
    pub max: f64,
}

/// A distribution in milliseconds. All zero when `count` is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// Number of values.
    pub count: u64,
    /// Smallest value.
    pub min: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the population (n, not n − 1).
    pub stdev: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p99_9: f64,
    /// 99.99th percentile.
    pub p99_99: f64,
    /// Largest value.
    pub max: f64,
}

/// Failures of one class and message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorSummary {
    /// Class, e.g. `connect`, `timeout`, `status`, `check`.
    pub class: String,
    /// What happened.
    pub message: String,
    /// How often.
    pub count: u64,
    /// Seconds from the start of the run to the first one.
    pub first_at_s: f64,
    /// Seconds from the start of the run to the last one.
    pub last_at_s: f64,
    /// One of them in detail: the request line and what came back, shortened; of a script the traceback.
    pub example: String,
}
