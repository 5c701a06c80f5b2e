//! A log-linear histogram: 1,024 to 2,048 buckets for each power of two, so a value is off by less than 0.1 %.

const SUB_BUCKET_BITS: u32 = 11;
const SUB_BUCKETS: u64 = 1 << SUB_BUCKET_BITS;
const HALF: u64 = SUB_BUCKETS / 2;

/// Counts of values from 0 to `u64::MAX` in constant memory.
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; index_of(u64::MAX) + 1],
            total: 0,
        }
    }
}

impl Histogram {
    /// Counts one value.
    pub fn record(&mut self, value: u64) {
        self.counts[index_of(value)] += 1;
        self.total += 1;
    }

    /// Says how many values were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Finds the smallest recorded value that at least `share` (0 to 1) of all values do not exceed; 0 when empty.
    ///
    /// The answer is the upper end of that value's bucket.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count is a count"
    )]
    pub fn quantile(&self, share: f64) -> u64 {
        let wanted = ((self.total as f64 * share).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_end(index);
            }
        }
        0
    }
}

#[expect(clippy::cast_possible_truncation, reason = "an index is below 2^17")]
fn index_of(value: u64) -> usize {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(SUB_BUCKET_BITS);
    (u64::from(shift) * HALF + (value >> shift)) as usize
}

fn upper_end(index: usize) -> u64 {
    let index = index as u64;
    if index < SUB_BUCKETS {
        return index;
    }
    let shift = index / HALF - 1;
    let lower = (index - shift * HALF) << shift;
    lower + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_its_bucket_with_less_than_a_thousandth_of_error() {
        let powers = (0..64).map(|bit| 1_u64 << bit);
        for value in powers
            .flat_map(|power| [power - 1, power, power + 1, power + power / 3])
            .chain([u64::MAX])
        {
            let end = upper_end(index_of(value));
            assert!(
                end >= value && (end - value) as f64 <= value as f64 / 1000.0,
                "{value} became {end}"
            );
        }
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        for index in 0..index_of(u64::MAX) {
            assert_eq!(index_of(upper_end(index) + 1), index + 1);
        }
    }

    #[test]
    fn quantiles_count_from_the_smallest_value() {
        let mut histogram = Histogram::default();
        (1..=100).for_each(|value| histogram.record(value));
        assert_eq!(
            (
                histogram.quantile(0.0),
                histogram.quantile(0.5),
                histogram.quantile(0.99)
            ),
            (1, 50, 99)
        );
        assert_eq!((histogram.quantile(1.0), histogram.total()), (100, 100));
        assert_eq!(Histogram::default().quantile(0.5), 0);
    }
}
