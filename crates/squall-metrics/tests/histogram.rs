//! What the histograms promise, for arbitrary values.

use proptest::collection::vec;
use proptest::prelude::*;
use squall_metrics::{Histogram, SparseHistogram};

const QUANTILES: [f64; 9] = [0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0];

/// Values of every magnitude alike.
fn values() -> impl Strategy<Value = Vec<u64>> {
    vec(
        (any::<u64>(), 0_u32..64).prop_map(|(bits, shift)| bits >> shift),
        0..400,
    )
}

fn histogram_of<'a>(values: impl IntoIterator<Item = &'a u64>) -> Histogram {
    let mut histogram = Histogram::new();
    values
        .into_iter()
        .for_each(|&value| histogram.record(value));
    histogram
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank of at most 400"
)]
fn nearest_rank(sorted: &[u64], quantile: f64) -> u64 {
    let rank = (quantile * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

fn is_within_a_thousandth(value: u64, exact: u64) -> bool {
    value.abs_diff(exact) <= exact / 1000
}

proptest! {
    #[test]
    fn a_value_is_reported_within_a_thousandth(value: u64, shift in 0_u32..64) {
        let value = value >> shift;
        // The least and the largest value are exact; the one in between shows the error.
        let histogram = histogram_of(&[0, value, u64::MAX]);
        prop_assert!(is_within_a_thousandth(histogram.value_at(0.5), value));
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_values(values in values()) {
        prop_assume!(!values.is_empty());
        let histogram = histogram_of(&values);
        let mut sorted = values.clone();
        sorted.sort_unstable();
        for quantile in QUANTILES {
            let (value, exact) = (histogram.value_at(quantile), nearest_rank(&sorted, quantile));
            prop_assert!(is_within_a_thousandth(value, exact), "{quantile}: {value}, exact {exact}");
        }
        prop_assert_eq!(histogram.min(), sorted[0]);
        prop_assert_eq!(histogram.max(), sorted[sorted.len() - 1]);
        prop_assert_eq!(histogram.count(), sorted.len() as u64);
    }

    #[test]
    fn shards_of_any_split_merged_in_any_order_equal_one_histogram(
        values in values(),
        shards in vec(0_usize..5, 400),
        order in Just([0, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let whole = histogram_of(&values);
        let shard = |wanted: usize| {
            let mine = values.iter().zip(&shards).filter(move |(_, shard)| **shard == wanted);
            histogram_of(mine.map(|(value, _)| value))
        };
        let (mut dense, mut sparse) = (Histogram::new(), SparseHistogram::default());
        for wanted in order {
            dense.merge(&shard(wanted));
            sparse.merge(&shard(wanted).take_sparse());
        }
        prop_assert_eq!(&dense, &whole);
        prop_assert_eq!(&sparse, &whole.to_sparse());
        prop_assert_eq!(dense.distribution(), whole.distribution());
        prop_assert_eq!(sparse.distribution(), whole.distribution());
    }

    #[test]
    fn parts_taken_on_the_way_add_up_to_direct_recording(rounds in vec(values(), 0..6)) {
        let (mut recorder, mut total) = (Histogram::new(), Histogram::new());
        for values in &rounds {
            for &value in values { recorder.record(value); }
            total.merge_sparse(&recorder.take_sparse());
            prop_assert!(recorder.is_empty());
        }
        prop_assert_eq!(total, histogram_of(rounds.iter().flatten()));
    }

    #[test]
    fn a_cleared_histogram_equals_a_new_one(before in values(), after in values()) {
        let mut used = histogram_of(&before);
        used.clear();
        prop_assert_eq!(&used, &Histogram::new());
        for &value in &after { used.record(value); }
        prop_assert_eq!(used, histogram_of(&after));
    }

    #[test]
    fn json_and_back_changes_nothing(values in values()) {
        let histogram = histogram_of(&values);
        let text = serde_json::to_string(&histogram).expect("a histogram is JSON");
        let dense: Histogram = serde_json::from_str(&text).expect("what was written is read");
        let sparse: SparseHistogram = serde_json::from_str(&text).expect("what was written is read");
        prop_assert_eq!(&dense, &histogram);
        prop_assert_eq!(sparse, histogram.to_sparse());
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_values(values in vec(0_u64..4_000_000_000_000, 1..200)) {
        let histogram = histogram_of(&values);
        let n = values.len() as f64;
        let mean = values.iter().map(|&value| value as f64 / n).sum::<f64>();
        let variance = values.iter().map(|&value| (value as f64 - mean).powi(2) / n).sum::<f64>();
        prop_assert!((histogram.mean() - mean).abs() <= mean * 1e-12);
        prop_assert!((histogram.stdev() - variance.sqrt()).abs() <= variance.sqrt() * 1e-9 + 1e-3);
    }

    #[test]
    fn recording_n_times_equals_recording_once_n_times(value: u64, n in 0_u64..50) {
        let mut at_once = Histogram::new();
        at_once.record_n(value, n);
        prop_assert_eq!(at_once, histogram_of(&vec![value; usize::try_from(n).expect("small")]));
    }
}

#[test]
fn an_empty_histogram_reports_zeros() {
    let empty = Histogram::new();
    assert_eq!(
        empty.distribution(),
        squall_metrics::summary::Distribution::default()
    );
    assert_eq!((empty.min(), empty.max(), empty.value_at(0.5)), (0, 0, 0));
    assert!(empty.is_empty());
}

#[test]
fn the_stored_form_is_documented() {
    let text = serde_json::to_string(&histogram_of(&[5, 7])).expect("a histogram is JSON");
    assert_eq!(
        text,
        r#"{"count":2,"min":5,"max":7,"sum":"12","sum_sq":"74","buckets":[[5,1],[7,1]]}"#
    );
}

#[test]
fn a_distribution_is_in_milliseconds() {
    let mut histogram = Histogram::new();
    for ms in 1..=1000_u64 {
        histogram.record(ms * 1_000_000);
    }
    let found = histogram.distribution();
    assert_eq!(found.count, 1000);
    for (value, exact) in [
        (found.min, 1.0),
        (found.mean, 500.5),
        (found.stdev, 288.674_990_257_209_5),
        (found.p50, 500.0),
        (found.p90, 900.0),
        (found.p95, 950.0),
        (found.p99, 990.0),
        (found.p99_9, 999.0),
        (found.p99_99, 1000.0),
        (found.max, 1000.0),
    ] {
        assert!(
            (value - exact).abs() <= exact * 1e-3,
            "{value} is not {exact}"
        );
    }
}

#[test]
fn counts_above_32_bits_are_exact() {
    const MANY: u64 = u32::MAX as u64;
    let mut histogram = Histogram::new();
    histogram.record_n(7, MANY);
    histogram.record(7);
    histogram.record_n(7, 3 * MANY);
    histogram.record_n(9, 1 << 32);
    assert_eq!(histogram.count(), 4 * MANY + 1 + (1 << 32));
    let text = serde_json::to_string(&histogram).expect("a histogram is JSON");
    assert!(
        text.ends_with(r#""buckets":[[7,17179869181],[9,4294967296]]}"#),
        "{text}"
    );
    let mut total = Histogram::new();
    total.merge_sparse(&histogram.take_sparse());
    assert!(histogram.to_sparse().is_empty());
    histogram.record(7);
    total.merge(&histogram);
    assert_eq!(total.count(), 4 * MANY + 2 + (1 << 32));
    assert_eq!((total.value_at(0.79), total.value_at(0.81)), (7, 9));
}
