//! The histogram that is handed over and stored.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::bucket::{BUCKETS, middle_of};
use super::moments::Moments;
use super::quantile;
use crate::summary::Distribution;

/// A histogram as a list of its buckets that are not empty.
///
/// As JSON: `{"count":2,"min":5,"max":7,"sum":"12","sum_sq":"74","buckets":[[5,1],[7,1]]}`, nanoseconds; the two sums are
/// decimal text, since they exceed what a JSON number holds exactly in most readers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredHistogram", into = "StoredHistogram")]
pub struct SparseHistogram {
    pub(super) moments: Moments,
    /// Bucket and count, in rising order, no count zero.
    pub(super) buckets: Vec<(u32, u64)>,
}

impl SparseHistogram {
    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        self.moments.merge(&other.moments);
        self.buckets = merge_buckets(&self.buckets, &other.buckets);
    }

    /// The values as they can be told apart, each with how often it occurs, in rising order: within 0.1 % of what was recorded.
    pub fn values(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let buckets = self.buckets.iter();
        buckets.map(|(bucket, count)| (middle_of(*bucket as usize), *count))
    }

    /// Whether it holds no value.
    pub fn is_empty(&self) -> bool {
        self.moments.count == 0
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.moments.count
    }

    /// Smallest value, exact; 0 when empty.
    pub fn min(&self) -> u64 {
        self.moments.least()
    }

    /// Largest value, exact; 0 when empty.
    pub fn max(&self) -> u64 {
        self.moments.max
    }

    /// Sum of the exact values; at the end of its range it stays there.
    pub fn sum(&self) -> u64 {
        u64::try_from(self.moments.sum).unwrap_or(u64::MAX)
    }

    /// Arithmetic mean of the exact values; 0 when empty.
    pub fn mean(&self) -> f64 {
        self.moments.mean()
    }

    /// The value at `quantile`; see [`Histogram::value_at`](super::Histogram::value_at).
    pub fn value_at(&self, quantile: f64) -> u64 {
        let [value] = quantile::values_at(&self.moments, self.wide_buckets(), [quantile]);
        value
    }

    /// What `summary.json` says of the values, in milliseconds.
    pub fn distribution(&self) -> Distribution {
        quantile::distribution(&self.moments, self.wide_buckets())
    }

    /// Takes away what was merged before; `rest` is all that is left.
    pub(crate) fn take_away<'a>(&mut self, old: &Self, rest: impl Iterator<Item = &'a Self>) {
        let mut left = old.buckets.iter().peekable();
        for (index, count) in &mut self.buckets {
            if let Some((_, gone)) = left.next_if(|(gone, _)| gone == index) {
                *count -= gone;
            }
        }
        self.buckets.retain(|&(_, count)| count > 0);
        self.moments
            .take_away(&old.moments, rest.map(|one| &one.moments));
    }

    fn wide_buckets(&self) -> impl Iterator<Item = (usize, u64)> {
        self.buckets
            .iter()
            .map(|&(index, count)| (index as usize, count))
    }
}

fn merge_buckets(left: &[(u32, u64)], right: &[(u32, u64)]) -> Vec<(u32, u64)> {
    let mut merged = Vec::with_capacity(left.len().max(right.len()));
    let (mut left, mut right) = (
        left.iter().copied().peekable(),
        right.iter().copied().peekable(),
    );
    while let (Some(&(l_index, l_count)), Some(&(r_index, r_count))) = (left.peek(), right.peek()) {
        merged.push(match l_index.cmp(&r_index) {
            Ordering::Less => (l_index, l_count),
            Ordering::Equal => (l_index, l_count + r_count),
            Ordering::Greater => (r_index, r_count),
        });
        if l_index <= r_index {
            left.next();
        }
        if r_index <= l_index {
            right.next();
        }
    }
    merged.extend(left.chain(right));
    merged
}

/// What is wrong with a stored histogram.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SparseError {
    /// A bucket that no value has.
    #[error("stored histogram has bucket {0}, there are {BUCKETS}")]
    UnknownBucket(u32),
    /// Buckets out of order, or twice.
    #[error("stored histogram has bucket {0} twice or out of order")]
    OutOfOrder(u32),
    /// The buckets hold another number of values than `count` says.
    #[error("stored histogram says `count` {count}, its buckets hold {held}")]
    Count {
        /// What `count` says.
        count: u64,
        /// What the buckets hold.
        held: u128,
    },
    /// Not a decimal number.
    #[error("stored histogram has the sum `{0}`, which is not a whole number below 2¹²⁸")]
    Sum(String),
}

#[derive(Serialize, Deserialize)]
struct StoredHistogram {
    count: u64,
    min: u64,
    max: u64,
    sum: String,
    sum_sq: String,
    buckets: Vec<(u32, u64)>,
}

impl From<SparseHistogram> for StoredHistogram {
    fn from(histogram: SparseHistogram) -> Self {
        let moments = histogram.moments;
        Self {
            count: moments.count,
            min: moments.least(),
            max: moments.max,
            sum: moments.sum.to_string(),
            sum_sq: moments.sum_sq.to_string(),
            buckets: histogram.buckets,
        }
    }
}

impl TryFrom<StoredHistogram> for SparseHistogram {
    type Error = SparseError;

    fn try_from(stored: StoredHistogram) -> Result<Self, SparseError> {
        let mut last = None;
        let mut held = 0_u128;
        for &(index, count) in &stored.buckets {
            if index as usize >= BUCKETS {
                return Err(SparseError::UnknownBucket(index));
            }
            if last.is_some_and(|last| last >= index) {
                return Err(SparseError::OutOfOrder(index));
            }
            last = Some(index);
            held += u128::from(count);
        }
        if held != u128::from(stored.count) {
            return Err(SparseError::Count {
                count: stored.count,
                held,
            });
        }
        let whole = |text: String| text.parse::<u128>().map_err(|_| SparseError::Sum(text));
        let moments = Moments {
            count: stored.count,
            min: if stored.count == 0 {
                u64::MAX
            } else {
                stored.min
            },
            max: stored.max,
            sum: whole(stored.sum)?,
            sum_sq: whole(stored.sum_sq)?,
        };
        Ok(Self {
            moments,
            buckets: stored
                .buckets
                .into_iter()
                .filter(|&(_, count)| count > 0)
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expect: &str) {
        let error = serde_json::from_str::<SparseHistogram>(json)
            .unwrap_err()
            .to_string();
        assert_eq!(error, expect);
    }

    #[test]
    fn a_damaged_stored_histogram_is_refused_and_named() {
        check(
            r#"{"count":1,"min":1,"max":1,"sum":"1","sum_sq":"1","buckets":[[99999,1]]}"#,
            "stored histogram has bucket 99999, there are 28672",
        );
        check(
            r#"{"count":2,"min":1,"max":1,"sum":"1","sum_sq":"1","buckets":[[3,1],[3,1]]}"#,
            "stored histogram has bucket 3 twice or out of order",
        );
        check(
            r#"{"count":3,"min":1,"max":1,"sum":"1","sum_sq":"1","buckets":[[3,1]]}"#,
            "stored histogram says `count` 3, its buckets hold 1",
        );
        check(
            r#"{"count":1,"min":1,"max":1,"sum":"-1","sum_sq":"1","buckets":[[1,1]]}"#,
            "stored histogram has the sum `-1`, which is not a whole number below 2¹²⁸",
        );
    }
}
