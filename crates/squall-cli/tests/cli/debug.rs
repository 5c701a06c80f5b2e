//! `squall debug` on plans.

use crate::sandbox::Sandbox;

/// A plan of much load, whose one scenario logs in and orders.
const PLAN: &str = "\
version: 1
name: shop
http: {base_url: @URL@, headers: {authorization: Bearer abc}}
stages:
  load:
    execute:
      scenarios:
        order:
          load: {closed: {users: 50, duration: 1h}}
          flow:
            - http: {url: /json, name: prices}
            - http: {url: /status/404, method: POST, body: {text: one apple}}
";

#[test]
fn one_iteration_shows_each_request_and_its_answer() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", PLAN);
    let ran = sandbox.run(&["debug", "plan.yaml"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(sandbox.target.stats().requests, 2);
    let url = sandbox.url();
    for line in [
        format!("GET {url}/json  [prices, order]"),
        "> authorization: (hidden; --show-secrets shows it)".to_owned(),
        "> one apple".to_owned(),
        format!("POST {url}/status/404  [POST /status/404, order]"),
    ] {
        assert!(
            ran.stdout.lines().any(|shown| shown == line),
            "{line}: {ran:?}"
        );
    }
    let answers = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with("< HTTP/1.1 "));
    assert_eq!(answers.count(), 2, "{ran:?}");
    assert!(ran.stdout.contains("\n! "), "{ran:?}");
    let end = "2 operations: 1 ok, 1 failed, 0 interrupted; stored in .squall/runs/";
    assert!(ran.stdout.contains(end), "{ran:?}");
}

#[test]
fn secrets_and_long_bodies_are_shown_when_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &PLAN.replace("/json", "/bytes/5000"));
    let short = sandbox.run(&["debug", "plan.yaml"]);
    assert!(short.stdout.contains("--full"), "{short:?}");
    let full = sandbox.run(&["debug", "plan.yaml", "--full", "--show-secrets"]);
    assert!(
        full.stdout.contains("> authorization: Bearer abc\n"),
        "{full:?}"
    );
    assert!(full.stdout.len() > short.stdout.len() + 2000, "{full:?}");
}

#[test]
fn a_plan_that_leaves_its_load_open_is_debugged() {
    let sandbox = Sandbox::new();
    let plan = PLAN.replace("          load: {closed: {users: 50, duration: 1h}}\n", "");
    sandbox.write("plan.yaml", &plan);
    let ran = sandbox.run(&["debug", "plan.yaml"]);
    assert!(ran.is_good(), "{ran:?}");
    assert!(!ran.stderr.contains("no effect"), "{ran:?}");
    assert_eq!(sandbox.target.stats().requests, 2);
}

#[test]
fn options_without_effect_are_noted() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &PLAN.replace("1h", "50ms"));
    let ran = sandbox.run(&["run", "plan.yaml", "-d", "5s", "--progress", "none"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(
        ran.stderr.lines().next(),
        Some(
            "note: `-d 5s` has no effect: the file says it; use `--set load.execute.scenarios.order.load.closed.duration=5s`"
        )
    );
    sandbox.write("squall.toml", "duration = '5s'\n");
    let ran = sandbox.run(&["run", "plan.yaml", "--progress", "none"]);
    assert!(!ran.stderr.contains("no effect"), "{ran:?}");
}
