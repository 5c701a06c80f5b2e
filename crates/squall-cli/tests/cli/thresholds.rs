//! Rules that runs pass or fail by: what decides, what is printed, what is stored.

use serde_json::Value;

use crate::sandbox::{Ran, Sandbox};

/// Loads a route of the target under rules.
fn run(sandbox: &Sandbox, route: &str, args: &[&str]) -> Ran {
    let url = format!("{}{route}", sandbox.url());
    sandbox.run(&[&["http", &url, "--progress", "none"], args].concat())
}

fn rule(summary: &Value, at: usize) -> &Value {
    &summary["thresholds"][at]
}

fn reasons(summary: &Value) -> String {
    summary["verdict"]["reasons"].to_string()
}

#[test]
fn rules_that_hold_pass_and_are_listed_with_value_limit_and_margin() {
    let sandbox = Sandbox::new();
    let rules = [
        ["--threshold", "p99(response_time) < 20s"],
        ["--threshold", "failed == 0"],
        ["--threshold", "count{name='GET *'} >= 50"],
        ["--threshold", "checks.rate > 99%"],
        ["--threshold", "apdex(5s) > 0.9"],
        ["--threshold", "burn_rate(99%) < 1"],
        ["--threshold", "max(iteration_time) < 20s"],
    ];
    let args = [&["-u", "2", "-n", "50"], rules.as_flattened()].concat();
    let ran = run(&sandbox, "/", &args);
    assert!(ran.is_good(), "{ran:?}");
    assert!(
        ran.stdout.contains("thresholds  7 of 7 held"),
        "{}",
        ran.stdout
    );
    let summary = sandbox.summary();
    assert_eq!(rule(&summary, 0)["status"], "passed");
    assert_eq!(rule(&summary, 0)["limit"], 20_000.0);
    assert_eq!(rule(&summary, 0)["unit"], "ms");
    assert!(rule(&summary, 0)["margin"].as_f64().unwrap() > 0.0);
    assert_eq!(rule(&summary, 1)["value"], 0.0);
    assert_eq!(rule(&summary, 2)["value"], 50.0);
    assert_eq!(rule(&summary, 3)["value"], 100.0);
}

#[test]
fn a_rule_that_does_not_hold_fails_the_run_with_its_numbers() {
    let sandbox = Sandbox::new();
    let rules = [
        "--threshold",
        "failed.rate < 0.1%",
        "--threshold",
        "checks.failed == 0",
    ];
    let ran = run(
        &sandbox,
        "/flaky?rate=0.5",
        &[&["-u", "2", "-n", "100"], &rules[..]].concat(),
    );
    assert!(ran.has_failed(), "{ran:?}");
    assert!(
        ran.stdout.contains("thresholds  0 of 2 held"),
        "{}",
        ran.stdout
    );
    let summary = sandbox.summary();
    assert_eq!(rule(&summary, 0)["status"], "failed");
    let failed = summary["totals"]["failed"].as_f64().unwrap();
    assert_eq!(rule(&summary, 0)["value"], failed);
    assert_eq!(rule(&summary, 1)["value"], failed);
    let reasons = reasons(&summary);
    assert!(
        reasons.contains("`failed.rate < 0.1%` did not hold: "),
        "{reasons}"
    );
    assert!(
        reasons.contains("above the limit; look at the errors"),
        "{reasons}"
    );
}

#[test]
fn a_rule_that_only_warns_is_told_and_does_not_fail() {
    let sandbox = Sandbox::new();
    let ran = run(
        &sandbox,
        "/",
        &["-n", "20", "--threshold", "count >= 1000 warn"],
    );
    assert!(ran.is_good(), "{ran:?}");
    let summary = sandbox.summary();
    assert_eq!(rule(&summary, 0)["status"], "warned");
    let warnings = summary["warnings"].to_string();
    assert!(
        warnings.contains("`count >= 1000 warn` did not hold: 20, 980 below"),
        "{warnings}"
    );
}

#[test]
fn without_data_no_rule_holds() {
    let sandbox = Sandbox::new();
    let typed = ["-n", "20", "--threshold", "mean(basket) < 3", "--threshold"];
    let ran = run(
        &sandbox,
        "/",
        &[&typed[..], &["failed{name=nobody} == 0"]].concat(),
    );
    assert!(ran.has_failed(), "{ran:?}");
    let summary = sandbox.summary();
    for at in [0, 1] {
        assert_eq!(rule(&summary, at)["status"], "failed");
        assert_eq!(rule(&summary, at)["value"], Value::Null);
    }
    assert!(
        reasons(&summary).contains("`mean(basket) < 3` had no data"),
        "{summary}"
    );
    assert!(ran.stdout.contains("no data"), "{}", ran.stdout);
}

#[test]
fn a_rule_can_end_the_run() {
    let sandbox = Sandbox::new();
    let args = [
        "-u",
        "2",
        "-d",
        "60s",
        "--threshold",
        "failed.rate < 1% abort after 1s",
    ];
    let ran = run(&sandbox, "/status/503", &args);
    assert!(ran.has_failed(), "{ran:?}");
    let summary = sandbox.summary();
    let elapsed = summary["run"]["elapsed_s"].as_f64().unwrap();
    assert!(elapsed < 30.0, "{elapsed}");
    assert!(
        rule(&summary, 0)["broken_at_s"].as_f64().unwrap() >= 2.0,
        "{summary}"
    );
    let reasons = reasons(&summary);
    assert!(
        reasons.contains("by the threshold `failed.rate < 1% abort after 1s`"),
        "{reasons}"
    );
}

#[test]
fn a_window_is_judged_while_the_run_goes() {
    let sandbox = Sandbox::new();
    let args = ["-u", "1", "-d", "3s", "--pause", "50ms", "--threshold"];
    let ran = run(
        &sandbox,
        "/",
        &[&args[..], &["rate > 100000/s over 1s"]].concat(),
    );
    assert!(ran.has_failed(), "{ran:?}");
    let summary = sandbox.summary();
    assert_eq!(rule(&summary, 0)["broken_at_s"], 1.0);
}

#[test]
fn the_warm_up_is_in_no_numbers_and_shown_apart() {
    let sandbox = Sandbox::new();
    let args = [
        "-u",
        "1",
        "-d",
        "3s",
        "--pause",
        "10ms",
        "--measure",
        "after 1s",
    ];
    let ran = run(
        &sandbox,
        "/",
        &[&args[..], &["--threshold", "count > 0"]].concat(),
    );
    assert!(ran.is_good(), "{ran:?}");
    let summary = sandbox.summary();
    let seen = rule(&summary, 0)["value"].as_f64().unwrap();
    let ok = |totals: &Value| totals["ok"].as_u64().unwrap();
    let (measured, all) = (ok(&summary["totals"]), ok(&summary["whole_run"]));
    assert!(measured > 0 && measured < all, "{measured} of {all}");
    assert!((measured as f64 - seen).abs() < 0.5, "{measured} {seen}");
    assert_eq!(ok(&summary["series"][0]), measured);
    let stages = summary["stages"].as_array().unwrap();
    let stage = stages.iter().find(|stage| stage["name"] == "http").unwrap();
    assert_eq!(ok(&stage["totals"]), measured);
    let phases = summary["phases"].as_array().unwrap();
    let names: Vec<&Value> = phases.iter().map(|phase| &phase["phase"]).collect();
    assert_eq!(names, ["warm_up", "measured"]);
    let sum: u64 = phases.iter().map(|phase| ok(&phase["totals"])).sum();
    assert_eq!(sum, all);
    let rate = summary["series"][0]["rate_per_s"].as_f64().unwrap();
    let part = &summary["measured"][0];
    let length = part["to_s"].as_f64().unwrap() - part["from_s"].as_f64().unwrap();
    assert!(
        (rate * length - seen).abs() < 0.01,
        "{rate} {length} {seen}"
    );
    assert!(ran.stdout.contains("warm-up    http "), "{}", ran.stdout);
    assert_eq!(summary["measured"][0]["stage"], "http");
    assert!(summary["measured"][0]["from_s"].as_f64().unwrap() >= 1.0);
    assert!(ran.stdout.contains("measured   http "), "{}", ran.stdout);
}

#[test]
fn a_wrong_rule_is_explained_with_a_caret_before_any_load() {
    let sandbox = Sandbox::new();
    let url = format!("{}/", sandbox.url());
    let typed = [
        "--threshold",
        "p99(respons_time) < 200ms",
        "--measure",
        "after rmp",
    ];
    let told = sandbox.refused(&[&["http", &url, "-n", "5"], &typed[..]].concat());
    insta::assert_snapshot!(told);
}

#[test]
fn rules_of_a_file_and_typed_ones_go_together() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "plan.yaml",
        "version: 1\nname: t\nhttp: {base_url: '@URL@'}\nstages:\n  Browse:\n    execute:\n      scenarios:\n        \
         x: {load: {iterations: {users: 1, shared: 5}}, flow: [{http: {url: /}}]}\nthresholds:\n- rule: count == 5\n",
    );
    let args = [
        "run",
        "plan.yaml",
        "--progress",
        "none",
        "--threshold",
        "rate{stage=Brwse} > 0",
    ];
    let told = sandbox.refused(&args);
    assert!(told.contains("there is no stage `Brwse`"), "{told}");
    assert!(told.contains("in --threshold"), "{told}");
    assert!(told.contains("did you mean `Browse`?"), "{told}");
    let args = [
        "run",
        "plan.yaml",
        "--progress",
        "none",
        "--threshold",
        "rate{stage=Browse} > 0",
    ];
    let ran = sandbox.run(&args);
    assert!(ran.is_good(), "{ran:?}");
    assert!(ran.stdout.contains("2 of 2 held"), "{}", ran.stdout);
}

#[test]
fn an_invalid_run_may_exit_as_if_it_were_not() {
    let sandbox = Sandbox::new();
    // One user cannot do twenty such requests a second: most of what is due is dropped.
    let load = ["-r", "20", "-u", "1", "-d", "2s", "--allow-invalid"];
    let ran = run(&sandbox, "/delay/500ms", &load);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("! invalid"), "{}", ran.stdout);
    let note = "note: the run is invalid; with `--allow-invalid` it exits like one that passed";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
    let ran = run(
        &sandbox,
        "/delay/500ms",
        &[&load[..], &["--threshold", "dropped == 0"]].concat(),
    );
    assert_eq!(ran.code, 99, "{ran:?}");
    assert!(
        ran.stderr.contains("exits like one that failed"),
        "{}",
        ran.stderr
    );
}
