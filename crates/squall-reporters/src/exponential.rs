//! Distributions in exponential buckets, as OpenTelemetry and Prometheus' native histograms hold them.

use std::collections::BTreeMap;

use squall_report::HistogramRecord;

/// Counts per bucket: bucket `i` of scale `s` holds values in (2^(i/2^s), 2^((i+1)/2^s)].
///
/// This is OpenTelemetry's index; that of a native histogram of Prometheus, whose bucket `i` ends at 2^(i/2^s), is one
/// higher. Values are in nanoseconds, counted in units of `unit_ns` (1e9 for seconds, 1e6 for milliseconds). Zero is
/// left out: it has a bucket of its own there.
#[allow(dead_code, reason = "a build may have no reporter that needs it")]
pub(crate) fn buckets(
    histogram: &HistogramRecord,
    scale: i32,
    unit_ns: f64,
) -> (BTreeMap<i32, u64>, u64) {
    let mut buckets = BTreeMap::new();
    let mut zeros = 0;
    for (ns, count) in &histogram.values {
        if *ns == 0 {
            zeros += count;
            continue;
        }
        let value = *ns as f64 / unit_ns;
        *buckets.entry(index(value, scale)).or_default() += count;
    }
    (buckets, zeros)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "logarithms of what a double holds are small"
)]
fn index(value: f64, scale: i32) -> i32 {
    let place = value.log2() * 2_f64.powi(scale);
    // The upper end belongs to the bucket.
    place.ceil() as i32 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_within_its_bucket_and_all_are_counted() {
        let values: Vec<(u64, u64)> = (0..2_000).map(|n| (n * n * 997, n + 1)).collect();
        let count = values.iter().map(|(_, n)| n).sum();
        let histogram = HistogramRecord {
            count,
            sum_ns: 0,
            values: values.clone(),
        };
        for scale in [-2, 0, 3, 8] {
            let (buckets, zeros) = buckets(&histogram, scale, 1e9);
            assert_eq!(buckets.values().sum::<u64>() + zeros, count);
            assert_eq!(zeros, 1);
            let base = 2_f64.powf(2_f64.powi(-scale));
            for (ns, _) in values.iter().skip(1) {
                let value = *ns as f64 / 1e9;
                let index = index(value, scale);
                assert!(buckets.contains_key(&index));
                let (low, high) = (base.powi(index), base.powi(index + 1));
                assert!(value > low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9));
            }
        }
    }

    #[test]
    fn the_upper_end_belongs_to_the_bucket() {
        assert_eq!(index(1.0, 0), -1);
        assert_eq!(index(2.0, 0), 0);
        assert_eq!(index(2.1, 0), 1);
        assert_eq!(index(4.0, 0), 1);
    }
}
