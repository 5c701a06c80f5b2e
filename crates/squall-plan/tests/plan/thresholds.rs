//! Rules from text, the errors about them, and which part of a load is measured.

use proptest::prelude::*;
use serde_json::{Value, json};
use squall_plan::threshold::{
    Action, Comparison, Counted, Measured, Part, Quantity, Rule, Select, Statistic, Subject,
    Timing, Unit, parse_rule,
};
use squall_plan::{CheckedKind, Plan, Span};

fn rule(text: &str) -> Rule {
    parse_rule(text).unwrap_or_else(|error| panic!("{error}"))
}

fn plain(quantity: Quantity, comparison: Comparison, (limit, unit): (f64, Unit)) -> Rule {
    Rule {
        quantity,
        select: Select::default(),
        comparison,
        limit,
        unit,
        over: None,
        hold: None,
        action: Action::Fail,
    }
}

fn of(subject: Subject, part: Part) -> Counted {
    Counted { subject, part }
}

#[test]
fn times_are_in_milliseconds_whatever_the_unit() {
    let p99 = Quantity::Time(Statistic::Percentile(99.0), Timing::Response);
    let expect = |limit| plain(p99.clone(), Comparison::Below, (limit, Unit::Milliseconds));
    for (text, limit) in [
        ("p99(response_time) < 200ms", 200.0),
        ("p99(response_time)<1.5s", 1500.0),
        (" p99 ( response_time ) < 250us ", 0.25),
        ("p99(response_time) < 1m", 60_000.0),
    ] {
        assert_eq!(rule(text), expect(limit), "{text}");
    }
    for (text, percent) in [
        ("p50", 50.0),
        ("p99.9", 99.9),
        ("p99.99", 99.99),
        ("p100", 100.0),
    ] {
        let quantity = rule(&format!("{text}(service_time) < 1s")).quantity;
        assert_eq!(
            quantity,
            Quantity::Time(Statistic::Percentile(percent), Timing::Service)
        );
    }
}

fn reads(cases: &[(&str, Quantity, f64, Unit)]) {
    for (text, quantity, limit, unit) in cases {
        let read = rule(text);
        assert_eq!(
            (&read.quantity, read.limit, read.unit),
            (quantity, *limit, *unit),
            "{text}"
        );
    }
}

#[test]
fn counts_have_parts() {
    let count = |subject, part| Quantity::Count(of(subject, part));
    let (all, failed) = (Part::All, Part::Failed);
    let (operations, iterations) = (Subject::Operations, Subject::Iterations);
    let number = Unit::Number;
    reads(&[
        ("count >= 5000", count(operations, all), 5000.0, number),
        ("failed == 0", count(operations, failed), 0.0, number),
        ("ok > 9", count(operations, Part::Ok), 9.0, number),
        ("iterations > 9", count(iterations, all), 9.0, number),
        (
            "iterations.failed == 0",
            count(iterations, failed),
            0.0,
            number,
        ),
        (
            "checks.failed < 3",
            count(Subject::Checks, failed),
            3.0,
            number,
        ),
        ("dropped == 0", count(Subject::Dropped, all), 0.0, number),
    ]);
}

#[test]
fn rates_are_shares_or_per_second() {
    let rate = |subject, part| Quantity::Rate(of(subject, part));
    let share = |subject, part| Quantity::Share(of(subject, part));
    let (all, ok, failed) = (Part::All, Part::Ok, Part::Failed);
    let operations = Subject::Operations;
    let (percent, per_s) = (Unit::Percent, Unit::PerSecond);
    reads(&[
        ("rate > 1000/s", rate(operations, all), 1000.0, per_s),
        ("rate > 60/m", rate(operations, all), 1.0, per_s),
        (
            "failed.rate < 0.1%",
            share(operations, failed),
            0.1,
            percent,
        ),
        ("failed.rate < 5/s", rate(operations, failed), 5.0, per_s),
        (
            "checks.rate > 99%",
            share(Subject::Checks, ok),
            99.0,
            percent,
        ),
        (
            "iterations.rate > 9/s",
            rate(Subject::Iterations, all),
            9.0,
            per_s,
        ),
        (
            "dropped.rate < 1%",
            share(Subject::Dropped, all),
            1.0,
            percent,
        ),
        (
            "transactions.ok.rate > 90%",
            share(Subject::Transactions, ok),
            90.0,
            percent,
        ),
    ]);
}

#[test]
fn numbers_of_the_test_have_its_own_unit() {
    let metric = |statistic, name: &str| Quantity::Metric(statistic, name.to_owned());
    for (text, quantity, limit) in [
        ("mean(basket) > 3", metric(Statistic::Mean, "basket"), 3.0),
        (
            "p95(db_time) < 20",
            metric(Statistic::Percentile(95.0), "db_time"),
            20.0,
        ),
        (
            "min(balance) >= -2.5",
            metric(Statistic::Min, "balance"),
            -2.5,
        ),
        (
            "sum('rows read') > 10",
            metric(Statistic::Sum, "rows read"),
            10.0,
        ),
        ("max(\"waitin\") < 1", metric(Statistic::Max, "waitin"), 1.0),
    ] {
        let read = rule(text);
        assert_eq!(
            (read.quantity, read.limit, read.unit),
            (quantity, limit, Unit::Number),
            "{text}"
        );
    }
}

#[test]
fn series_are_selected_wherever_the_braces_stand() {
    let select = Select {
        stage: Some("Browse".to_owned()),
        name: Some("GET /".to_owned()),
        scenario: None,
        ..Select::default()
    };
    for text in [
        "p95(response_time{stage=Browse,name=\"GET /\"}) < 1s",
        "checks{ stage = Browse, name = 'GET /' }.rate > 99%",
        "failed.rate{name='GET /',stage=Browse} < 1%",
        "apdex(500ms){stage=Browse,name='GET /'} > 0.9",
        "burn_rate(99.9%){stage=Browse,name='GET /'} < 2",
        "rate{stage=Browse,name='GET /'} > 1",
    ] {
        assert_eq!(rule(text).select, select, "{text}");
    }
}

#[test]
fn tags_and_checks_are_selected_by_name() {
    let tagged = rule("p99(response_time){tag.team=shop} < 200ms");
    assert_eq!(tagged.select.tags, [("team".to_owned(), "shop".to_owned())]);
    let several = rule("failed.rate{tag.team=shop, tag.'the tier'='1 *', stage=Browse} < 1%");
    let expect = [("team", "shop"), ("the tier", "1 *")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(several.select.tags, expect);
    assert_eq!(several.select.stage.as_deref(), Some("Browse"));
    assert_eq!(
        rule("iterations.rate{tag.tier=1} > 1/s").select.tags.len(),
        1
    );
    let check = rule("checks{check='logged in', name='POST /login'}.rate > 99%").select;
    assert_eq!(check.check.as_deref(), Some("logged in"));
    assert_eq!(check.name.as_deref(), Some("POST /login"));
    for (text, told) in [
        (
            "rate{tag=shop} > 1/s",
            "stands where the name of a tag is expected",
        ),
        (
            "rate{tag.=shop} > 1/s",
            "stands where the name of a tag is expected",
        ),
        ("rate{tag.a=1,tag.a=2} > 1/s", "`tag.a` is given twice"),
        ("rate{check=x} > 1/s", "`check` selects nothing here"),
        ("dropped{tag.a=1} == 0", "`tag` selects nothing here"),
        ("rate{tags.a=1} > 1/s", "there is no selector `tags`"),
    ] {
        let error = parse_rule(text).expect_err(text).to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
}

fn tagged_plan(rule: &str) -> Value {
    json!({
        "version": 1, "name": "x", "thresholds": [{"rule": rule}],
        "stages": {"load": {"execute": {"scenarios": {"shop": {
            "load": {"iterations": {"users": 1, "shared": 1}},
            "tags": {"tier": "gold"},
            "flow": [
                {"http": {"url": "http://a/", "tags": {"team": "shop"}}},
                {"group": {"name": "g", "tags": {"kind": "write"}, "steps": [{"http": {"url": "http://a/"}}]}},
            ],
        }}}}},
    })
}

#[test]
fn a_tag_that_nothing_has_is_answered_with_the_nearest() {
    let told = |rule: &str| {
        let plan: Plan = serde_json::from_value(tagged_plan(rule)).unwrap();
        plan.check()
            .map(|_| ())
            .map_err(|errors| errors.to_string())
    };
    for rule in [
        "rate{tag.team=shop} > 1/s",
        "rate{tag.tier=g*} > 1/s",
        "transactions{tag.kind=write} > 1",
    ] {
        assert_eq!(told(rule), Ok(()), "{rule}");
    }
    let wrong = told("rate{tag.taem=shop} > 1/s").unwrap_err();
    assert!(wrong.contains("nothing has a tag `taem`"), "{wrong}");
    assert!(
        wrong.contains("^^^^") && wrong.contains("`team`"),
        "{wrong}"
    );
    let wrong = told("rate{tag.team=shpo} > 1/s").unwrap_err();
    assert!(wrong.contains("nothing has the tag `team=shpo`"), "{wrong}");
    assert!(wrong.contains("did you mean `shop`?"), "{wrong}");
}

#[test]
fn clauses_come_in_any_order() {
    let rule = |text: &str| rule(&format!("p95(response_time) < 300ms {text}"));
    let clauses = |text: &str| {
        let rule = rule(text);
        (rule.over, rule.hold, rule.action)
    };
    assert_eq!(
        clauses("over 10s for 30s"),
        (Some(10), Some(30), Action::Fail)
    );
    assert_eq!(
        clauses("for 30s over 10s warn"),
        (Some(10), Some(30), Action::Warn)
    );
    assert_eq!(clauses("abort"), (None, None, Action::Abort { after: 0 }));
    assert_eq!(
        clauses("abort after 10s over 5m"),
        (Some(300), None, Action::Abort { after: 10 })
    );
}

#[test]
fn functions_have_arguments() {
    let apdex = rule("apdex(500ms) > 0.9");
    let target_ns = Span::from_millis(500).as_nanos();
    assert_eq!(
        apdex,
        plain(
            Quantity::Apdex { target_ns },
            Comparison::Above,
            (0.9, Unit::Number)
        )
    );
    let burn = rule("burn_rate(99.9%) < 2 over 5m");
    assert_eq!(burn.quantity, Quantity::BurnRate { objective: 99.9 });
}

#[test]
fn a_wrong_rule_is_explained_with_a_caret() {
    let wrong = [
        "p99(respons_time) < 200ms",
        "p99(response_time) < 200",
        "p99(response_time) 200ms",
        "p99(response_time) = 200ms",
        "p99(response_time < 200ms",
        "p99(response_time)",
        "p0(response_time) < 1s",
        "avg(response_time) < 1s",
        "maen(response_time) < 1s",
        "response_time < 200ms",
        "sum(response_time) < 1s",
        "p99(failed) < 3",
        "faild.rate < 1%",
        "failed.rate < 1",
        "failed.rat < 1%",
        "iterations.faild == 0",
        "rate > 99%",
        "rate > fast",
        "count >= 5%",
        "count >= 5000 abort",
        "checks{nam=login}.rate > 99%",
        "dropped{name=login} == 0",
        "checks{name=}.rate > 99%",
        "checks{name='login}.rate > 99%",
        "rate{stage=a,stage=b} > 1",
        "apdex(500) > 0.9",
        "burn_rate(100%) < 2",
        "p95(response_time) < 1s ovr 10s",
        "p95(response_time) < 1s over 1.5s",
        "p95(response_time) < 1s over 2h",
        "p95(response_time) < 1s over",
        "p95(response_time) < 1s abort warn",
        "p95(response_time) < 1s & p50(response_time) < 1s",
        "p95(größe) < 1s",
    ];
    let told = wrong.map(|text| {
        let error = parse_rule(text).expect_err(text);
        let hint = error
            .hint
            .as_ref()
            .map_or(String::new(), |hint| format!("\n    hint: {hint}"));
        format!("{error}{hint}\n")
    });
    insta::assert_snapshot!(told.join("\n"));
}

fn plan(load: Value, rules: &[&str], measure: Option<&str>) -> Plan {
    let rules: Vec<Value> = rules.iter().map(|rule| json!({"rule": rule})).collect();
    let flow = json!([{"http": {"url": "http://127.0.0.1:9/"}}]);
    let scenarios = json!({"shoppers": {"load": load, "flow": flow}});
    Plan::from_value(json!({
        "version": 1,
        "name": "t",
        "stages": {"Browse": {"execute": {"scenarios": scenarios}}},
        "thresholds": rules,
        "measure": measure,
    }))
    .unwrap()
}

fn steady() -> Value {
    json!({"closed": {"users": 1, "duration": "1m"}})
}

#[test]
fn stages_and_scenarios_that_are_not_there_are_told_with_their_place() {
    let rules = [
        "p95(response_time{stage=Browse,scenario=shoppers}) < 1s",
        "p95(response_time{stage='Br*'}) < 1s",
        "p95(response_time{stage=Browze}) < 1s",
        "failed{scenario=\"shopers\"} == 0",
    ];
    let errors = plan(steady(), &rules, None).check().unwrap_err();
    insta::assert_snapshot!(errors);
}

#[test]
fn the_measured_part_leaves_ramps_out() {
    let ramps = |stages: &str| json!({"closed": {"users": 0, "stages": stages}});
    let apart = |load: Value, measure: &str| {
        let checked = plan(load, &[], Some(measure)).check().unwrap();
        let CheckedKind::Execute(execute) = &checked.stages[0].kind else {
            panic!("a stage of another kind");
        };
        let measured = checked.measured;
        let seconds = |span: Span| span.as_secs_f64();
        (
            seconds(measured.warm_up(execute)),
            seconds(measured.cool_down(execute)),
        )
    };
    let shape = || ramps("10s:50,20s:100,60s:100,5s:0");
    assert_eq!(apart(shape(), "after ramp"), (30.0, 0.0));
    assert_eq!(apart(shape(), "before ramp"), (0.0, 5.0));
    assert_eq!(apart(shape(), "after ramp before ramp"), (30.0, 5.0));
    assert_eq!(apart(shape(), "after 15s before 1s"), (15.0, 1.0));
    assert_eq!(apart(steady(), "after ramp before ramp"), (0.0, 0.0));
    let open = json!({"open": {"rate": 0, "stages": "10s:50,30s:50"}});
    assert_eq!(apart(open, "after ramp"), (10.0, 0.0));
}

#[test]
fn a_measured_part_that_cannot_be_is_refused() {
    let errors = |load: Value, measure: &str| {
        let error = plan(load, &[], Some(measure)).check().unwrap_err();
        error
            .0
            .iter()
            .map(|one| one.message.clone())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let told = errors(steady(), "after rmp");
    assert!(told.contains("did you mean `ramp`?"), "{told}");
    let told = errors(steady(), "later");
    assert!(told.contains("write `after ramp`"), "{told}");
    let told = errors(steady(), "after 50s before 10s");
    assert!(
        told.contains("nothing is left to measure: warm-up and cool-down take 60 of 60 s"),
        "{told}"
    );
    let climbing = json!({"open": {"rate": 1, "stages": "30s:50"}});
    assert!(errors(climbing, "after ramp").contains("nothing is left"));
    let counted = json!({"iterations": {"users": 1, "shared": 5}});
    let told = errors(counted, "before 5s");
    assert!(told.contains("nobody knows beforehand"), "{told}");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,40}", clause in "[a-z0-9(){}=.,<> %/\"']{0,40}") {
        for text in [&text, &clause] {
            if let Err(error) = parse_rule(text) {
                prop_assert!(!error.to_string().is_empty());
            }
            text.parse::<Measured>().ok();
        }
    }
}
