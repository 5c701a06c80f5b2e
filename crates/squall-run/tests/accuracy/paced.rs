//! Load in batches, at a rate of completions, and without any wait.

use serde_json::{Value, json};
use squall_metrics::Interval;

use crate::rig::{Done, get, plan, run, target, url};

fn with(load: Value, flow: Value) -> Done {
    let target = target();
    let done = run(plan(&url(&target), load, flow));
    assert_eq!(done.totals().started, target.stop().requests);
    done
}

fn choose(size: u32) -> Value {
    json!([{"choose": {"order": "batches", "size": size, "branches": {
        "a": {"steps": get("/a")}, "b": {"steps": get("/b")}, "c": {"steps": get("/json")},
    }}}])
}

/// How often each operation was started, by name.
fn started(done: &Done) -> Vec<(&str, u64)> {
    let series = done.summary.series.iter();
    let mut started: Vec<_> = series.map(|one| (one.name.as_str(), one.started)).collect();
    started.sort_unstable();
    started
}

#[test]
fn every_batch_is_of_one_action_and_as_large_as_was_asked_for() {
    // Due at 0, 200, 400 and 600 ms: the branches a, b, c and a again.
    let load = json!({"batches": {"size": 12, "interval": "200ms", "duration": "750ms"}});
    let done = with(load, choose(12));
    let expected = [("GET /a", 24), ("GET /b", 12), ("GET /json", 12)];
    assert_eq!(started(&done), expected);
    assert_eq!(done.iterations(), 48);
    assert_eq!(done.totals().dropped_iterations, 0);
}

#[test]
fn batches_grow_up_to_their_size() {
    // 2, 5, 8, 8 at 0, 100, 200, 300 ms.
    let load = json!({"batches": {
        "size": 8, "first": 2, "step": 3, "interval": "100ms", "duration": "350ms",
    }});
    assert_eq!(with(load, get("/")).iterations(), 2 + 5 + 8 + 8);
}

#[test]
fn iterations_of_a_batch_have_gaps_and_batches_a_wait() {
    // Batches of 4 take 40 ms and then wait 60: at 0, 10, 20, 30, 100, 110, …
    let load = json!({"batches": {
        "size": 4, "gap": "10ms", "interval": "60ms", "duration": "395ms",
    }});
    assert_eq!(with(load, get("/")).iterations(), 16);
}

#[test]
fn users_that_grow_come_as_iterations_are_started() {
    let load = json!({"closed": {
        "users": 6, "duration": "400ms", "pause": "20ms", "grow": {"first": 1, "step": 2},
    }});
    let done = with(load, get("/delay/5ms"));
    assert_eq!(done.summary.stages[0].users_max, 6);
    assert!(done.iterations() > 30, "{}", done.iterations());
}

#[test]
fn a_rate_of_completions_is_held_whatever_the_target_takes() {
    for path in ["/", "/delay/300ms"] {
        let load = json!({"completions": {
            "per_batch": 20, "interval": "200ms", "duration": "3s",
        }});
        let done = with(load, get(path));
        // Of 100 a second the first second of a slow target is short of what it takes to answer.
        let by_second = done.iterations_by_second();
        let missed = done.missed(10.0) + 3;
        for count in &by_second[1..3] {
            assert!(
                count.abs_diff(100) <= missed,
                "{path}: {by_second:?}, {missed} allowed"
            );
        }
    }
}

#[test]
fn nothing_waits_in_an_eager_load_and_its_bound_is_told() {
    let load = json!({"eager": {"duration": "400ms", "max_users": 50}});
    let done = with(load, get("/delay/50ms"));
    assert_eq!(done.summary.stages[0].users_max, 50);
    let warnings = &done.summary.warnings;
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("met its bound of 50 iterations at once")),
        "{warnings:?}"
    );
    let most = done.intervals.iter().map(Interval::users).max();
    assert!(most <= Some(50), "{most:?}");
}

#[test]
fn nobody_need_say_how_many_iterations_fit() {
    let done = with(json!({"eager": {"duration": "100ms"}}), get("/"));
    assert!(done.iterations() > 0);
}
