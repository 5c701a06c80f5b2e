//! What all series of operations have in common.

use squall_metrics::{
    FailureGroups, Histogram, RunTotals, SeriesId, SeriesKey, SeriesKind, SeriesTotal,
};

use super::NS_PER_MS;
use crate::snapshot::ErrorCount;

/// Returns a percentile in milliseconds; 0 where nothing was measured.
pub(super) fn quantile_ms(histogram: &Histogram, quantile: f64) -> f64 {
    if histogram.is_empty() {
        0.0
    } else {
        histogram.value_at(quantile) as f64 / NS_PER_MS
    }
}

/// Calls `see` for every series of operations that has been measured.
pub(super) fn each_operation(
    totals: &RunTotals,
    see: impl FnMut(SeriesId, &SeriesKey, &SeriesTotal),
) {
    each_of(totals, SeriesKind::Operation, see);
}

/// Calls `see` for every series of a kind that has been measured.
pub(super) fn each_of(
    totals: &RunTotals,
    kind: SeriesKind,
    mut see: impl FnMut(SeriesId, &SeriesKey, &SeriesTotal),
) {
    let snapshot = totals.table().snapshot();
    for (index, key) in snapshot
        .series
        .iter()
        .enumerate()
        .filter(|(_, key)| key.kind == kind)
    {
        let id = SeriesId(u32::try_from(index).unwrap_or(u32::MAX));
        if let Some(series) = totals.series(id) {
            see(id, key, series);
        }
    }
}

/// Groups the failures of all operations, and those of scripts that belong to no operation, the most frequent first.
pub(super) fn errors(totals: &RunTotals) -> Vec<ErrorCount> {
    let mut failures = Failures::default();
    for (_, groups) in totals.failures() {
        failures.add(&groups);
    }
    failures.sorted()
}

/// Failures of several series.
#[derive(Debug, Default)]
pub(super) struct Failures(Vec<ErrorCount>);

impl Failures {
    pub(super) fn add(&mut self, groups: &FailureGroups) {
        for group in groups {
            let known = self
                .0
                .iter_mut()
                .find(|error| error.class == *group.class && error.message == group.message);
            match known {
                Some(error) => error.count += group.count,
                None => self.0.push(ErrorCount {
                    class: group.class.to_string(),
                    message: group.message.clone(),
                    count: group.count,
                }),
            }
        }
    }

    /// Returns all, the most frequent first.
    fn sorted(mut self) -> Vec<ErrorCount> {
        self.0.sort_by_key(|error| std::cmp::Reverse(error.count));
        self.0
    }

    /// Returns the most frequent in words.
    pub(super) fn most_frequent(self) -> Option<String> {
        let sorted = self.sorted();
        let error = sorted.first()?;
        Some(format!("{}: {}", error.class, error.message))
    }
}
