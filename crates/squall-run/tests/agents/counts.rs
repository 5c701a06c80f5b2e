//! What several processes counted is what the target counted.

use std::collections::HashSet;
use std::fs;

use serde_json::{Value, json};
use squall_metrics::summary::VerdictStatus;

use crate::rig::{Done, Rig, agents_of, get, plan, target, wait_until};

#[test]
fn every_request_of_three_agents_is_counted_once_on_both_sides() {
    let target = target();
    let rig = Rig {
        threads: 2,
        ..Rig::new(3)
    };
    let load = json!({"closed": {"users": 9, "duration": "2500ms"}});
    let done = rig.run(&plan(&target, &load, &get("/flaky?rate=0.25")));
    let stats = target.stop();
    let [started, ok, failed, interrupted] = done.totals();
    assert_eq!((started, interrupted), (stats.requests, 0));
    assert_eq!(ok, stats.by_status[&200]);
    assert_eq!(failed, stats.by_status[&503]);
    assert_eq!(stats.connections_accepted, 9);
    let totals = done.summary.totals;
    assert_eq!(
        (totals.bytes_sent, totals.bytes_received),
        (stats.bytes_in, stats.bytes_out)
    );
    let only = &done.summary.series[0];
    assert_eq!(only.response_time_ms.count, started);
    assert_eq!(only.errors[0].count, failed);
    assert_eq!(done.summary.generator.threads, 6);
    assert!(done.summary.generator.cpu_s > 0.0);
    let full = &done.intervals[1];
    let numbers: Vec<usize> = full.threads.iter().map(|thread| thread.thread).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
    assert_eq!(agents_of(rig.folder()), [0; 0]);
}

#[test]
fn records_of_all_agents_reach_the_reporters_each_under_its_own_id() {
    let target = target();
    let rig = Rig::new(3);
    let events = rig.folder().join("events.json");
    let load = json!({"iterations": {"users": 6, "shared": 900}});
    let mut plan = plan(&target, &load, &get("/flaky?rate=0.5"));
    plan["stages"]["files"] = json!({"after": ["load"], "submit": {"reporters": [
        {"name": "json", "settings": {"events_filepath": events, "metrics_filepath": null}}
    ]}});
    let done = rig.run(&plan);
    let text = fs::read_to_string(&events).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: HashSet<&str> = lines
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!((lines.len(), ids.len()), (900, 900));
    let failed: Vec<&Value> = lines
        .iter()
        .filter(|line| line["outcome"] == "failed")
        .collect();
    assert_eq!(failed.len() as u64, done.totals()[2]);
    assert!(
        failed
            .iter()
            .all(|line| line["error"]["class"] == "status" && line["name"] == "GET /flaky"),
        "{:?}",
        failed.first()
    );
}

#[test]
fn a_run_that_is_stopped_keeps_what_all_agents_measured() {
    let target = target();
    let rig = Rig::new(2);
    let load = json!({"closed": {"users": 4, "duration": "5m"}});
    let handle = rig.start(&plan(&target, &load, &get("/delay/5ms")));
    wait_until("the load has begun", || target.stats().requests > 50);
    handle.stop();
    let finished = handle.finish();
    assert!(finished.stopped);
    let done = Done::of(finished);
    assert_eq!(done.totals()[0], target.stop().requests);
    assert_eq!(done.summary.stages[0].status, "interrupted");
    let reasons = done.summary.verdict.reasons.join("\n");
    assert!(reasons.contains("stopped by the user"), "{reasons}");
}

#[test]
fn an_abort_interrupts_what_is_in_flight_in_all_agents() {
    let target = target();
    let rig = Rig::new(2);
    let load = json!({"closed": {"users": 6, "duration": "5m"}});
    let handle = rig.start(&plan(&target, &load, &get("/delay/1m")));
    wait_until("all users wait", || target.stats().requests == 6);
    handle.abort();
    let done = Done::of(handle.finish());
    assert_eq!(done.totals(), [6, 0, 0, 6]);
}

#[test]
fn the_first_failure_ends_a_run_that_fails_fast() {
    let target = target();
    for agents in [1, 2] {
        let mut rig = Rig::new(agents);
        rig.options.fail_fast = true;
        let load = json!({"closed": {"users": 2, "duration": "5m"}});
        let handle = rig.start(&plan(&target, &load, &get("/flaky?rate=0.1")));
        let finished = handle.finish();
        assert!(!finished.stopped);
        let done = Done::of(finished);
        let verdict = &done.summary.verdict;
        assert_ne!(verdict.status, VerdictStatus::Passed);
        let reasons = verdict.reasons.join("\n");
        assert!(
            reasons.contains("`GET /flaky` failed: status: status 503"),
            "{reasons}"
        );
    }
}
