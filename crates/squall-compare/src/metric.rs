//! What is compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number of a series that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// Median of the response time.
    P50,
    /// 90th percentile of the response time.
    P90,
    /// 95th percentile of the response time.
    P95,
    /// 99th percentile of the response time.
    P99,
    /// Mean response time.
    Mean,
    /// Finished operations a second.
    Rate,
    /// Share of the finished operations that failed.
    Failed,
}

/// In what the difference of a metric is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Percent of what the base has.
    Percent,
    /// Percentage points.
    Points,
}

impl Metric {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::P50,
        Self::P90,
        Self::P95,
        Self::P99,
        Self::Mean,
        Self::Rate,
        Self::Failed,
    ];

    /// Returns the name that people type.
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Mean => "mean",
            Self::Rate => "rate",
            Self::Failed => "failed",
        }
    }

    /// Finds a metric by its name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Returns in what its differences are said.
    pub fn unit(self) -> Unit {
        match self {
            Self::Failed => Unit::Points,
            _ => Unit::Percent,
        }
    }

    /// Whether it is a time: more of it is slower.
    pub fn is_time(self) -> bool {
        !matches!(self, Self::Rate | Self::Failed)
    }

    /// Returns which quantile it is, if any.
    pub(crate) fn quantile(self) -> Option<f64> {
        match self {
            Self::P50 => Some(0.5),
            Self::P90 => Some(0.9),
            Self::P95 => Some(0.95),
            Self::P99 => Some(0.99),
            Self::Mean | Self::Rate | Self::Failed => None,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
