//! What happened to one series in one interval.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::checks::CheckCounts;
use crate::failures::FailureGroups;
use crate::histogram::{Histogram, SparseHistogram};
use crate::sample::Sample;
use crate::statuses::StatusCounts;
use crate::values::ValuePart;

/// A time that has a histogram of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Response time of operations that succeeded; the time of transactions and iterations that did.
    OkResponse,
    /// Service time of operations that succeeded.
    OkService,
    /// Response time of operations that failed; the time of transactions and iterations that did.
    FailedResponse,
    /// Service time of operations that failed.
    FailedService,
    /// Actual start − intended start.
    Waiting,
    /// TCP connect.
    Connecting,
    /// TLS handshake.
    Securing,
    /// Request written.
    Writing,
    /// Request written to first byte of the answer.
    FirstByte,
    /// First to last byte of the answer.
    Reading,
}

impl Measure {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::OkResponse,
        Self::OkService,
        Self::FailedResponse,
        Self::FailedService,
        Self::Waiting,
        Self::Connecting,
        Self::Securing,
        Self::Writing,
        Self::FirstByte,
        Self::Reading,
    ];
}

/// One dense histogram of each [`Measure`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times([Histogram; Measure::ALL.len()]);

impl Times {
    #[inline]
    pub(crate) fn record(&mut self, measure: Measure, ns: u64) {
        self.0[measure as usize].record(ns);
    }

    /// Records a phase that happened.
    #[inline]
    pub(crate) fn record_phase(&mut self, measure: Measure, ns: u64) {
        if ns != Sample::NONE {
            self.record(measure, ns);
        }
    }

    pub(crate) fn of(&self, measure: Measure) -> &Histogram {
        &self.0[measure as usize]
    }

    /// Hands over what is not empty.
    pub(crate) fn take(&mut self) -> BTreeMap<Measure, SparseHistogram> {
        let taken = Measure::ALL.into_iter().zip(&mut self.0);
        taken
            .filter(|(_, times)| !times.is_empty())
            .map(|(measure, times)| (measure, times.take_sparse()))
            .collect()
    }

    pub(crate) fn merge(&mut self, part: &BTreeMap<Measure, SparseHistogram>) {
        for (&measure, times) in part {
            self.0[measure as usize].merge_sparse(times);
        }
    }
}

/// What happened to one series in one interval: changes since the one before, and `in_flight` at its end.
///
/// At any moment, over all intervals so far: `started` = `ok` + `failed` + `interrupted` + `in_flight` of the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeriesPart {
    /// Started in the interval.
    #[serde(skip_serializing_if = "is_zero")]
    pub started: u64,
    /// Ended well in the interval.
    #[serde(skip_serializing_if = "is_zero")]
    pub ok: u64,
    /// Failed in the interval.
    #[serde(skip_serializing_if = "is_zero")]
    pub failed: u64,
    /// Given up in the interval because the run ended.
    #[serde(skip_serializing_if = "is_zero")]
    pub interrupted: u64,
    /// Started and not ended, at the end of the interval.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_flight: u64,
    /// Failed in the interval because the answer was not as expected: its status, a check, or a value to extract.
    #[serde(skip_serializing_if = "is_zero")]
    pub unmet: u64,
    /// Single checks by name, of operations that ended in the interval.
    #[serde(skip_serializing_if = "CheckCounts::is_empty")]
    pub checks: CheckCounts,
    /// Bytes written by operations that ended in the interval.
    #[serde(skip_serializing_if = "is_zero")]
    pub bytes_sent: u64,
    /// Bytes read by operations that ended in the interval.
    #[serde(skip_serializing_if = "is_zero")]
    pub bytes_received: u64,
    /// Answers by status.
    #[serde(skip_serializing_if = "StatusCounts::is_empty")]
    pub statuses: StatusCounts,
    /// Times; what has no value is not there.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<Measure, SparseHistogram>,
    /// Failures, grouped.
    #[serde(skip_serializing_if = "FailureGroups::is_empty")]
    pub failures: FailureGroups,
    /// Numbers, only of a [`SeriesKind::Metric`](crate::SeriesKind::Metric).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Box<ValuePart>>,
}

impl SeriesPart {
    /// How many ended in the interval, in whatever way.
    pub fn ended(&self) -> u64 {
        self.ok + self.failed + self.interrupted
    }

    /// Adds what another thread or agent saw of the same series in the same interval.
    pub fn merge(&mut self, other: &Self) {
        self.started += other.started;
        self.ok += other.ok;
        self.failed += other.failed;
        self.interrupted += other.interrupted;
        self.in_flight += other.in_flight;
        self.unmet += other.unmet;
        for (name, count) in &other.checks {
            self.checks.entry(name.clone()).or_default().merge(*count);
        }
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        self.statuses.merge(&other.statuses);
        for (&measure, times) in &other.times {
            self.times.entry(measure).or_default().merge(times);
        }
        self.failures.merge(&other.failures);
        if let Some(values) = &other.values {
            self.values.get_or_insert_default().merge(values);
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}
