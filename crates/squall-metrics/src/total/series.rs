//! One series over a whole run.

use std::collections::BTreeMap;

use crate::checks::{CheckCounts, merge_up_to};
use crate::failures::FailureGroups;
use crate::histogram::Histogram;
use crate::series::{SeriesKey, SeriesKind, SeriesSnapshot, SeriesTable};
use crate::series_part::{Measure, SeriesPart, Times};
use crate::statuses::StatusCounts;
use crate::summary::{
    Distribution, ErrorSummary, MetricSummary, OutcomeTimes, SeriesSummary, TransactionSummary,
};
use crate::values::ValuePart;

use super::{CHECK_LIMIT, FAILURE_LIMIT, NS_PER_S};

/// One series over a whole run so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeriesTotal {
    /// Started.
    pub started: u64,
    /// Ended well.
    pub ok: u64,
    /// Failed.
    pub failed: u64,
    /// Given up because the run ended.
    pub interrupted: u64,
    /// Single checks by name.
    pub checks: CheckCounts,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Answers by status.
    pub statuses: StatusCounts,
    /// Failures, grouped.
    pub failures: FailureGroups,
    /// Numbers, only of metrics.
    pub values: Option<Box<ValuePart>>,
    times: Times,
}

impl SeriesTotal {
    /// Started and not ended yet.
    pub fn in_flight(&self) -> u64 {
        self.started
            .saturating_sub(self.ok + self.failed + self.interrupted)
    }

    /// The values of one measure.
    pub fn times(&self, measure: Measure) -> &Histogram {
        self.times.of(measure)
    }

    /// Response times of all that ended, or of transactions and iterations their time.
    pub fn response(&self) -> Histogram {
        self.merged(Measure::OkResponse, Measure::FailedResponse)
    }

    /// Service times of all that ended.
    pub fn service(&self) -> Histogram {
        self.merged(Measure::OkService, Measure::FailedService)
    }

    fn merged(&self, ok: Measure, failed: Measure) -> Histogram {
        let mut merged = self.times.of(ok).clone();
        merged.merge(self.times.of(failed));
        merged
    }

    pub(super) fn add(&mut self, part: &SeriesPart) {
        self.started += part.started;
        self.ok += part.ok;
        self.failed += part.failed;
        self.interrupted += part.interrupted;
        merge_up_to(CHECK_LIMIT, &mut self.checks, &part.checks);
        self.bytes_sent += part.bytes_sent;
        self.bytes_received += part.bytes_received;
        self.statuses.merge(&part.statuses);
        self.times.merge(&part.times);
        self.failures.merge_up_to(FAILURE_LIMIT, &part.failures);
        if let Some(values) = &part.values {
            self.values.get_or_insert_default().merge(values);
        }
    }

    fn distribution(&self, measure: Measure) -> Distribution {
        self.times.of(measure).distribution()
    }

    /// What is still in flight when someone asks for a summary counts as interrupted.
    pub(super) fn left(&self) -> u64 {
        self.interrupted + self.in_flight()
    }

    pub(super) fn summary(
        &self,
        key: &SeriesKey,
        transactions: Vec<String>,
        load_s: f64,
    ) -> SeriesSummary {
        let finished = (self.ok + self.failed) as f64;
        SeriesSummary {
            stage: key.stage.to_string(),
            scenario: key.scenario.to_string(),
            name: key.name.to_string(),
            tags: key
                .tags
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            transactions,
            started: self.started,
            ok: self.ok,
            failed: self.failed,
            interrupted: self.left(),
            rate_per_s: if load_s > 0.0 { finished / load_s } else { 0.0 },
            bytes_sent: self.bytes_sent,
            bytes_received: self.bytes_received,
            statuses: self
                .statuses
                .sorted()
                .into_iter()
                .map(|(status, n)| (status.to_string(), n))
                .collect(),
            response_time_ms: self.response().distribution(),
            service_time_ms: self.service().distribution(),
            waiting_ms: self.distribution(Measure::Waiting),
            connecting_ms: self.distribution(Measure::Connecting),
            securing_ms: self.distribution(Measure::Securing),
            writing_ms: self.distribution(Measure::Writing),
            first_byte_ms: self.distribution(Measure::FirstByte),
            reading_ms: self.distribution(Measure::Reading),
            ok_times: OutcomeTimes {
                response_time_ms: self.distribution(Measure::OkResponse),
                service_time_ms: self.distribution(Measure::OkService),
            },
            failed_times: OutcomeTimes {
                response_time_ms: self.distribution(Measure::FailedResponse),
                service_time_ms: self.distribution(Measure::FailedService),
            },
            errors: error_summaries(&self.failures),
        }
    }

    pub(super) fn transaction_summary(
        &self,
        key: &SeriesKey,
        transactions: Vec<String>,
        failures: &FailureGroups,
    ) -> TransactionSummary {
        TransactionSummary {
            stage: key.stage.to_string(),
            scenario: key.scenario.to_string(),
            name: key.name.to_string(),
            transactions,
            kind: match key.kind {
                SeriesKind::Operation => "operation",
                SeriesKind::Transaction => "transaction",
                SeriesKind::Iteration => "iteration",
                SeriesKind::Metric => "metric",
            }
            .to_owned(),
            started: self.started,
            ok: self.ok,
            failed: self.failed,
            interrupted: self.left(),
            time_ms: self.response().distribution(),
            errors: error_summaries(failures),
        }
    }

    pub(super) fn metric_summary(&self, key: &SeriesKey) -> Option<MetricSummary> {
        let values = self.values.as_deref()?;
        Some(MetricSummary {
            stage: key.stage.to_string(),
            scenario: key.scenario.to_string(),
            name: key.name.to_string(),
            not_finite: values.not_finite(),
            values: values.distribution(),
        })
    }
}

/// Names of transactions by the series that are parts of them.
pub(super) struct Nesting(BTreeMap<SeriesKey, Vec<String>>);

impl Nesting {
    pub(super) fn of_table(table: &SeriesTable) -> Self {
        let SeriesSnapshot { series, nested, .. } = table.snapshot();
        let mut names = BTreeMap::<SeriesKey, Vec<String>>::new();
        for (child, parent) in nested {
            let parent = parent.map(|parent| series.get(parent.index()));
            let name = match parent {
                None => String::new(),
                Some(Some(key)) => key.name.to_string(),
                Some(None) => continue,
            };
            if let Some(child) = series.get(child.index()) {
                names.entry(child.clone()).or_default().push(name);
            }
        }
        Self(names)
    }

    /// What is outside of all transactions alone is in none.
    pub(super) fn of(&self, key: &SeriesKey) -> Vec<String> {
        let names = self.0.get(key).filter(|names| **names != [""]);
        names.cloned().unwrap_or_default()
    }
}

/// The most frequent first.
pub(crate) fn error_summaries(failures: &FailureGroups) -> Vec<ErrorSummary> {
    let mut groups: Vec<_> = failures.iter().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
        .into_iter()
        .map(|group| ErrorSummary {
            class: group.class.to_string(),
            message: group.message.clone(),
            count: group.count,
            first_at_s: group.first_at_ns as f64 / NS_PER_S,
            last_at_s: group.last_at_ns as f64 / NS_PER_S,
            example: group.example.clone(),
        })
        .collect()
}
