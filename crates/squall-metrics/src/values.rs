//! Numbers that a test measures itself: any unit, any size, any sign.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::histogram::rank_of;
use crate::summary::ValueDistribution;

/// Bits of the fraction that a bucket does not tell apart: 512 buckets are a doubling.
const OFFSET_BITS: u32 = 43;
const OFFSET_MASK: u64 = (1 << OFFSET_BITS) - 1;
/// There are fewer buckets of a sign than this: 11 bits of exponent and 9 of fraction.
const BUCKETS: u64 = 1 << 20;

/// The numbers of one metric in one interval, or over a whole run.
///
/// A histogram over the bits of the numbers: its buckets are 0.1 to 0.2 % wide at any size, for both signs, from the smallest number to
/// the largest. Each bucket holds the exact sum of its numbers, so that merging is exact in any order, and the mean is that of the numbers
/// themselves. Whole numbers below 1024 have a bucket each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredValues", into = "StoredValues")]
pub struct ValuePart {
    count: u64,
    not_finite: u64,
    /// Infinite when there is none.
    min: f64,
    max: f64,
    /// By the place of the bucket on the number line: negative numbers have negative places.
    buckets: BTreeMap<i32, Bucket>,
}

/// Everything is finite or a known infinity, hence equal to itself.
impl Eq for ValuePart {}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bucket {
    count: u64,
    /// Sum of what the numbers exceed the lower end by, in units of their last place.
    offsets: u128,
}

impl Default for ValuePart {
    fn default() -> Self {
        Self {
            count: 0,
            not_finite: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            buckets: BTreeMap::new(),
        }
    }
}

impl ValuePart {
    /// Adds a number; one that is infinite or not a number is only counted.
    pub fn record(&mut self, value: f64) {
        if !value.is_finite() {
            self.not_finite += 1;
            return;
        }
        // There is one zero.
        let value = value + 0.0;
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        let bits = value.abs().to_bits();
        let bucket = self.buckets.entry(place_of(value)).or_default();
        bucket.count += 1;
        bucket.offsets += u128::from(bits & OFFSET_MASK);
    }

    /// Adds all numbers of `other`; exact, whatever the order of merges.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.not_finite += other.not_finite;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        for (&place, from) in &other.buckets {
            let bucket = self.buckets.entry(place).or_default();
            bucket.count += from.count;
            bucket.offsets += from.offsets;
        }
    }

    /// Takes away what was merged before; `rest` is all that is left.
    pub(crate) fn take_away<'a>(&mut self, old: &Self, rest: impl Iterator<Item = &'a Self>) {
        self.count -= old.count;
        self.not_finite -= old.not_finite;
        for (place, gone) in &old.buckets {
            if let Some(bucket) = self.buckets.get_mut(place) {
                bucket.count -= gone.count;
                bucket.offsets -= gone.offsets;
            }
        }
        self.buckets.retain(|_, bucket| bucket.count > 0);
        (self.min, self.max) = rest.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), one| {
            (min.min(one.min), max.max(one.max))
        });
    }

    /// How many finite numbers there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many were infinite or not a number; nothing else knows of them.
    pub fn not_finite(&self) -> u64 {
        self.not_finite
    }

    /// Smallest number, exact; 0 when there is none.
    pub fn min(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.min }
    }

    /// Largest number, exact; 0 when there is none.
    pub fn max(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.max }
    }

    /// Arithmetic mean; 0 when there is none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let count = self.count as f64;
        let sum = compensated(self.means().map(|(mean, n)| mean * n));
        let mean = if sum.is_finite() {
            sum / count
        } else {
            compensated(self.means().map(|(mean, n)| mean * (n / count)))
        };
        mean.clamp(self.min, self.max)
    }

    /// The number at `quantile` (0.99 is the 99th percentile) by nearest rank, within 0.2 %; 0 when there is none.
    ///
    /// The first and the last rank are exact, and so is every number that has its bucket for itself.
    pub fn value_at(&self, quantile: f64) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let rank = rank_of(quantile, self.count);
        if rank == 1 {
            return self.min;
        }
        let mut below = 0;
        for (&place, bucket) in &self.buckets {
            below += bucket.count;
            if rank <= below && rank < self.count {
                return bucket.mean(place).clamp(self.min, self.max);
            }
        }
        self.max
    }

    /// What `summary.json` says of the numbers.
    pub fn distribution(&self) -> ValueDistribution {
        ValueDistribution {
            count: self.count,
            min: self.min(),
            mean: self.mean(),
            stdev: self.stdev(),
            p50: self.value_at(0.5),
            p90: self.value_at(0.9),
            p95: self.value_at(0.95),
            p99: self.value_at(0.99),
            p99_9: self.value_at(0.999),
            max: self.max(),
        }
    }

    /// Standard deviation of the population, each number taken for the mean of its bucket.
    fn stdev(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        // Scaled, so that squares of large numbers stay finite.
        let (mean, scale) = (self.mean(), self.min.abs().max(self.max.abs()));
        if scale == 0.0 {
            return 0.0;
        }
        let squares = self.means().map(|(value, n)| {
            let away = value / scale - mean / scale;
            away * away * n
        });
        let stdev = (compensated(squares) / self.count as f64).sqrt() * scale;
        stdev.min(f64::MAX)
    }

    /// Mean and count of each bucket, by rising mean.
    fn means(&self) -> impl Iterator<Item = (f64, f64)> {
        let buckets = self.buckets.iter();
        buckets.map(|(&place, bucket)| (bucket.mean(place), bucket.count as f64))
    }
}

impl Bucket {
    /// Mean of the numbers in it.
    fn mean(&self, place: i32) -> f64 {
        let size = if place < 0 { -1 - place } else { place };
        let low = u64::try_from(size).unwrap_or(0) << OFFSET_BITS;
        let start = f64::from_bits(low);
        let unit = f64::from_bits(low + 1) - start;
        let mean = start + self.offsets as f64 / self.count as f64 * unit;
        if place < 0 { -mean } else { mean }
    }
}

/// The bucket of a finite number: those of larger numbers are larger.
fn place_of(value: f64) -> i32 {
    let size = value.abs().to_bits() >> OFFSET_BITS;
    let size = i32::try_from(size).expect("20 bits are left of a finite number");
    if value < 0.0 { -1 - size } else { size }
}

/// Adds up without losing small terms beside large ones (Neumaier 1974).
fn compensated(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for term in terms {
        let next = sum + term;
        lost += if sum.abs() >= term.abs() {
            sum - next + term
        } else {
            term - next + sum
        };
        sum = next;
    }
    if sum.is_finite() { sum + lost } else { sum }
}

/// What is wrong with stored numbers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValuesError {
    /// A bucket that no number has.
    #[error("stored numbers have bucket {0}, which no number belongs to")]
    UnknownBucket(i32),
    /// The buckets hold another number of values than `count` says.
    #[error("stored numbers say `count` {count}, their buckets hold {held}")]
    Count {
        /// What `count` says.
        count: u64,
        /// What the buckets hold.
        held: u128,
    },
    /// Not a decimal number.
    #[error("stored numbers have the sum `{0}`, which is not a whole number below 2¹²⁸")]
    Sum(String),
}

/// As JSON: `{"count":2,"min":1.5,"max":3.0,"buckets":[[523520,1,"0"],[524032,1,"0"]]}`; the sums are decimal text, since they exceed what
/// a JSON number holds exactly in most readers.
#[derive(Serialize, Deserialize)]
struct StoredValues {
    count: u64,
    #[serde(default)]
    not_finite: u64,
    min: f64,
    max: f64,
    buckets: Vec<(i32, u64, String)>,
}

impl From<ValuePart> for StoredValues {
    fn from(part: ValuePart) -> Self {
        let buckets = part.buckets.iter();
        Self {
            count: part.count,
            not_finite: part.not_finite,
            min: part.min(),
            max: part.max(),
            buckets: buckets
                .map(|(&place, bucket)| (place, bucket.count, bucket.offsets.to_string()))
                .collect(),
        }
    }
}

impl TryFrom<StoredValues> for ValuePart {
    type Error = ValuesError;

    fn try_from(stored: StoredValues) -> Result<Self, ValuesError> {
        let mut buckets = BTreeMap::new();
        let mut held = 0;
        for (place, count, offsets) in stored.buckets {
            if u64::from(place.unsigned_abs()) >= BUCKETS {
                return Err(ValuesError::UnknownBucket(place));
            }
            held += u128::from(count);
            if count > 0 {
                let offsets = offsets.parse().map_err(|_| ValuesError::Sum(offsets))?;
                buckets.insert(place, Bucket { count, offsets });
            }
        }
        if held != u128::from(stored.count) {
            let count = stored.count;
            return Err(ValuesError::Count { count, held });
        }
        let empty = Self {
            not_finite: stored.not_finite,
            ..Self::default()
        };
        if stored.count == 0 {
            return Ok(empty);
        }
        Ok(Self {
            count: stored.count,
            min: stored.min,
            max: stored.max,
            buckets,
            ..empty
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(values: &[f64]) -> ValuePart {
        let mut part = ValuePart::default();
        for &value in values {
            part.record(value);
        }
        part
    }

    #[expect(clippy::float_cmp, reason = "these are exact by design")]
    fn check(values: &[f64], mean: f64, [min, p50, max]: [f64; 3]) {
        let shown = part(values).distribution();
        assert_eq!(
            (shown.min, shown.p50, shown.max),
            (min, p50, max),
            "{values:?}"
        );
        assert_eq!(shown.mean, mean, "{values:?}");
    }

    #[test]
    fn whole_numbers_and_equal_numbers_are_exact() {
        check(&[7.0], 7.0, [7.0, 7.0, 7.0]);
        check(&[0.1, 0.1, 0.1, 0.1], 0.1, [0.1, 0.1, 0.1]);
        check(&[3.0, 1.0, 1023.0, 5.0, 8.0], 208.0, [1.0, 5.0, 1023.0]);
        check(&[-3.0, -1.0, 0.0, 1.0, 3.0], 0.0, [-3.0, 0.0, 3.0]);
        check(&[-0.0, 0.0, 0.0], 0.0, [0.0, 0.0, 0.0]);
        check(&[], 0.0, [0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_largest_and_the_smallest_numbers_are_kept() {
        let (huge, tiny) = (f64::MAX, f64::from_bits(1));
        check(&[huge, huge, huge], huge, [huge, huge, huge]);
        check(&[-huge, tiny, huge], 0.0, [-huge, tiny, huge]);
        assert!(part(&[-huge, huge]).distribution().stdev.is_finite());
        check(&[1e-9, 1e-9, 1e-9], 1e-9, [1e-9, 1e-9, 1e-9]);
    }

    #[test]
    fn what_is_not_finite_is_counted_apart() {
        let part = part(&[1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 3.0]);
        assert_eq!((part.count(), part.not_finite()), (2, 3));
        assert!((part.mean() - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_deviation_is_that_of_the_population() {
        let stdev = part(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])
            .distribution()
            .stdev;
        assert!((stdev - 2.0).abs() < 1e-12);
    }

    #[test]
    fn damaged_stored_numbers_are_refused_and_named() {
        let read = |json: &str| {
            serde_json::from_str::<ValuePart>(json)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            read(r#"{"count":1,"min":1,"max":1,"buckets":[[9999999,1,"0"]]}"#),
            "stored numbers have bucket 9999999, which no number belongs to"
        );
        assert_eq!(
            read(r#"{"count":2,"min":1,"max":1,"buckets":[[5,1,"0"]]}"#),
            "stored numbers say `count` 2, their buckets hold 1"
        );
        assert_eq!(
            read(r#"{"count":1,"min":1,"max":1,"buckets":[[5,1,"-2"]]}"#),
            "stored numbers have the sum `-2`, which is not a whole number below 2¹²⁸"
        );
    }
}
