//! What is changed while the load goes is what is sent from then on, is recorded, and loses nothing.

use std::time::Duration;

use serde_json::json;
use squall_run::RunHandle;
use squall_run::control::{ControlOrder, Refusal, Source, Target};
use squall_target::RunningTarget;

use crate::rig::{Done, Rig, closed, get, plan, plan_of, stage, target, url, wait_until};

fn all() -> Target {
    Target::default()
}

fn named(scenario: &str) -> Target {
    Target {
        scenario: Some(scenario.to_owned()),
        ..Target::default()
    }
}

fn users(target: Target, users: u32) -> ControlOrder {
    ControlOrder::Users { target, users }
}

fn rate(target: Target, rate: f64) -> ControlOrder {
    ControlOrder::Rate { target, rate }
}

/// Gives an order, and returns when it holds, in seconds from the start of the run.
fn order(run: &RunHandle, order: &ControlOrder) -> f64 {
    let done = run.remote().control(order, Source::Api).unwrap();
    done[0].at_s
}

fn refused(run: &RunHandle, order: &ControlOrder) -> Refusal {
    run.remote().control(order, Source::Keyboard).unwrap_err()
}

fn wait_for_load(target: &RunningTarget) {
    wait_until("load is sent", || target.stats().requests > 0);
}

fn pause_for(seconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(seconds));
}

/// Demands that so many iterations were started, give or take one for each change and what the generator was late by.
fn started(done: &Done, due: f64, peak: f64) {
    let found = done.iterations() as f64;
    let allowed = 4.0 + peak * (done.late_ms() + 10.0) / 1e3;
    assert!(
        (found - due).abs() <= allowed,
        "{found}, not {due:.1} ± {allowed:.1}"
    );
}

#[test]
fn a_rate_changes_at_its_instant_and_holds_to_the_end() {
    let (target, rig) = (target(), Rig::new());
    let load = json!({"open": {"rate": 200, "duration": "4s"}});
    let run = rig.start(plan(&url(&target), load, get("/")));
    wait_for_load(&target);
    pause_for(0.7);
    let first = order(&run, &rate(all(), 1000.0));
    pause_for(1.0);
    let second = order(&run, &rate(all(), 50.0));
    let done = Done::of(run.finish());
    let start = done.summary.stages[0].started_at_s;
    let due = 200.0 * (first - start) + 1000.0 * (second - first) + 50.0 * (start + 4.0 - second);
    started(&done, due, 1000.0);
    assert_eq!(done.totals().started, target.stop().requests);
    let changes: Vec<_> = done
        .summary
        .controls
        .iter()
        .map(|change| {
            (
                change.action.as_str(),
                change.by.as_str(),
                change.from,
                change.to,
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            ("rate", "api", Some(200.0), Some(1000.0)),
            ("rate", "api", Some(1000.0), Some(50.0))
        ]
    );
    let stored = std::fs::read_to_string(done.directory.join("controls.jsonl")).unwrap();
    assert_eq!(stored.lines().count(), 2, "{stored}");
}

#[test]
fn users_come_and_leave_as_they_are_asked_for() {
    let (target, rig) = (target(), Rig::new());
    let run = rig.start(plan(&url(&target), closed(2, "60s"), get("/delay/5ms")));
    let has = |users| wait_until("users are there", || run.snapshot().users == users);
    has(2);
    for number in [9, 1, 0, 5] {
        order(&run, &users(all(), number));
        has(u64::from(number));
        assert!((run.snapshot().loads[0].value - f64::from(number)).abs() < 1e-9);
    }
    run.remote()
        .control(&ControlOrder::Stop, Source::Dashboard)
        .unwrap();
    let done = Done::of(run.finish());
    assert_eq!(done.totals().started, target.stop().requests);
    assert_eq!(done.totals().failed, 0);
    assert_eq!(done.summary.stages[0].users_max, 9);
    let last = done.summary.controls.last().unwrap();
    assert_eq!(
        (last.action.as_str(), last.by.as_str()),
        ("stop", "dashboard")
    );
}

#[test]
fn several_scenarios_share_what_is_asked_for_as_they_did() {
    let (target, rig) = (target(), Rig::new());
    let flow = get("/delay/2ms");
    let scenarios = json!({"execute": {"scenarios": {
        "one": {"load": closed(2, "60s"), "flow": flow},
        "two": {"load": closed(6, "60s"), "flow": flow},
        "rate": {"load": {"open": {"rate": 10, "duration": "60s"}}, "flow": flow},
    }}});
    let run = rig.start(plan_of(&url(&target), json!({"load": scenarios})));
    wait_until("all are there", || run.snapshot().loads.len() == 3);
    let changed = run
        .remote()
        .control(&users(all(), 20), Source::Api)
        .unwrap();
    let to: Vec<_> = changed
        .iter()
        .map(|one| (one.scenario.as_deref(), one.to))
        .collect();
    assert_eq!(to, [(Some("one"), Some(5.0)), (Some("two"), Some(15.0))]);
    order(&run, &users(named("one"), 1));
    let values = || -> Vec<f64> {
        let loads = run.snapshot().loads.into_iter();
        loads.map(|load| load.value).collect()
    };
    wait_until("the last change holds", || values() == [1.0, 15.0, 10.0]);
    let wrong = refused(&run, &rate(named("two"), 5.0));
    assert_eq!(wrong.message, "scenario `two` has no rate to change");
    let wrong = refused(&run, &users(named("three"), 5));
    assert_eq!(wrong.message, "no scenario `three` is sending load now");
    let wrong = refused(&run, &rate(all(), -1.0));
    assert_eq!(wrong.message, "-1 is no rate");
    run.stop();
    let done = Done::of(run.finish());
    assert_eq!(done.totals().started, target.stop().requests);
}

#[test]
fn nothing_starts_in_a_pause_and_nothing_is_made_up_for() {
    let (target, rig) = (target(), Rig::new());
    let load = json!({"open": {"rate": 400, "duration": "3s"}});
    let run = rig.start(plan(&url(&target), load, get("/")));
    wait_for_load(&target);
    pause_for(0.5);
    let from = order(&run, &ControlOrder::Pause);
    assert_eq!(
        refused(&run, &ControlOrder::Pause).message,
        "the run is paused already"
    );
    pause_for(0.2);
    let paused = target.stats().requests;
    pause_for(0.5);
    assert_eq!(
        target.stats().requests,
        paused,
        "nothing is sent in a pause"
    );
    assert!(run.snapshot().paused);
    let to = order(&run, &ControlOrder::Resume);
    assert_eq!(
        refused(&run, &ControlOrder::Resume).message,
        "the run is not paused"
    );
    let done = Done::of(run.finish());
    started(&done, 400.0 * (3.0 - (to - from)), 400.0);
    assert_eq!(done.totals().dropped_iterations, 0);
    assert_eq!(done.totals().started, target.stop().requests);
}

#[test]
fn every_load_profile_can_be_paused() {
    let loads = [
        closed(3, "2s"),
        json!({"closed": {"users": 3, "duration": "2s", "pacing": "3ms"}}),
        json!({"iterations": {"users": 3, "shared": 300, "pacing": "10ms"}}),
        json!({"batches": {"size": 5, "interval": "10ms", "duration": "2s"}}),
        json!({"completions": {"per_batch": 5, "interval": "10ms", "duration": "2s"}}),
        json!({"eager": {"duration": "2s", "max_users": 4}}),
    ];
    for load in loads {
        let (target, rig) = (target(), Rig::new());
        let run = rig.start(plan(&url(&target), load.clone(), get("/delay/1ms")));
        wait_for_load(&target);
        order(&run, &ControlOrder::Pause);
        pause_for(0.15);
        let paused = target.stats().requests;
        pause_for(0.3);
        assert_eq!(
            target.stats().requests,
            paused,
            "{load}: nothing is sent in a pause"
        );
        order(&run, &ControlOrder::Resume);
        wait_until("load is sent again", || {
            target.stats().requests > paused || run.is_finished()
        });
        let done = Done::of(run.finish());
        let sent = target.stop().requests;
        assert!(sent > paused, "{load}: {sent}");
        assert_eq!(done.totals().started, sent, "{load}");
        if load.get("iterations").is_some() {
            assert_eq!(done.iterations(), 300);
        }
    }
}

#[test]
fn a_run_that_is_paused_can_be_stopped_and_ends_as_planned() {
    for stop in [true, false] {
        let (target, rig) = (target(), Rig::new());
        let run = rig.start(plan(&url(&target), closed(3, "1s"), get("/")));
        wait_for_load(&target);
        order(&run, &ControlOrder::Pause);
        if stop {
            run.stop();
        }
        let done = Done::of(run.finish());
        assert!(
            done.summary.run.elapsed_s < 1.5,
            "{}",
            done.summary.run.elapsed_s
        );
        assert_eq!(done.stopped, stop);
        assert_eq!(done.totals().started, target.stop().requests);
    }
}

#[test]
fn a_stage_that_starts_in_a_pause_waits_for_its_end() {
    let (target, rig) = (target(), Rig::new());
    let mut second = stage(closed(2, "2s"), get("/"));
    second["after"] = json!(["one"]);
    let stages = json!({"one": stage(closed(2, "500ms"), get("/")), "two": second});
    let run = rig.start(plan_of(&url(&target), stages));
    wait_for_load(&target);
    order(&run, &ControlOrder::Pause);
    pause_for(0.1);
    let paused = target.stats().requests;
    wait_until("the second stage runs", || {
        run.snapshot().loads.iter().any(|load| load.stage == "two")
    });
    pause_for(0.3);
    assert_eq!(target.stats().requests, paused);
    order(&run, &ControlOrder::Resume);
    let done = Done::of(run.finish());
    assert!(target.stop().requests > paused);
    assert!(done.summary.stages[1].iterations_started > 0);
}

#[test]
fn marks_and_notes_are_kept_and_change_nothing() {
    let (target, rig) = (target(), Rig::new());
    let run = rig.start(plan(&url(&target), closed(1, "600ms"), get("/")));
    wait_for_load(&target);
    order(&run, &ControlOrder::Mark);
    let text = "  the cache was cleared\n".to_owned();
    order(&run, &ControlOrder::Note { text });
    let empty = ControlOrder::Note {
        text: " ".to_owned(),
    };
    assert_eq!(refused(&run, &empty).message, "the note is empty");
    let remote = run.remote();
    let so_far = remote.summary();
    assert_eq!(so_far.controls.len(), 2);
    let done = Done::of(run.finish());
    assert_eq!(
        done.summary.controls[1].text.as_deref(),
        Some("the cache was cleared")
    );
    assert_eq!(
        remote
            .control(&ControlOrder::Mark, Source::Api)
            .unwrap_err()
            .message,
        "the run has ended"
    );
}
