//! The target's own count equals ours, whatever the target does.

use std::time::Duration;

use serde_json::{Value, json};
use squall_metrics::summary::{SeriesSummary, VerdictStatus};
use squall_plan::Plan;
use squall_target::Stats;

use crate::rig::{Done, Rig, closed, get, plan, plan_of, run, stage, target, url, wait_until};

/// Demands that each route was asked for as often as we say, and answered with the statuses that we saw.
fn agree(done: &Done, stats: &Stats) {
    let totals = done.totals();
    assert_eq!(totals.interrupted, 0);
    assert_eq!(totals.started, stats.requests);
    assert_eq!(
        (totals.bytes_sent, totals.bytes_received),
        (stats.bytes_in, stats.bytes_out)
    );
    let mut statuses = std::collections::BTreeMap::new();
    for one in &done.summary.series {
        for (status, count) in &one.statuses {
            *statuses.entry(status.parse::<u16>().unwrap()).or_insert(0) += count;
        }
    }
    assert_eq!(statuses, stats.by_status);
}

fn errors(series: &SeriesSummary) -> Vec<(&str, &str, u64)> {
    let errors = series.errors.iter();
    errors
        .map(|error| (error.class.as_str(), error.message.as_str(), error.count))
        .collect()
}

#[test]
fn every_request_is_counted_once_on_both_sides() {
    let target = target();
    let done = run(plan(&url(&target), closed(8, "1200ms"), get("/")));
    let only = done.only();
    assert_eq!(only.name, "GET /");
    assert!(only.ok > 0);
    assert_eq!(only.failed, 0);
    assert_ne!(done.summary.verdict.status, VerdictStatus::Failed);
    let stats = target.stop();
    assert_eq!(stats.connections_accepted, 8);
    agree(&done, &stats);
}

#[test]
fn closed_reset_flaky_and_failed_answers_are_counted_where_they_belong() {
    let target = target();
    let request = |url: &str| json!({"steps": [{"http": {"url": url}}]});
    let branches = json!({
        "good": request("/"),
        "close": request("/close"),
        "cut": request("/close?after=20000"),
        "reset": request("/reset"),
        "flaky": request("/flaky?rate=0.25"),
        "failing": request("/status/500"),
    });
    let flow = json!([{"choose": {"branches": branches}}]);
    let done = run(plan(&url(&target), closed(6, "1500ms"), flow));
    let stats = target.stop();
    assert_eq!(done.totals().started, stats.requests);
    for one in &done.summary.series {
        let path = one.name.strip_prefix("GET ").unwrap();
        let route = if path == "/status/500" {
            "/status/{code}"
        } else {
            path
        };
        assert_eq!(one.started, stats.by_path[route], "{path}");
        match path {
            "/" => assert_eq!(errors(one), []),
            "/reset" => assert!(
                errors(one).iter().all(|error| error.0 == "reset"),
                "{one:?}"
            ),
            "/status/500" => assert_eq!(errors(one), [("status", "status 500", one.started)]),
            "/flaky" => {
                assert_eq!(
                    errors(one),
                    [("status", "status 503", stats.by_status[&503])]
                );
                assert_eq!(one.failed, one.started / 4);
            }
            "/close" => assert!(
                errors(one).iter().all(|error| error.0 == "closed"),
                "{one:?}"
            ),
            other => panic!("`{other}` was not asked for"),
        }
    }
    let answered: u64 = stats.by_status.values().sum();
    // A body that is cut has a status on both sides; what was closed or reset without one has none.
    assert_eq!(stats.unanswered, done.totals().started - answered);
    assert_eq!(stats.by_status[&500], stats.by_path["/status/{code}"]);
}

#[test]
fn a_target_that_stalls_is_waited_for_and_every_request_counted() {
    let target = target();
    let run = Rig::new();
    let handle = run.start(plan(&url(&target), closed(5, "2500ms"), get("/json")));
    wait_until("the load has begun", || target.stats().requests > 20);
    target.stall(Duration::from_millis(1100));
    let done = Done::of(handle.finish());
    let held = done
        .intervals
        .iter()
        .flat_map(|interval| interval.series.values());
    assert_eq!(held.map(|part| part.in_flight).max(), Some(5));
    // All five users were held back for most of the stall.
    assert!(done.only().service_time_ms.max > 900.0);
    agree(&done, &target.stop());
}

#[test]
fn a_target_that_stops_in_the_middle_leaves_no_request_uncounted() {
    let target = target();
    let run = Rig::new();
    let handle = run.start(plan(&url(&target), closed(4, "1500ms"), get("/delay/5ms")));
    wait_until("the load has begun", || target.stats().requests > 40);
    let stats = target.stop();
    let done = Done::of(handle.finish());
    let only = done.only();
    let failed = |class: &str| -> u64 {
        let errors = only.errors.iter().filter(|error| error.class == class);
        errors.map(|error| error.count).sum()
    };
    assert_eq!(only.ok, stats.by_status[&200]);
    assert!(failed("connect") > 0, "{:?}", only.errors);
    // What was on its way when the connections were closed may or may not have been read.
    let lost = failed("closed") + failed("reset");
    assert_eq!(only.failed, failed("connect") + lost);
    assert!(
        (only.ok..=only.ok + lost).contains(&stats.requests),
        "{stats:?} {:?}",
        only.errors
    );
    assert!(lost <= 4, "{:?}", only.errors);
}

#[test]
fn stages_and_scenarios_are_counted_apart() {
    let target = target();
    let scenario = |path: &str, count: u64| json!({"load": {"iterations": {"users": 3, "shared": count}}, "flow": get(path)});
    let first = json!({"execute": {"scenarios": {"hello": scenario("/", 40), "json": scenario("/json", 50)}}});
    let mut second = stage(
        json!({"iterations": {"users": 2, "per_user": 30}}),
        get("/json"),
    );
    second["after"] = json!(["first"]);
    let done = run(plan_of(
        &url(&target),
        json!({"first": first, "second": second}),
    ));
    let series: Vec<_> = done
        .summary
        .series
        .iter()
        .map(|one| {
            (
                one.stage.as_str(),
                one.scenario.as_str(),
                one.name.as_str(),
                one.ok,
            )
        })
        .collect();
    let expect = [
        ("first", "hello", "GET /", 40),
        ("first", "json", "GET /json", 50),
        ("second", "all", "GET /json", 60),
    ];
    assert_eq!(series, expect);
    let stages: Vec<_> = done
        .summary
        .stages
        .iter()
        .map(|stage| stage.totals.started)
        .collect();
    assert_eq!(stages, [90, 60]);
    agree(&done, &target.stop());
}

/// A session with a login, a loop and a redirect.
const SHOP: &str = r#"
version: 1
name: shop
http:
  base_url: BASE
data:
  users:
    rows: [{name: ann}, {name: bob}]
stages:
  shop:
    execute:
      scenarios:
        buyers:
          load: {iterations: {users: 4, per_user: 10}}
          flow:
            - group:
                name: buy
                steps:
                  - http:
                      url: /login
                      body: {json: {user: "${data.users.name}"}}
                      extract: {token: {json: $.token}}
                  - loop:
                      times: 3
                      steps:
                        - http:
                            name: order
                            url: /orders
                            auth: {bearer: "${token}"}
                            body: {json: {sku: "${random_int(1, 50)}"}}
                            expect: {status: 201}
            - http: {url: "/redirect/2"}
"#;

#[test]
fn a_plan_in_yaml_with_a_session_counts_every_step() {
    let target = target();
    let text = SHOP.replace("BASE", &url(&target));
    let rig = Rig::new();
    let value: Value = serde_json::to_value(Plan::from_yaml(&text).unwrap()).unwrap();
    let done = rig.run(value);
    let count = |name: &str| {
        let found = done.summary.series.iter().find(|one| one.name == name);
        let one = found.unwrap();
        assert_eq!(one.ok, one.started, "{:?}", one.errors);
        one.ok
    };
    assert_eq!(
        (
            count("POST /login"),
            count("order"),
            count("GET /redirect/2")
        ),
        (40, 120, 40)
    );
    let transactions: Vec<_> = done
        .summary
        .transactions
        .iter()
        .map(|one| (one.name.as_str(), one.ok))
        .collect();
    assert_eq!(transactions, [("buy", 40), ("iteration", 40)]);
    let stats = target.stop();
    // A redirect that is followed twice is one operation of three requests.
    assert_eq!(stats.requests, 40 + 120 + 3 * 40);
    let totals = done.totals();
    assert_eq!(
        (totals.bytes_sent, totals.bytes_received),
        (stats.bytes_in, stats.bytes_out)
    );
}
