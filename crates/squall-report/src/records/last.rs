//! What is said about each series once, when the run is over.

use serde::{Deserialize, Serialize};

use super::{EventKind, RunVerdict, Tags};

/// What a [`MetricRecord`] is the distribution of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Last byte − intended start.
    ResponseTime,
    /// Last byte − actual start.
    ServiceTime,
    /// The service time once more, under the name that Hedra's readers look for; the driver adds it.
    Total,
    /// Inside the generator, before the client took the operation.
    Waiting,
    /// Opening the connection.
    Connecting,
    /// The TLS handshake.
    Securing,
    /// Until the kernel had the last byte of the request.
    Writing,
    /// From there to the first byte of the response.
    FirstByte,
    /// From the first byte to the last byte of the response.
    Reading,
    /// Numbers that the test measured itself, in a unit of its own.
    Metric,
}

impl Group {
    /// Names the group as the records spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResponseTime => "response_time",
            Self::ServiceTime => "service_time",
            Self::Total => "total",
            Self::Waiting => "waiting",
            Self::Connecting => "connecting",
            Self::Securing => "securing",
            Self::Writing => "writing",
            Self::FirstByte => "first_byte",
            Self::Reading => "reading",
            Self::Metric => "metric",
        }
    }
}

/// The distribution of one group of one series over the whole run: all finished operations, ok and failed.
///
/// Values are in `unit` (`ms`; empty for [`Group::Metric`]), the variance in its square. A group that never happened has `count` 0 and zeros.
/// The names up to `quantile_99th` are Hedra's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the quantiles say what they are")]
pub struct MetricRecord {
    /// Name of the operation.
    pub name: String,
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// What the series counts.
    #[serde(default)]
    pub kind: EventKind,
    /// Tags of the series, without those of the run.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// What was measured.
    pub group: Group,
    /// Unit of all values.
    pub unit: String,
    /// How many values there were.
    pub count: u64,
    pub median: f64,
    pub mean: f64,
    /// With n − 1.
    pub variance: f64,
    pub stdev: f64,
    pub minimum: f64,
    pub maximum: f64,
    pub quantile_10th: f64,
    pub quantile_20th: f64,
    pub quantile_25th: f64,
    pub quantile_30th: f64,
    pub quantile_40th: f64,
    pub quantile_50th: f64,
    pub quantile_60th: f64,
    pub quantile_70th: f64,
    pub quantile_75th: f64,
    pub quantile_80th: f64,
    pub quantile_90th: f64,
    pub quantile_95th: f64,
    pub quantile_99th: f64,
    /// The 99.9th percentile.
    pub p99_9: f64,
    /// The 99.99th percentile.
    pub p99_99: f64,
}

impl MetricRecord {
    /// The unit of every group but [`Group::Metric`].
    pub const MILLISECONDS: &'static str = "ms";

    /// Makes a record of no values, to be filled in.
    pub fn empty(stage: &str, scenario: &str, name: &str, group: Group) -> Self {
        Self {
            name: name.to_owned(),
            stage: stage.to_owned(),
            scenario: scenario.to_owned(),
            kind: EventKind::Operation,
            tags: Tags::new(),
            group,
            unit: match group {
                Group::Metric => String::new(),
                _ => Self::MILLISECONDS.to_owned(),
            },
            count: 0,
            median: 0.0,
            mean: 0.0,
            variance: 0.0,
            stdev: 0.0,
            minimum: 0.0,
            maximum: 0.0,
            quantile_10th: 0.0,
            quantile_20th: 0.0,
            quantile_25th: 0.0,
            quantile_30th: 0.0,
            quantile_40th: 0.0,
            quantile_50th: 0.0,
            quantile_60th: 0.0,
            quantile_70th: 0.0,
            quantile_75th: 0.0,
            quantile_80th: 0.0,
            quantile_90th: 0.0,
            quantile_95th: 0.0,
            quantile_99th: 0.0,
            p99_9: 0.0,
            p99_99: 0.0,
        }
    }
}

/// The counts of one series over the whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommonRecord {
    /// Name of the operation.
    pub name: String,
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// What the series counts.
    #[serde(default)]
    pub kind: EventKind,
    /// Tags of the series, without those of the run.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Always `common`, which tells these rows from metrics in a shared table.
    pub group: String,
    /// Finished operations: `succeeded` + `failed`.
    pub total: u64,
    /// How many ended ok.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// `total` divided by the seconds that the stage took.
    pub actions_per_second: f64,
}

impl CommonRecord {
    /// The value of `group`.
    pub const GROUP: &'static str = "common";
}

/// One kind of error of one series over the whole run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorRecord {
    /// Name of the operation.
    pub name: String,
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// The kind of error.
    pub error_class: String,
    /// What happened, in words.
    pub error_message: String,
    /// How often.
    pub error_count: u64,
}

/// A number that the test made of its results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomRecord {
    /// Name of the operation that it belongs to.
    pub name: String,
    /// Stage whose results it was made of.
    pub stage: String,
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

/// What the generator used of the machine, sampled once a second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the quantiles say what they are")]
pub struct SystemRecord {
    /// The stage that ran; empty for the whole run.
    pub stage: String,
    /// `cpu_percent` (100 is one core) or `memory_bytes` (resident), of all processes of the generator; or `mb_per_vu`, mebibytes for
    /// each virtual user at the stage's most.
    pub group: String,
    /// Samples.
    pub count: u64,
    pub median: f64,
    pub mean: f64,
    /// With n − 1.
    pub variance: f64,
    pub stdev: f64,
    pub minimum: f64,
    pub maximum: f64,
    pub quantile_90th: f64,
    pub quantile_95th: f64,
    pub quantile_99th: f64,
}

/// One rule of the verdict, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdRecord {
    /// The rule, as the test spells it.
    pub rule: String,
    /// `passed`, `failed`, or `warned` where it did not hold and only warns.
    pub status: String,
    /// What it was judged by, in `unit`; `None` where there was no data.
    pub value: Option<f64>,
    /// The limit, in `unit`.
    pub limit: f64,
    /// `ms`, `percent`, `per_s`, or empty for a plain number.
    pub unit: String,
    /// What it does when it is broken: `fail`, `warn` or `abort`.
    pub action: String,
    /// What is wrong, in words; `None` where it held.
    pub message: Option<String>,
}

/// Everything that is said when the run is over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FinalRecords {
    /// The verdict that the run reached before its reporters were closed.
    pub verdict: Option<RunVerdict>,
    /// Why the verdict is not `passed`, in words.
    pub reasons: Vec<String>,
    /// One per rule.
    pub thresholds: Vec<ThresholdRecord>,
    /// One per series and group.
    pub metrics: Vec<MetricRecord>,
    /// One per series.
    pub common: Vec<CommonRecord>,
    /// One per series, class and message.
    pub errors: Vec<ErrorRecord>,
    /// Numbers that the test made of its results.
    pub custom: Vec<CustomRecord>,
    /// What the generator used.
    pub system: Vec<SystemRecord>,
}

impl FinalRecords {
    /// Counts the records.
    pub fn len(&self) -> usize {
        self.metrics.len()
            + self.common.len()
            + self.errors.len()
            + self.custom.len()
            + self.system.len()
            + self.thresholds.len()
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a [`Group::Total`] record after each [`Group::ServiceTime`] record, unless there already are such.
    #[must_use]
    pub fn with_total_groups(mut self) -> Self {
        if self.metrics.iter().any(|m| m.group == Group::Total) {
            return self;
        }
        let mut metrics = Vec::with_capacity(self.metrics.len());
        for record in self.metrics {
            let total = (record.group == Group::ServiceTime).then(|| MetricRecord {
                group: Group::Total,
                ..record.clone()
            });
            metrics.push(record);
            metrics.extend(total);
        }
        self.metrics = metrics;
        self
    }
}
