//! What is said of two runs.

use serde_json::json;
use squall_compare::comparison::{Comparison, Kind, Shown, Verdict};
use squall_compare::{Care, CompareSettings, Metric, StoredRun, compare};
use squall_metrics::summary::{MeasuredSummary, VerdictStatus};

use crate::simulated::Simulated;

fn compared(base: &StoredRun, other: &StoredRun) -> Comparison {
    compare(base, &[other], &CompareSettings::default())
}

fn told(comparison: &Comparison) -> (Verdict, &str) {
    let other = &comparison.others[0];
    (other.verdict, &other.sentence)
}

#[test]
fn a_run_has_no_difference_to_itself() {
    let run = Simulated::default().run(1);
    let comparison = compared(&run, &run);
    assert_eq!(comparison.others[0].verdict, Verdict::NoEvidence);
    for one in &comparison.others[0].series[0].differences {
        assert_eq!(one.change, Some(0.0), "{one:?}");
        assert_eq!(one.p_adjusted, Some(1.0), "{one:?}");
    }
}

#[test]
fn slower_and_faster_are_two_sides_of_one_difference() {
    let base = Simulated::default();
    let (base, slow) = (base.run(1), base.clone().slower(0.5).run(2));
    assert_eq!(told(&compared(&base, &slow)).0, Verdict::Slower);
    assert_eq!(told(&compared(&slow, &base)).0, Verdict::Faster);
    insta::assert_snapshot!(told(&compared(&base, &slow)).1);
}

#[test]
fn only_what_was_measured_is_compared() {
    let base = Simulated::default();
    let slow = base.clone().slower(0.5).run(2);
    let mut late = base.run(3);
    // Slow in its warm-up and its cool-down alone.
    for at in (0..20).chain(50..60) {
        late.intervals[at] = slow.intervals[at].clone();
    }
    let base = base.run(1);
    let change = |comparison: &Comparison| comparison.others[0].series[0].differences[0].change;
    assert!(change(&compared(&base, &late)).unwrap() > 0.1);
    late.summary.measured = vec![MeasuredSummary {
        stage: "load".to_owned(),
        from_s: 20.02,
        to_s: 50.0,
    }];
    let comparison = compared(&base, &late);
    assert_eq!(told(&comparison).0, Verdict::NoEvidence);
    assert_eq!(comparison.others[0].series[0].other_seconds, 30);
}

#[test]
fn more_failures_are_told_beside_the_times() {
    let base = Simulated::default();
    let failing = Simulated {
        failing: 0.06,
        ..base.clone()
    };
    let comparison = compared(&base.run(1), &failing.run(2));
    insta::assert_snapshot!(told(&comparison).1);
}

#[test]
fn another_seed_is_comparable_another_load_is_not() {
    let base = Simulated::default();
    let other = Simulated {
        rate: 300,
        ..base.clone()
    };
    let comparison = compared(&base.run(1), &other.run(2));
    let expected = "not comparable: the plans differ: `stages.load.rate` is `200` and `300`";
    assert_eq!(told(&comparison), (Verdict::NotComparable, expected));
    assert_eq!(comparison.others[0].series, []);
    assert_eq!(comparison.tests, 0);
}

#[test]
fn an_invalid_run_is_not_comparable_unless_somebody_insists() {
    let (base, mut other) = (Simulated::default().run(1), Simulated::default().run(2));
    other.summary.verdict.status = VerdictStatus::Invalid;
    other.summary.verdict.reasons = vec!["the generator was busy".to_owned()];
    let expected = "not comparable: run `run-2` is invalid: the generator was busy";
    assert_eq!(
        told(&compared(&base, &other)),
        (Verdict::NotComparable, expected)
    );
    let anyway = CompareSettings {
        care: Care::Anyway,
        ..CompareSettings::default()
    };
    let comparison = compare(&base, &[&other], &anyway);
    assert_eq!(comparison.others[0].verdict, Verdict::NoEvidence);
    assert_eq!(
        comparison.others[0].obstacles,
        ["run `run-2` is invalid: the generator was busy"]
    );
}

#[test]
fn a_few_seconds_are_no_basis() {
    let short = Simulated {
        seconds: 8,
        ..Simulated::default()
    };
    let comparison = compared(&short.run(1), &short.run(2));
    assert_eq!(told(&comparison).0, Verdict::NotComparable);
    insta::assert_snapshot!(told(&comparison).1);
}

#[test]
fn the_first_and_the_last_second_do_not_count() {
    let mut run = Simulated::default().run(1);
    let whole = compared(&run, &run);
    for at in [0, 59] {
        let index = run.intervals[at].index;
        run.intervals[at] = Simulated::default().slower(9.0).run(7).intervals[at].clone();
        run.intervals[at].index = index;
    }
    assert_eq!(compared(&run, &run), whole);
    assert_eq!(whole.others[0].series[0].base_seconds, 58);
}

#[test]
fn a_rare_percentile_of_few_operations_is_not_told() {
    let few = Simulated {
        rate: 10,
        ..Simulated::default()
    };
    let comparison = compared(&few.run(1), &few.run(2));
    let differences = &comparison.others[0].series[0].differences;
    let of = |metric| differences.iter().find(|one| one.metric == metric).unwrap();
    assert_eq!(of(Metric::P99).shown, Shown::TooFew);
    assert_eq!(of(Metric::P99).p, None);
    assert_eq!(of(Metric::P95).shown, Shown::NoEvidence);
}

#[test]
fn a_target_that_never_varies_shows_no_difference_below_what_histograms_tell_apart() {
    let mut base = Simulated::default();
    base.model.spread = 0.0;
    base.model.level_spread = 0.0;
    base.failing = 0.0;
    let near = compared(&base.run(1), &base.clone().slower(0.001).run(2));
    assert_eq!(told(&near).0, Verdict::NoEvidence, "{near:?}");
    let far = compared(&base.run(1), &base.clone().slower(0.01).run(2));
    assert_eq!(told(&far).0, Verdict::Slower, "{far:?}");
}

#[test]
fn several_operations_are_also_compared_together() {
    let base = Simulated {
        series: vec!["GET /a", "GET /b"],
        ..Simulated::default()
    };
    let mut other = base.run(2);
    other.names[1].name = "GET /c".into();
    let comparison = compared(&base.run(1), &base.run(2));
    let kinds: Vec<Kind> = comparison.others[0]
        .series
        .iter()
        .map(|one| one.kind)
        .collect();
    assert_eq!(kinds, [Kind::Overall, Kind::Operation, Kind::Operation]);
    let comparison = compared(&base.run(1), &other);
    assert_eq!(comparison.others[0].only_in_base, ["GET /b"]);
    assert_eq!(comparison.others[0].only_in_other, ["GET /c"]);
    assert_eq!(comparison.others[0].series.len(), 1);
}

#[test]
fn what_is_asked_makes_up_for_all_runs_that_are_compared() {
    let run = |seed| Simulated::default().run(seed);
    let settings = CompareSettings {
        metrics: vec![Metric::P95, Metric::Mean],
        ..CompareSettings::default()
    };
    let comparison = compare(&run(1), &[&run(2), &run(3)], &settings);
    assert_eq!(comparison.tests, 4);
    assert_eq!(comparison.others.len(), 2);
}

#[test]
fn json_has_the_fields_that_the_documentation_names() {
    let run = |seed| Simulated::default().run(seed);
    let document = serde_json::to_value(compared(&run(1), &run(2))).unwrap();
    assert_eq!(document["schema_version"], json!(1));
    let series = &document["others"][0]["series"][0];
    let fields: Vec<&String> = series["differences"][0]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(
        fields,
        [
            "metric",
            "shown",
            "base",
            "other",
            "unit",
            "change",
            "low",
            "high",
            "p",
            "p_adjusted"
        ]
    );
    assert_eq!(series["verdict"], json!("no_evidence"));
}
