//! What is known exactly of the values of a histogram.

/// Count, extremes, sum and sum of squares.
///
/// The sum cannot overflow: fewer than 2⁶⁴ values below 2⁶⁴. The sum of squares saturates; 2¹²⁸ is 10¹³ squares of an hour in
/// nanoseconds, and saturation does not depend on the order of additions, so that merges stay exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moments {
    pub(crate) count: u64,
    /// `u64::MAX` when there is none.
    pub(crate) min: u64,
    pub(crate) max: u64,
    pub(crate) sum: u128,
    pub(crate) sum_sq: u128,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            count: 0,
            min: u64::MAX,
            max: 0,
            sum: 0,
            sum_sq: 0,
        }
    }
}

impl Moments {
    #[inline]
    pub(crate) fn record(&mut self, value: u64) {
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        let wide = u128::from(value);
        self.sum += wide;
        self.sum_sq = self.sum_sq.saturating_add(wide * wide);
    }

    pub(crate) fn record_n(&mut self, value: u64, n: u64) {
        if n == 0 {
            return;
        }
        let (wide, n_wide) = (u128::from(value), u128::from(n));
        self.merge(&Self {
            count: n,
            min: value,
            max: value,
            sum: wide * n_wide,
            sum_sq: (wide * wide).saturating_mul(n_wide),
        });
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum += other.sum;
        self.sum_sq = self.sum_sq.saturating_add(other.sum_sq);
    }

    /// Takes away what was merged before; `rest` is all that is left.
    pub(crate) fn take_away<'a>(&mut self, old: &Self, rest: impl Iterator<Item = &'a Self>) {
        self.count -= old.count;
        self.sum -= old.sum;
        // What cannot be taken away again is gathered anew: extremes, and a sum that saturates.
        (self.min, self.max, self.sum_sq) = (u64::MAX, 0, 0);
        for one in rest {
            self.min = self.min.min(one.min);
            self.max = self.max.max(one.max);
            self.sum_sq = self.sum_sq.saturating_add(one.sum_sq);
        }
    }

    /// 0 when there is no value.
    pub(crate) fn least(&self) -> u64 {
        if self.count == 0 { 0 } else { self.min }
    }

    pub(crate) fn mean(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.sum as f64 / self.count as f64
        }
    }

    /// Standard deviation of the population.
    ///
    /// The squares are summed around the integer part of the mean, in integers, since `E[x²] − E[x]²` in floating point
    /// loses all digits when the deviation is small against the mean.
    pub(crate) fn stdev(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let n = u128::from(self.count);
        let (whole, rest) = (self.sum / n, self.sum % n);
        let around = whole
            .checked_mul(whole)
            .and_then(|square| square.checked_mul(n))
            .and_then(|squares| self.sum_sq.checked_sub(squares))
            .and_then(|left| left.checked_sub(whole.checked_mul(rest)?.checked_mul(2)?));
        let fraction = rest as f64 / n as f64;
        around.map_or(0.0, |squares| {
            (squares as f64 / n as f64 - fraction * fraction)
                .max(0.0)
                .sqrt()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_deviation_around_a_large_mean_keeps_its_digits() {
        let mut moments = Moments::default();
        for value in [3_600_000_000_000_000_u64, 3_600_000_000_000_002] {
            moments.record(value);
        }
        assert!((moments.stdev() - 1.0).abs() < 1e-9);
        assert!((moments.mean() - 3_600_000_000_000_001.0).abs() < 1.0);
    }

    #[test]
    fn recording_n_times_equals_recording_once_n_times() {
        let (mut once, mut many) = (Moments::default(), Moments::default());
        once.record_n(17, 5);
        once.record_n(99, 0);
        for _ in 0..5 {
            many.record(17);
        }
        assert_eq!(once, many);
    }

    #[test]
    fn the_largest_values_saturate_and_do_not_panic() {
        let mut moments = Moments::default();
        moments.record_n(u64::MAX, u64::MAX / 2);
        moments.record(u64::MAX);
        assert_eq!(moments.sum_sq, u128::MAX);
        assert!(moments.stdev() >= 0.0);
    }
}
