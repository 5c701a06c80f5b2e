//! The response times of all seconds together.

use squall_metrics::{Histogram, SparseHistogram};

use crate::run::Second;

/// All values, in rising order, each with how many there are up to it.
#[derive(Debug)]
pub(crate) struct Pooled {
    values: Vec<u64>,
    up_to: Vec<u64>,
}

impl Pooled {
    pub(crate) fn of(seconds: &[Second<'_>]) -> Self {
        let mut all = Histogram::default();
        for times in seconds.iter().flat_map(|second| &second.times) {
            all.merge_sparse(times);
        }
        let all: SparseHistogram = all.take_sparse();
        let (mut values, mut up_to) = (Vec::new(), Vec::new());
        let mut count = 0;
        for (value, times) in all.values() {
            count += times;
            values.push(value);
            up_to.push(count);
        }
        Self { values, up_to }
    }

    pub(crate) fn count(&self) -> u64 {
        self.up_to.last().copied().unwrap_or(0)
    }

    /// Returns the value at the quantile `q` (nearest rank); 0 when there is none.
    pub(crate) fn value_at(&self, q: f64) -> u64 {
        let rank = (q * self.count() as f64 * (1.0 - 4.0 * f64::EPSILON)).ceil();
        let at = self.up_to.partition_point(|&up_to| (up_to as f64) < rank);
        let last = self.values.len().saturating_sub(1);
        self.values.get(at.min(last)).copied().unwrap_or(0)
    }
}

/// Counts the values of a second that are not above `value`.
pub(crate) fn not_above(second: &Second<'_>, value: u64) -> u64 {
    let values = second.times.iter().flat_map(|times| times.values());
    values
        .filter(|(found, _)| *found <= value)
        .map(|(_, count)| count)
        .sum()
}
