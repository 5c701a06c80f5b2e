//! Numbers of the test itself, against the same numbers in a list.

use proptest::collection::vec;
use proptest::prelude::*;
use squall_metrics::summary::{MetricSummary, Summary};
use squall_metrics::{
    Interval, Recorder, RunTotals, SeriesKey, SeriesKind, SeriesTable, Tags, ValuePart,
};

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-9_i32..9, -1.0..1.0).prop_map(|(exponent, digits)| digits * 10_f64.powi(exponent)),
        (-2000_i32..2000).prop_map(f64::from),
    ]
}

fn part(values: &[f64]) -> ValuePart {
    let mut part = ValuePart::default();
    for &value in values {
        part.record(value);
    }
    part
}

/// Nearest rank.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank is a small positive number"
)]
fn ranked(sorted: &[f64], percent: f64) -> f64 {
    let rank = (percent * sorted.len() as f64 / 100.0).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

proptest! {
    #[test]
    fn percentiles_and_mean_are_those_of_the_list(values in vec(number(), 1..400)) {
        let shown = part(&values).distribution();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let pairs = [(50.0, shown.p50), (90.0, shown.p90), (95.0, shown.p95), (99.0, shown.p99)];
        for (percent, value) in pairs {
            let exact = ranked(&sorted, percent);
            prop_assert!((value - exact).abs() <= exact.abs() * 0.002, "p{percent}: {value} for {exact}");
        }
        let largest = sorted[0].abs().max(sorted[sorted.len() - 1].abs());
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        prop_assert!((shown.mean - mean).abs() <= largest * 1e-12, "mean {} for {mean}", shown.mean);
        prop_assert_eq!((shown.min, shown.max), (sorted[0] + 0.0, sorted[sorted.len() - 1] + 0.0));
    }

    #[test]
    fn merging_any_shards_in_any_order_equals_one_shard(
        values in vec(proptest::num::f64::ANY, 0..200),
        shards in 1_usize..7,
    ) {
        let mut parts: Vec<ValuePart> = vec![ValuePart::default(); shards];
        values.iter().enumerate().for_each(|(at, &value)| parts[at % shards].record(value));
        let (mut forwards, mut backwards) = (ValuePart::default(), ValuePart::default());
        for (left, right) in parts.iter().zip(parts.iter().rev()) {
            forwards.merge(left);
            backwards.merge(right);
        }
        prop_assert_eq!(&forwards, &backwards);
        let whole = part(&values);
        prop_assert_eq!(&forwards, &whole);
        prop_assert_eq!(whole.count() + whole.not_finite(), values.len() as u64);
        let shown = whole.distribution();
        prop_assert!([shown.mean, shown.stdev, shown.p50, shown.p99, shown.max].iter().all(|n| n.is_finite()));
    }
}

fn totals_of(values: &[f64]) -> RunTotals {
    let table = SeriesTable::default();
    let id = table.intern(SeriesKey {
        stage: "load".into(),
        scenario: "shop".into(),
        name: "basket".into(),
        kind: SeriesKind::Metric,
        tags: Tags::default(),
    });
    let mut recorder = Recorder::new();
    for &value in values {
        recorder.value(id, value);
    }
    let mut interval = Interval::new(0);
    interval.merge(&recorder.take_part(0, 0, 0));
    let mut totals = RunTotals::new(table);
    totals.add(&interval);
    totals
}

#[test]
fn a_metric_is_summarized_apart_from_operations_and_transactions() {
    let totals = totals_of(&[3.0, -1.0, f64::NAN, 4.0]);
    assert_eq!(totals.totals().started, 0);
    assert!(totals.series_summaries(|_| 1.0).is_empty());
    assert!(totals.transaction_summaries().is_empty());
    let metrics = totals.metric_summaries();
    let json = serde_json::to_value(&metrics).unwrap();
    assert_eq!(json[0]["name"], "basket");
    assert_eq!(json[0]["not_finite"], 1);
    assert_eq!(json[0]["count"], 3);
    assert_eq!(json[0]["mean"], 2.0);
    assert_eq!(json[0]["min"], -1.0);
    let read: Vec<MetricSummary> = serde_json::from_value(json).unwrap();
    assert_eq!(read, metrics);
}

#[test]
fn a_summary_of_before_there_were_metrics_is_still_read() {
    let zero = serde_json::to_value(squall_metrics::summary::Distribution::default()).unwrap();
    let json = serde_json::json!({
        "schema_version": 1,
        "run": {"id": "r", "name": "n", "started_at": "t", "elapsed_s": 1.0, "seed": 1, "squall_version": "0"},
        "verdict": {"status": "passed", "reasons": []},
        "totals": {"started": 1, "ok": 1, "failed": 0, "interrupted": 0, "dropped_iterations": 0, "bytes_sent": 0, "bytes_received": 0},
        "stages": [],
        "series": [],
        "transactions": [{"stage": "s", "scenario": "c", "name": "iteration", "kind": "iteration",
            "started": 1, "ok": 1, "failed": 0, "interrupted": 0, "time_ms": zero}],
        "generator": {"cpu_s": 0.0, "cpu_percent": 0.0, "max_rss_bytes": 1, "threads": 1, "thread_busy_max_percent": 1.0,
            "schedule_error_ms": zero, "generator_delay_ms": zero},
        "warnings": [],
        "reporters": []
    });
    let summary: Summary = serde_json::from_value(json.clone()).unwrap();
    assert!(summary.metrics.is_empty() && summary.generator.interpreters.is_none());
    let mut written = serde_json::to_value(&summary).unwrap();
    assert_eq!(written["generator"]["agents_lost"], 0);
    written["generator"]
        .as_object_mut()
        .unwrap()
        .remove("agents_lost");
    assert_eq!(written, json, "what is not there is not written");
}
