//! Stages of other kinds, and their limits, priorities and retries.

use serde_json::{Value, json};
use squall_metrics::summary::{StageSummary, VerdictStatus};

use crate::rig::{Done, closed, get, plan_of, run, stage, target, url};

fn with(mut stage: Value, field: &str, value: Value) -> Value {
    stage[field] = value;
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

fn end(stage: &StageSummary) -> f64 {
    stage.started_at_s + stage.elapsed_s
}

#[test]
fn a_stage_that_takes_too_long_fails_and_a_teardown_runs_all_the_same() {
    let target = target();
    let stages = json!({
        "long": with(stage(closed(2, "20s"), get("/delay/10ms")), "timeout", json!("300ms")),
        "next": with(one("/"), "after", json!(["long"])),
        "clean": {"teardown": {}, "after": ["next"]},
    });
    let done = run(plan_of(&url(&target), stages));
    let long = find(&done, "long");
    assert_eq!(long.status, "failed");
    let error = long.error.as_deref().unwrap();
    assert_eq!(error, "it took longer than its `stage_timeout` of 300ms");
    assert!((0.3..5.0).contains(&long.elapsed_s), "{long:?}");
    assert_eq!(find(&done, "next").status, "skipped");
    let clean = find(&done, "clean");
    assert_eq!((&*clean.kind, &*clean.status), ("teardown", "completed"));
    assert_eq!(done.summary.verdict.status, VerdictStatus::Failed);
    // What was measured before is kept, and the target counts the same.
    assert!(done.totals().ok > 0);
    assert_eq!(done.totals().started, target.stop().requests);
}

#[test]
fn a_stage_that_is_skipped_is_left_out_and_those_after_it_run() {
    let target = target();
    let stages = json!({
        "first": one("/"),
        "not": with(with(one("/"), "after", json!(["first"])), "skip", json!(true)),
        "last": with(one("/"), "after", json!(["not"])),
        "barrier": {"wait": {}, "after": ["last"]},
    });
    let done = run(plan_of(&url(&target), stages));
    let status = |name| find(&done, name).status.clone();
    assert_eq!(status("not"), "left_out");
    assert_eq!(
        find(&done, "not").error.as_deref(),
        Some("it is to be skipped")
    );
    assert_eq!(
        (&*status("last"), &*status("barrier")),
        ("completed", "completed")
    );
    assert_eq!((done.totals().ok, target.stop().requests), (4, 4));
}

#[test]
fn a_stage_that_failed_runs_again_as_often_as_it_may() {
    let target = target();
    // One arrival a minute at random: with this seed, none in the first 50 ms.
    let idle = json!({"open": {"rate": "1/m", "duration": "50ms", "spacing": "poisson"}});
    let stages = json!({
        "bad": with(stage(idle, get("/")), "retries", json!(2)),
        "good": one("/"),
    });
    let done = run(plan_of(&url(&target), stages));
    let bad = find(&done, "bad");
    assert_eq!(bad.status, "failed");
    assert_eq!(bad.failed_attempts, ["no iteration was started"; 2]);
    assert!(bad.elapsed_s >= 0.15, "{bad:?}");
    let told = done.summary.warnings.iter();
    assert!(
        told.into_iter()
            .any(|text| text.contains("stage `bad` ran 3 times"))
    );
}

#[test]
fn an_exclusive_stage_shares_the_load_with_nobody() {
    let target = target();
    let stages = json!({
        "one": one("/delay/200ms"),
        "alone": with(one("/delay/200ms"), "priority", json!("exclusive")),
        "other": one("/delay/200ms"),
    });
    let done = run(plan_of(&url(&target), stages));
    let [one, alone, other] = ["one", "alone", "other"].map(|name| find(&done, name));
    assert!(one.started_at_s < end(other) && other.started_at_s < end(one));
    for beside in [one, other] {
        assert!(
            alone.started_at_s >= end(beside) || beside.started_at_s >= end(alone),
            "{beside:?} beside {alone:?}"
        );
    }
}

#[test]
fn the_generators_cpu_and_memory_are_told_for_the_run_and_each_stage() {
    let target = target();
    let done = run(plan_of(
        &url(&target),
        json!({"load": stage(closed(2, "300ms"), get("/"))}),
    ));
    let system = &done.summary.system;
    let find = |stage: &str, group: &str| {
        let found = system
            .iter()
            .find(|one| one.stage == stage && one.group == group);
        found.unwrap_or_else(|| panic!("{stage} {group}: {system:?}"))
    };
    assert!(find("", "cpu_percent").mean > 0.0);
    assert!(find("", "memory_bytes").max > 1e6);
    assert!(find("load", "cpu_percent").count >= 1);
    let each = find("load", "mb_per_vu").mean * 2.0 * 1024.0 * 1024.0;
    let whole = find("load", "memory_bytes").mean;
    assert!((each / whole - 1.0).abs() < 0.01, "{each} {whole}");
}
