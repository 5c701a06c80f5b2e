//! Rules on a virtual clock: what the judge says equals the definition, worked out anew for each second.

use proptest::prelude::*;
use squall_metrics::threshold::{
    Action, Comparison, Counted, Judge, Judgment, Moment, Part, Quantity, Rule, Select, Statistic,
    Status, Subject, Timing, Unit,
};
use squall_metrics::{
    Interval, Outcome, Recorder, Sample, ScenarioId, ScenarioKey, SeriesId, SeriesKey, SeriesKind,
    SeriesTable,
};

const MS: u64 = 1_000_000;

fn table() -> SeriesTable {
    let table = SeriesTable::default();
    for (name, kind) in [
        ("a", SeriesKind::Operation),
        ("b", SeriesKind::Operation),
        ("iteration", SeriesKind::Iteration),
        ("basket", SeriesKind::Metric),
    ] {
        table.intern(SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: name.into(),
            kind,
        });
    }
    table.intern_scenario(ScenarioKey {
        stage: "load".into(),
        scenario: "shop".into(),
    });
    table
}

/// What happened in a second: response times of `a` with their outcomes, and how many of `b` are in flight.
#[derive(Clone, Debug, Default)]
struct Second {
    times: Vec<(u64, bool)>,
    waits: bool,
}

fn sample(ms: u64, ok: bool) -> Sample {
    Sample {
        outcome: if ok { Outcome::Ok } else { Outcome::Failed },
        status: 200,
        response_ns: ms * MS,
        service_ns: ms * MS,
        waiting_ns: 0,
        connecting_ns: Sample::NONE,
        securing_ns: Sample::NONE,
        writing_ns: 0,
        first_byte_ns: 0,
        reading_ns: 0,
        bytes_sent: 1,
        bytes_received: 1,
    }
}

fn interval(index: u64, second: &Second) -> Interval {
    let mut recorder = Recorder::default();
    for (ms, ok) in &second.times {
        recorder.operation_started(SeriesId(0));
        recorder.operation_finished(SeriesId(0), &sample(*ms, *ok));
    }
    if second.waits {
        recorder.operation_started(SeriesId(0));
    }
    let mut interval = Interval::new(index);
    interval.merge(&recorder.take_part(index, 0, 0));
    interval
}

fn rule(quantity: Quantity, comparison: Comparison, limit: f64) -> Rule {
    Rule {
        quantity,
        select: Select::default(),
        comparison,
        limit,
        unit: Unit::Number,
        over: None,
        hold: None,
        action: Action::Fail,
    }
}

fn time(statistic: Statistic) -> Quantity {
    Quantity::Time(statistic, Timing::Response)
}

fn failed() -> Counted {
    Counted {
        subject: Subject::Operations,
        part: Part::Failed,
    }
}

fn judge(rule: &Rule, seconds: &[Second]) -> (Judgment, Vec<u64>) {
    let mut judge = Judge::new(vec![rule.clone()], table());
    let mut broken = Vec::new();
    for (index, second) in (0..).zip(seconds) {
        let breaks = judge.push(&interval(index, second), &|_| Some(1.0));
        broken.extend(breaks.iter().map(|_| index));
    }
    (judge.judgments(Moment::End)[0], broken)
}

/// The value of a rule over some seconds, from the samples themselves.
fn value_of(quantity: &Quantity, seconds: &[Second]) -> Option<f64> {
    let all: Vec<(u64, bool)> = seconds.iter().flat_map(|one| one.times.clone()).collect();
    let mut times: Vec<u64> = all.iter().map(|(ms, _)| *ms).collect();
    times.sort_unstable();
    let (count, bad) = (
        all.len() as f64,
        all.iter().filter(|(_, ok)| !ok).count() as f64,
    );
    if all.is_empty() {
        return None;
    }
    Some(match quantity {
        Quantity::Time(Statistic::Max, _) => times[times.len() - 1] as f64,
        Quantity::Time(Statistic::Min, _) => times[0] as f64,
        Quantity::Count(_) => bad,
        Quantity::Share(_) => bad * 100.0 / count,
        Quantity::Rate(_) => bad / seconds.len() as f64,
        Quantity::BurnRate { objective } => bad / (count * (1.0 - objective / 100.0)),
        Quantity::Apdex { target_ns } => {
            let target = target_ns / MS;
            let good = |from: u64, to: u64| {
                all.iter()
                    .filter(|(ms, ok)| *ok && *ms > from && *ms <= to)
                    .count() as f64
            };
            (good(0, target) + good(target, 4 * target) / 2.0) / count
        }
        _ => unreachable!("not asked for here"),
    })
}

/// The definition: the second in which the rule is broken, if that is before the end.
fn broken_at(rule: &Rule, seconds: &[Second]) -> Option<usize> {
    let active: Vec<usize> = (0..seconds.len())
        .filter(|at| !seconds[*at].times.is_empty() || waits(seconds, *at))
        .collect();
    let first = *active.first()?;
    let mut streak = 0;
    for at in active {
        let age = at - first + 1;
        let over = rule.over.map(|over| over as usize);
        let ready = age >= over.unwrap_or(1) && age > rule.abort_after().unwrap_or(0) as usize;
        let from = over.map_or(0, |over| (at + 1).saturating_sub(over));
        let value = value_of(&rule.quantity, &seconds[from..=at]);
        if !ready || value.is_none() && over.is_none() {
            continue;
        }
        let holds = value.is_some_and(|value| rule.comparison.holds(value, rule.limit));
        streak = if holds { 0 } else { streak + 1 };
        if streak >= rule.hold.unwrap_or(1) {
            return Some(at);
        }
    }
    None
}

fn waits(seconds: &[Second], at: usize) -> bool {
    seconds[at].waits
}

fn seconds() -> impl Strategy<Value = Vec<Second>> {
    let times = prop::collection::vec((1_u64..60, prop::bool::weighted(0.8)), 0..5);
    let second = (times, any::<bool>()).prop_map(|(times, waits)| Second { times, waits });
    prop::collection::vec(second, 1..40)
}

/// The target of the apdex lies between whole milliseconds: buckets of a histogram are 0.1 % wide.
fn rules() -> impl Strategy<Value = Rule> {
    let quantity = prop::sample::select(vec![
        (time(Statistic::Max), 40.0, Comparison::Below),
        (time(Statistic::Min), 10.0, Comparison::AtMost),
        (Quantity::Share(failed()), 20.0, Comparison::Below),
        (Quantity::Rate(failed()), 0.6, Comparison::AtMost),
        (Quantity::Count(failed()), 3.0, Comparison::Below),
        (
            Quantity::BurnRate { objective: 90.0 },
            2.0,
            Comparison::Below,
        ),
        (
            Quantity::Apdex {
                target_ns: 12 * MS + MS / 10,
            },
            0.6,
            Comparison::Above,
        ),
    ]);
    let clauses = (
        prop::option::of(1_u32..8),
        prop::option::of(1_u32..5),
        prop::option::of(0_u32..10),
    );
    (quantity, clauses).prop_map(
        |((quantity, limit, comparison), (over, hold, abort))| Rule {
            over,
            hold,
            // A rule without any clause is judged at the end alone.
            action: abort
                .or_else(|| (over.is_none() && hold.is_none()).then_some(0))
                .map_or(Action::Fail, |after| Action::Abort { after }),
            ..rule(quantity, comparison, limit)
        },
    )
}

proptest! {
    #[test]
    fn windows_and_persistence_equal_their_definition(rule in rules(), seconds in seconds()) {
        let (judgment, broken) = judge(&rule, &seconds);
        let expect = broken_at(&rule, &seconds);
        prop_assert_eq!(broken, expect.iter().map(|at| *at as u64).collect::<Vec<_>>());
        prop_assert_eq!(judgment.broken_at_s, expect.map(|at| at as f64 + 1.0));
        if expect.is_some() {
            prop_assert_eq!(judgment.status, Status::Broken);
        }
    }

    #[test]
    fn a_plain_rule_is_judged_on_everything(rule in rules(), seconds in seconds()) {
        let rule = Rule { over: None, hold: None, action: Action::Fail, ..rule };
        let (judgment, broken) = judge(&rule, &seconds);
        prop_assert!(broken.is_empty());
        // Seconds count from the start of the stage, whether anything ended in them or not.
        let expect = value_of(&rule.quantity, &seconds);
        prop_assert_eq!(judgment.value.is_some(), expect.is_some());
        if let (Some(value), Some(expect)) = (judgment.value, expect) {
            prop_assert!((value - expect).abs() <= 1e-9 * expect.abs().max(1.0), "{} {}", value, expect);
            prop_assert_eq!(judgment.status == Status::Held, rule.comparison.holds(value, rule.limit));
        }
    }

    #[test]
    fn the_order_of_merges_does_not_matter(
        rule in rules(),
        parts in prop::collection::vec((seconds(), any::<u64>()), 1..4),
    ) {
        let judged = |order: Vec<usize>| {
            let mut judge = Judge::new(vec![rule.clone()], table());
            let length = parts.iter().map(|(seconds, _)| seconds.len()).max().unwrap();
            for index in 0..length {
                let mut merged = Interval::new(index as u64);
                for part in &order {
                    if let Some(second) = parts[*part].0.get(index) {
                        merged.merge_interval(&interval(index as u64, second));
                    }
                }
                judge.push(&merged, &|_| Some(1.0));
            }
            judge.judgments(Moment::End)
        };
        let forward: Vec<usize> = (0..parts.len()).collect();
        let mut shuffled = forward.clone();
        shuffled.sort_by_key(|part| parts[*part].1);
        prop_assert_eq!(judged(forward.clone()), judged(shuffled));
        prop_assert_eq!(judged(forward.clone()), judged(forward.into_iter().rev().collect()));
    }
}

fn good(count: usize) -> Second {
    Second {
        times: vec![(10, true); count],
        waits: false,
    }
}

#[test]
fn no_data_fails_every_rule() {
    let none = vec![Second::default(); 5];
    for quantity in [
        time(Statistic::Percentile(99.0)),
        Quantity::Count(failed()),
        Quantity::Share(failed()),
        Quantity::Rate(failed()),
        Quantity::Apdex { target_ns: MS },
        Quantity::BurnRate { objective: 99.0 },
        Quantity::Metric(Statistic::Mean, "basket".to_owned()),
    ] {
        for over in [None, Some(2)] {
            let rule = Rule {
                over,
                ..rule(quantity.clone(), Comparison::Below, f64::MAX)
            };
            let (judgment, _) = judge(&rule, &none);
            assert_eq!(judgment.status, Status::NoData, "{rule:?}");
            assert_eq!(judgment.value, None);
        }
    }
}

#[test]
fn a_target_that_answers_nothing_breaks_a_window() {
    let waits = Second {
        times: Vec::new(),
        waits: true,
    };
    let mut seconds = vec![good(3); 4];
    seconds.extend(vec![waits; 3]);
    let rule = Rule {
        over: Some(2),
        ..rule(time(Statistic::Max), Comparison::Below, 1_000.0)
    };
    let (judgment, broken) = judge(&rule, &seconds);
    assert_eq!(broken, [5]);
    assert_eq!((judgment.status, judgment.value), (Status::Broken, None));
}

#[test]
fn a_window_that_holds_says_how_close_it_was() {
    let mut seconds = vec![good(3); 6];
    seconds[3].times.push((80, true));
    let rule = Rule {
        over: Some(2),
        ..rule(time(Statistic::Max), Comparison::Below, 100.0)
    };
    let (judgment, _) = judge(&rule, &seconds);
    assert_eq!(judgment.status, Status::Held);
    assert_eq!(judgment.value, Some(80.0));
    assert_eq!(judgment.margin, Some(20.0));
}

#[test]
fn a_run_shorter_than_its_window_is_judged_at_the_end() {
    let rule = Rule {
        over: Some(30),
        ..rule(time(Statistic::Max), Comparison::Below, 5.0)
    };
    let (judgment, broken) = judge(&rule, &[good(1), good(1)]);
    assert!(broken.is_empty());
    assert_eq!(
        (judgment.status, judgment.value),
        (Status::Broken, Some(10.0))
    );
}

#[test]
fn stages_that_are_not_measured_are_left_out() {
    let rule = rule(
        Quantity::Rate(Counted {
            part: Part::All,
            ..failed()
        }),
        Comparison::Above,
        2.5,
    );
    let mut judge = Judge::new(vec![rule], table());
    for index in 0..6 {
        let measured = move |stage: &str| (stage == "load" && index >= 2).then_some(1.0);
        let count = if index >= 2 { 3 } else { 100 };
        judge.push(&interval(index, &good(count)), &measured);
    }
    assert_eq!(judge.judgments(Moment::End)[0].value, Some(3.0));
}

#[test]
fn series_are_selected_by_name_and_a_metric_by_its_own() {
    let mut recorder = Recorder::default();
    for (series, ms) in [(0, 10), (1, 90)] {
        recorder.operation_started(SeriesId(series));
        recorder.operation_finished(SeriesId(series), &sample(ms, true));
    }
    recorder.value(SeriesId(3), 4.5);
    recorder.dropped(ScenarioId(0), 2);
    let mut interval = Interval::new(0);
    interval.merge(&recorder.take_part(0, 0, 0));
    let named = |name: &str| Rule {
        select: Select {
            name: Some(name.to_owned()),
            ..Select::default()
        },
        ..rule(time(Statistic::Max), Comparison::Below, 50.0)
    };
    let basket = Quantity::Metric(Statistic::Mean, "basket".to_owned());
    let dropped = Quantity::Count(Counted {
        subject: Subject::Dropped,
        part: Part::All,
    });
    let rules = vec![
        named("a"),
        named("b"),
        named("c"),
        rule(basket, Comparison::Above, 3.0),
        rule(dropped, Comparison::Equal, 0.0),
    ];
    let mut judge = Judge::new(rules, table());
    judge.push(&interval, &|_| Some(1.0));
    let judgments = judge.judgments(Moment::End);
    let found: Vec<_> = judgments
        .iter()
        .map(|one| (one.status, one.value))
        .collect();
    assert_eq!(
        found,
        [
            (Status::Held, Some(10.0)),
            (Status::Broken, Some(90.0)),
            (Status::NoData, None),
            (Status::Held, Some(4.5)),
            (Status::Broken, Some(2.0)),
        ]
    );
}
