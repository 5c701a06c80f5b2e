//! Distributions and cumulative counts.

use proptest::prelude::*;
use squall_report::{HistogramRecord, IntervalRecord, IntervalTimes};

use crate::otel::totals::{Changes, Series, Totals};
use crate::sample::interval;

fn with_times(second: u32, values: &[(u64, u64)]) -> IntervalRecord {
    let count = values.iter().map(|(_, count)| count).sum();
    let sum_ns = values.iter().map(|(ns, count)| ns * count).sum();
    let millis = |place: Option<&(u64, u64)>| place.map_or(0.0, |(ns, _)| *ns as f64 / 1e6);
    IntervalRecord {
        completed: count,
        response_time_ms: IntervalTimes {
            minimum: millis(values.first()),
            maximum: millis(values.last()),
            ..IntervalTimes::default()
        },
        response_times: HistogramRecord {
            count,
            sum_ns,
            values: values.to_vec(),
        },
        ..interval("home", second)
    }
}

#[test]
fn nothing_is_a_distribution_without_buckets() {
    let series = Series::of(&with_times(0, &[]));
    assert_eq!(series.times.dense(), (0, Vec::new()));
    assert_eq!(series.times.count, 0);
}

#[test]
fn one_value_has_one_narrow_bucket() {
    let times = Series::of(&with_times(0, &[(1_000_000, 5)])).times;
    assert_eq!(times.scale, 10);
    assert_eq!(times.dense().1, [5]);
    assert_eq!((times.min, times.max, times.sum), (0.001, 0.001, 0.005));
}

#[test]
fn a_batch_that_comes_again_counts_once() {
    let mut totals = Totals::default();
    let one = with_times(0, &[(1_000_000, 3)]);
    for _ in 0..3 {
        let mut changes = Changes::default();
        assert_eq!(totals.add(&mut changes, &one).times.count, 3);
    }
    let mut changes = Changes::default();
    totals.add(&mut changes, &one);
    totals.commit(changes);
    let mut changes = Changes::default();
    let series = totals.add(&mut changes, &with_times(1, &[(9_000_000, 2)]));
    assert_eq!((series.times.count, series.started), (5, 8));
    assert_eq!(series.start, one.time);
    assert_eq!(series.end, one.time.plus_ns(2_000_000_000));
}

#[test]
fn an_interval_that_comes_late_does_not_turn_back_time() {
    let (totals, mut changes) = (Totals::default(), Changes::default());
    let first = totals.add(&mut changes, &with_times(5, &[])).end;
    let series = totals.add(&mut changes, &with_times(2, &[(1, 1)]));
    assert_eq!((series.end, series.times.count), (first, 1));
}

fn distribution() -> impl Strategy<Value = Vec<(u64, u64)>> {
    let value = prop_oneof![0_u64..10, 1_000_u64..10_000_000, 0_u64..100_000_000_000_000];
    prop::collection::btree_map(value, 1_u64..1_000, 0..400)
        .prop_map(|values| values.into_iter().collect())
}

proptest! {
    /// However wide, there are at most 160 buckets, all values are counted, and each is in its bucket.
    #[test]
    fn every_value_is_counted_in_its_bucket(parts in prop::collection::vec(distribution(), 1..4)) {
        let (totals, mut changes) = (Totals::default(), Changes::default());
        for part in &parts {
            totals.add(&mut changes, &with_times(0, part));
        }
        let nothing = with_times(1, &[]);
        let times = &totals.add(&mut changes, &nothing).times;
        let (offset, counts) = times.dense();
        prop_assert!(counts.len() <= 160);
        let all: Vec<(u64, u64)> = parts.concat();
        let count: u64 = all.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(times.count, count);
        prop_assert_eq!(counts.iter().sum::<u64>() + times.zeros, count);
        let zeros: u64 = all.iter().filter(|(ns, _)| *ns == 0).map(|(_, count)| count).sum();
        prop_assert_eq!(times.zeros, zeros);
        // How many are below the upper end of each bucket says whether all are where they belong.
        let mut below = times.zeros;
        for (place, count) in counts.iter().enumerate() {
            below += count;
            let index = offset + i32::try_from(place).unwrap() + 1;
            let end = 2_f64.powf(f64::from(index) * 2_f64.powi(-times.scale)) * 1e9;
            let within = |slack: f64| -> u64 {
                all.iter().filter(|(ns, _)| (*ns as f64) <= end * slack).map(|(_, count)| count).sum()
            };
            prop_assert!(within(1.0 - 1e-9) <= below && below <= within(1.0 + 1e-9));
        }
    }
}
