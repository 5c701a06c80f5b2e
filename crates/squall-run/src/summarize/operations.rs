//! What all series of operations have in common.

use squall_metrics::{Histogram, RunTotals, SeriesId, SeriesKey, SeriesKind, SeriesTotal};

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
    mut see: impl FnMut(SeriesId, &SeriesKey, &SeriesTotal),
) {
    let snapshot = totals.table().snapshot();
    for (index, key) in snapshot
        .series
        .iter()
        .enumerate()
        .filter(|(_, key)| key.kind == SeriesKind::Operation)
    {
        let id = SeriesId(u32::try_from(index).unwrap_or(u32::MAX));
        if let Some(series) = totals.series(id) {
            see(id, key, series);
        }
    }
}

/// Groups the failures of all operations, the most frequent first.
pub(super) fn errors(totals: &RunTotals) -> Vec<ErrorCount> {
    let mut errors: Vec<ErrorCount> = Vec::new();
    each_operation(totals, |_, _, series| {
        for group in &series.failures {
            let known = errors
                .iter_mut()
                .find(|error| error.class == *group.class && error.message == group.message);
            match known {
                Some(error) => error.count += group.count,
                None => errors.push(ErrorCount {
                    class: group.class.to_string(),
                    message: group.message.clone(),
                    count: group.count,
                }),
            }
        }
    });
    errors.sort_by_key(|error| std::cmp::Reverse(error.count));
    errors
}
