//! Rules on a virtual clock: what the judge says equals the definition, worked out anew for each second.

use std::sync::Arc;

use proptest::prelude::*;
use squall_metrics::threshold::{
    Action, Comparison, Counted, Judge, Judgment, Moment, Part, Quantity, Rule, Select, Statistic,
    Status, Subject, Timing, Unit,
};
use squall_metrics::{
    Interval, Outcome, Recorder, RunTotals, Sample, ScenarioId, ScenarioKey, SeriesId, SeriesKey,
    SeriesKind, SeriesTable, Tags,
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
            tags: Tags::default(),
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

/// A table of operations with tags, all in one scenario.
fn tagged(names: &[(&str, &[(&str, &str)])]) -> (SeriesTable, Vec<SeriesId>) {
    let table = SeriesTable::default();
    let ids = names.iter().map(|(name, tags)| {
        let tags = Tags::new(tags.iter().copied());
        table.intern(SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: format!("{name}{}", tags.suffix()).into(),
            kind: SeriesKind::Operation,
            tags,
        })
    });
    let ids = ids.collect();
    (table, ids)
}

fn selecting(select: Select) -> Rule {
    Rule {
        select,
        ..rule(
            Quantity::Count(Counted {
                subject: Subject::Operations,
                part: Part::All,
            }),
            Comparison::AtLeast,
            1.0,
        )
    }
}

#[test]
fn series_are_selected_by_their_tags_and_by_their_names_without_them() {
    let (table, ids) = tagged(&[
        ("a", &[("team", "shop"), ("tier", "1")]),
        ("a", &[("team", "pay")]),
        ("b", &[]),
    ]);
    let mut recorder = Recorder::default();
    for (id, times) in ids.into_iter().zip([1, 2, 4]) {
        for _ in 0..times {
            recorder.operation_started(id);
            recorder.operation_finished(id, &sample(10, true));
        }
    }
    let mut interval = Interval::new(0);
    interval.merge(&recorder.take_part(0, 0, 0));
    let select = |name: Option<&str>, tags: &[(&str, &str)]| Select {
        name: name.map(str::to_owned),
        tags: tags
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        ..Select::default()
    };
    let cases = [
        (select(None, &[("team", "shop")]), Some(1.0)),
        (select(None, &[("team", "*")]), Some(3.0)),
        (select(None, &[("team", "*"), ("tier", "1")]), Some(1.0)),
        (select(None, &[("team", "nobody")]), None),
        (select(Some("a"), &[]), Some(3.0)),
        (select(Some("a {team=pay}"), &[]), Some(2.0)),
        (select(Some("b"), &[("team", "*")]), None),
    ];
    let rules = cases.iter().map(|(select, _)| selecting(select.clone()));
    let mut judge = Judge::new(rules.collect(), table);
    judge.push(&interval, &|_| Some(1.0));
    let found: Vec<_> = judge
        .judgments(Moment::End)
        .iter()
        .map(|one| one.value)
        .collect();
    assert_eq!(
        found,
        cases.iter().map(|(_, value)| *value).collect::<Vec<_>>()
    );
}

/// In each second: how many answers had which of two checks fail.
fn checked(index: u64, ids: &[SeriesId], failures: &[(bool, bool)]) -> Interval {
    let names: Arc<[Arc<str>]> = Arc::new(["status 200".into(), "logged in".into()]);
    let mut recorder = Recorder::default();
    for (status, login) in failures {
        recorder.operation_started(ids[0]);
        recorder.operation_finished(ids[0], &sample(10, !(*status || *login)));
        let failed = [(*status, 0), (*login, 1)].into_iter();
        let failed = failed.filter_map(|(failed, at)| failed.then_some(at));
        recorder.checked(ids[0], &names, failed);
        if *status || *login {
            recorder.unmet(ids[0]);
        }
    }
    // One without named checks beside it.
    recorder.operation_started(ids[1]);
    recorder.operation_finished(ids[1], &sample(10, true));
    let mut interval = Interval::new(index);
    interval.merge(&recorder.take_part(index, 0, 0));
    interval
}

fn share_of_checks(select: Select, over: Option<u32>) -> Rule {
    Rule {
        select,
        over,
        ..rule(
            Quantity::Share(Counted {
                subject: Subject::Checks,
                part: Part::Ok,
            }),
            Comparison::AtLeast,
            0.0,
        )
    }
}

proptest! {
    #[test]
    fn single_checks_are_the_answers_whose_check_held(
        seconds in prop::collection::vec(prop::collection::vec((any::<bool>(), any::<bool>()), 0..6), 1..6),
    ) {
        let (table, ids) = tagged(&[("login", &[]), ("other", &[])]);
        let named = |name: &str| Select { name: Some(name.to_owned()), ..Select::default() };
        let single = |check: &str| Select { check: Some(check.to_owned()), ..Select::default() };
        let rules = [
            named("logged in"), single("logged in"), named("login"), single("*"), single("nobody"), named("status*"),
        ];
        let rules = rules.map(|select| share_of_checks(select, None));
        let mut judge = Judge::new(rules.to_vec(), table.clone());
        let mut totals = RunTotals::new(table);
        for (index, failures) in (0..).zip(&seconds) {
            let interval = checked(index, &ids, failures);
            judge.push(&interval, &|_| Some(1.0));
            totals.add(&interval);
        }
        let all: Vec<(bool, bool)> = seconds.concat();
        let count = all.len() as f64;
        let held = |holds: &dyn Fn(&(bool, bool)) -> bool| all.iter().filter(|one| holds(one)).count() as f64;
        let share = |good: f64, of: f64| (of > 0.0).then(|| good * 100.0 / of);
        let (status, login) = (held(&|one| !one.0), held(&|one| !one.1));
        let expect = [
            share(login, count), share(login, count), share(held(&|one| !one.0 && !one.1), count),
            share(status + login, 2.0 * count), None, share(status, count),
        ];
        let found: Vec<Option<f64>> = judge.judgments(Moment::End).iter().map(|one| one.value).collect();
        prop_assert_eq!(found, expect.to_vec());
        let summaries = totals.check_summaries();
        let counts: Vec<_> = summaries.iter().map(|one| (one.name.as_str(), one.passed as f64, one.failed as f64)).collect();
        if all.is_empty() {
            prop_assert!(counts.is_empty());
        } else {
            prop_assert_eq!(counts, vec![("logged in", login, count - login), ("status 200", status, count - status)]);
        }
    }
}

#[test]
fn a_window_on_a_check_looks_at_seconds_of_its_operation_alone() {
    let (table, ids) = tagged(&[("login", &[]), ("other", &[])]);
    let select = Select {
        check: Some("logged in".to_owned()),
        ..Select::default()
    };
    let mut judge = Judge::new(vec![share_of_checks(select, Some(2))], table);
    // The operation with the check comes late; before it there is nothing to judge.
    for (index, failures) in (0..).zip([&[][..], &[], &[], &[(false, true)], &[(false, false)]]) {
        let broken = judge.push(&checked(index, &ids, failures), &|_| Some(1.0));
        assert!(broken.is_empty(), "second {index}");
    }
    let judgment = judge.judgments(Moment::End)[0];
    assert_eq!(
        (judgment.status, judgment.value),
        (Status::Held, Some(50.0))
    );
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
