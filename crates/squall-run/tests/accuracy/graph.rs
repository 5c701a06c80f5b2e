//! The graph of stages, and what becomes of it when a stage fails or the user ends the run.

use serde_json::{Value, json};
use squall_metrics::summary::{StageSummary, VerdictStatus};

use crate::rig::{Done, Rig, closed, get, plan, plan_of, run, stage, target, url, wait_until};

fn after(mut stage: Value, before: &[&str]) -> Value {
    stage["after"] = json!(before);
    stage
}

fn one(path: &str) -> Value {
    stage(
        json!({"iterations": {"users": 2, "per_user": 1}}),
        get(path),
    )
}

fn find<'a>(done: &'a Done, name: &str) -> &'a StageSummary {
    let found = done.summary.stages.iter().find(|stage| stage.name == name);
    found.unwrap()
}

#[test]
fn dependent_stages_run_after_and_independent_ones_at_the_same_time() {
    let target = target();
    let stages = json!({
        "first": one("/delay/300ms"),
        "beside": one("/delay/300ms"),
        "last": after(one("/"), &["first", "beside"]),
        "summary": {"analyze": {}, "after": ["last"]},
    });
    let done = run(plan_of(&url(&target), stages));
    let [first, beside, last, summary] =
        ["first", "beside", "last", "summary"].map(|name| find(&done, name));
    for stage in [first, beside, last, summary] {
        assert_eq!(stage.status, "completed", "{stage:?}");
    }
    let end = |stage: &StageSummary| stage.started_at_s + stage.elapsed_s;
    assert!(beside.started_at_s < end(first) && first.started_at_s < end(beside));
    assert!(last.started_at_s >= end(first).max(end(beside)));
    assert!(summary.started_at_s >= end(last));
    assert!(first.elapsed_s >= 0.3 && beside.elapsed_s >= 0.3);
    assert_eq!(done.totals().started, target.stop().requests);
}

#[test]
fn a_stage_that_could_not_start_an_iteration_fails_those_after_it_and_no_others() {
    let target = target();
    // One arrival a minute at random: with this seed, none in the first 50 ms.
    let idle = json!({"open": {"rate": "1/m", "duration": "50ms", "spacing": "poisson"}});
    let rig = Rig::new();
    let metrics = rig.folder().join("metrics.json");
    let reporter = json!({"name": "json", "settings": {"metrics_filepath": metrics}});
    let stages = json!({
        "good": one("/"),
        "bad": stage(idle, get("/")),
        "dependent": after(one("/"), &["bad"]),
        "far": after(one("/"), &["dependent"]),
        "results": {"submit": {"reporters": [reporter]}, "after": ["good", "far"]},
    });
    let done = rig.run(plan_of(&url(&target), stages));
    let status = |name| find(&done, name).status.as_str();
    assert_eq!((status("good"), status("bad")), ("completed", "failed"));
    assert_eq!(
        (status("dependent"), status("far"), status("results")),
        ("skipped", "skipped", "skipped")
    );
    assert_eq!(
        find(&done, "bad").error.as_deref(),
        Some("no iteration was started")
    );
    assert_eq!(done.summary.verdict.status, VerdictStatus::Failed);
    assert!(done.summary.verdict.reasons[0].contains("stage `bad` failed"));
    assert_eq!((done.totals().ok, target.stop().requests), (2, 2));
    // What there is is still handed to the reporters.
    let stored: Value = serde_json::from_slice(&std::fs::read(metrics).unwrap()).unwrap();
    assert_eq!(stored["good.GET /"]["total"], 2);
}

#[test]
fn a_stop_lets_what_is_in_flight_finish_and_skips_what_has_not_begun() {
    let target = target();
    let stages = json!({
        "load": stage(closed(4, "1m"), get("/delay/200ms")),
        "next": after(one("/"), &["load"]),
        "summary": {"analyze": {}, "after": ["next"]},
    });
    let rig = Rig::new();
    let handle = rig.start(plan_of(&url(&target), stages));
    wait_until("all users are at it", || target.stats().requests >= 6);
    handle.stop();
    let done = Done::of(handle.finish());
    assert!(done.stopped);
    assert_eq!((done.totals().interrupted, done.totals().failed), (0, 0));
    assert_eq!(done.totals().ok, target.stop().requests);
    let status = |name| find(&done, name).status.as_str();
    assert_eq!(
        (status("load"), status("next"), status("summary")),
        ("interrupted", "interrupted", "completed")
    );
    assert!(find(&done, "load").elapsed_s < 30.0);
    let reasons = done.summary.verdict.reasons.join("\n");
    assert!(reasons.contains("stopped by the user after"), "{reasons}");
}

#[test]
fn a_stop_ends_every_kind_of_load() {
    let target = target();
    let loads = [
        json!({"closed": {"users": 3, "duration": "1m", "pacing": "30s"}}),
        json!({"closed": {"users": 3, "duration": "1m", "pause": "30s"}}),
        json!({"open": {"rate": 20, "duration": "1m"}}),
        json!({"iterations": {"users": 3, "shared": 1_000_000, "pacing": "30s"}}),
    ];
    for load in loads {
        target.reset_stats();
        let rig = Rig::new();
        let handle = rig.start(plan(&url(&target), load.clone(), get("/")));
        wait_until("the load has begun", || target.stats().requests >= 3);
        handle.stop();
        let done = Done::of(handle.finish());
        let elapsed = done.summary.stages[0].elapsed_s;
        assert!(elapsed < 20.0, "{load}: {elapsed}");
        assert_eq!(done.totals().started, target.stats().requests, "{load}");
    }
}

#[test]
fn an_abort_counts_what_is_in_flight_as_interrupted() {
    let target = target();
    let rig = Rig::new();
    for stop_first in [json!(false), json!(true)] {
        target.reset_stats();
        // In flight for a minute, and allowed to finish for half of one: only an abort ends it earlier.
        let handle = rig.start(plan(&url(&target), closed(4, "1m"), get("/delay/1m")));
        wait_until("all users wait", || target.stats().requests == 4);
        if stop_first == json!(true) {
            handle.stop();
        }
        handle.abort();
        let done = Done::of(handle.finish());
        let totals = done.totals();
        assert_eq!((totals.started, totals.interrupted, totals.ok), (4, 4, 0));
        assert!(
            done.summary.stages[0].elapsed_s < 20.0,
            "{:?}",
            done.summary.stages
        );
        let iteration = &done.summary.transactions[0];
        assert_eq!((iteration.started, iteration.interrupted), (4, 4));
        assert_eq!(done.only().service_time_ms.count, 0);
    }
}

#[test]
fn the_grace_at_the_end_is_limited() {
    let target = target();
    let mut stage = stage(closed(3, "200ms"), get("/delay/1m"));
    stage["execute"]["settings"]["graceful_stop"] = json!("300ms");
    let done = run(plan_of(&url(&target), json!({ "load": stage })));
    let elapsed = done.summary.stages[0].elapsed_s;
    assert!((0.5..30.0).contains(&elapsed), "{elapsed}");
    assert_eq!((done.totals().started, done.totals().interrupted), (3, 3));
    assert_eq!(target.stats().requests, 3);
}
