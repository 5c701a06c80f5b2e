//! Quantiles and distributions from ordered buckets.

use super::bucket::middle_of;
use super::moments::Moments;
use crate::summary::Distribution;

const QUANTILES: [f64; 6] = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999];
const NS_PER_MS: f64 = 1e6;

/// The rank (1 is the least value) that is the quantile `q` of `count` values.
///
/// Nearest rank: ⌈q·count⌉, at least 1. The product is lowered by a few units in its last place, as `0.07 × 100` is
/// 7.000000000000001 in floating point and would be rank 8.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 1…count"
)]
pub(crate) fn rank_of(q: f64, count: u64) -> u64 {
    if q >= 1.0 {
        return count;
    }
    let product = q.max(0.0) * count as f64 * (1.0 - 4.0 * f64::EPSILON);
    (product.ceil() as u64).clamp(1, count.max(1))
}

/// The values at `quantiles`, which must not fall, from buckets in rising order.
pub(crate) fn values_at<const N: usize>(
    moments: &Moments,
    buckets: impl Iterator<Item = (usize, u64)>,
    quantiles: [f64; N],
) -> [u64; N] {
    let mut values = [moments.max; N];
    if moments.count == 0 {
        return [0; N];
    }
    let ranks = quantiles.map(|q| rank_of(q, moments.count));
    let (mut next, mut below) = (0, 0);
    for (index, count) in buckets {
        below += count;
        while next < N && ranks[next] <= below {
            // The first and the last rank are known exactly.
            values[next] = match ranks[next] {
                1 => moments.min,
                rank if rank == moments.count => moments.max,
                _ => middle_of(index).clamp(moments.min, moments.max),
            };
            next += 1;
        }
        if next == N {
            break;
        }
    }
    values
}

/// What `summary.json` says of the values, in milliseconds.
pub(crate) fn distribution(
    moments: &Moments,
    buckets: impl Iterator<Item = (usize, u64)>,
) -> Distribution {
    let [p50, p90, p95, p99, p99_9, p99_99] =
        values_at(moments, buckets, QUANTILES).map(|ns| ns as f64 / NS_PER_MS);
    Distribution {
        count: moments.count,
        min: moments.least() as f64 / NS_PER_MS,
        mean: moments.mean() / NS_PER_MS,
        stdev: moments.stdev() / NS_PER_MS,
        p50,
        p90,
        p95,
        p99,
        p99_9,
        p99_99,
        max: moments.max as f64 / NS_PER_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_not_pushed_up_by_rounding() {
        for percent in 1..=100_u64 {
            assert_eq!(rank_of(percent as f64 / 100.0, 100), percent);
            assert_eq!(rank_of(percent as f64 / 100.0, 1_000_000), percent * 10_000);
        }
        assert_eq!(rank_of(0.5, 3), 2);
        assert_eq!(rank_of(0.0, 3), 1);
        assert_eq!(rank_of(-1.0, 3), 1);
        assert_eq!(rank_of(2.0, 3), 3);
    }
}
