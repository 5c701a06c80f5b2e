//! Virtual users, numbers of iterations, pacing and pauses.

use serde_json::{Value, json};

use crate::rig::{Done, get, plan, run, target, url};

fn with(load: Value, flow: Value) -> Done {
    let target = target();
    let done = run(plan(&url(&target), load, flow));
    assert_eq!(done.totals().started, target.stop().requests);
    done
}

#[test]
fn ramps_reach_the_users_asked_for() {
    let load = json!({"closed": {"stages": "2s:20,1s:20,0s:4,1500ms:4"}});
    let done = with(load, get("/delay/20ms"));
    let users: Vec<u64> = done
        .intervals
        .iter()
        .map(squall_metrics::Interval::users)
        .collect();
    let near = |found: u64, expect: u64, what: &str| {
        // A ramp moves by one user every 100 ms, and users leave after their iteration.
        let allowed = 1 + done.missed(100.0);
        assert!(
            found.abs_diff(expect) <= allowed,
            "{what}: {found}, not {expect}: {users:?}"
        );
    };
    near(users[0], 10, "half way up");
    near(users[1], 20, "at the top");
    near(users[2], 20, "held, or jumping down at this very moment");
    near(users[3], 4, "after the jump");
    assert_eq!(done.summary.stages[0].users_max, 20);
    assert_eq!(users.last(), Some(&0));
}

#[test]
fn so_many_iterations_run_as_were_asked_for() {
    let check = |load: Value, expect: u64| {
        let done = with(json!({ "iterations": load }), get("/"));
        assert_eq!(done.iterations(), expect, "{load}");
        assert_eq!(done.totals().started, expect, "{load}");
        done
    };
    check(json!({"users": 5, "shared": 101}), 101);
    check(json!({"users": 3, "per_user": 7}), 21);
    check(json!({"users": 4, "shared": 1}), 1);
    check(json!({"users": 1, "shared": 9}), 9);
    let done = check(json!({"users": 2, "per_user": 1}), 2);
    assert_eq!(done.summary.generator.threads, 2);
}

#[test]
fn iterations_end_with_their_time_at_the_latest() {
    let load =
        json!({"iterations": {"users": 2, "shared": 1_000_000_000, "max_duration": "500ms"}});
    let done = with(load, get("/delay/10ms"));
    assert!(done.iterations() > 2);
    assert!(done.summary.stages[0].elapsed_s >= 0.5);
    assert_eq!(done.totals().interrupted, 0);
}

#[test]
fn pacing_keeps_its_rhythm() {
    let load = json!({"closed": {"users": 3, "duration": "1s", "pacing": "100ms"}});
    let done = with(load, get("/"));
    // At 0, 100, … 900 ms for each user, never more; a late one may miss the end.
    let missed = 3 * done.missed(100.0);
    let found = done.iterations();
    assert!((30 - missed..=30).contains(&found), "{found}");
    let slow = json!({"iterations": {"users": 1, "per_user": 4, "pacing": "10ms"}});
    let done = with(slow, get("/delay/60ms"));
    // An iteration that takes longer than the pacing delays the next one and nothing else.
    let elapsed = done.summary.stages[0].elapsed_s;
    assert!(elapsed >= 0.24, "{elapsed}");
}

#[test]
fn a_pause_lies_between_iterations_and_not_behind_the_last() {
    let load = json!({"iterations": {"users": 2, "per_user": 4, "pause": "50ms"}});
    let done = with(load, get("/"));
    let elapsed = done.summary.stages[0].elapsed_s;
    assert!(elapsed >= 3.0 * 0.05, "{elapsed}");
    for rhythm in ["pause", "pacing"] {
        let mut load = json!({"iterations": {"users": 2, "shared": 2}});
        load["iterations"][rhythm] = json!("1m");
        let done = with(load, get("/"));
        let elapsed = done.summary.stages[0].elapsed_s;
        assert!(elapsed < 30.0, "{rhythm}: {elapsed}");
    }
}

#[test]
fn a_pause_in_a_flow_is_time_of_the_iteration_and_of_no_request() {
    let flow = json!([{"http": {"url": "/"}}, {"pause": "20ms..40ms"}, {"http": {"url": "/json"}}]);
    let done = with(json!({"iterations": {"users": 4, "per_user": 20}}), flow);
    let iteration = &done.summary.transactions[0];
    assert_eq!((iteration.kind.as_str(), iteration.ok), ("iteration", 80));
    let times = &iteration.time_ms;
    assert!(times.min >= 20.0, "{times:?}");
    assert!(
        times.max - times.min > 5.0,
        "pauses of one length: {times:?}"
    );
    let allowed = 40.0
        + 20.0
        + done.late_ms()
        + done
            .summary
            .series
            .iter()
            .map(|one| one.service_time_ms.max)
            .sum::<f64>();
    assert!(times.max <= allowed, "{times:?}, not {allowed}");
    for one in &done.summary.series {
        // The request after a pause should start when the pause ends, not when the one before it did.
        let waited = one.waiting_ms.p50;
        assert!(waited < 10.0 + done.late_ms(), "{}: {waited}", one.name);
    }
}

#[test]
fn users_idle_at_the_end_do_not_hold_it_up() {
    // Iterations in flight would get 30 s; nobody needs them.
    let load = json!({"open": {"rate": 50, "duration": "600ms", "max_users": 20}});
    let done = with(load, get("/delay/100ms"));
    let elapsed = done.summary.stages[0].elapsed_s;
    assert!((0.6..15.0).contains(&elapsed), "{elapsed}");
    assert_eq!((done.iterations(), done.totals().interrupted), (30, 0));
}
