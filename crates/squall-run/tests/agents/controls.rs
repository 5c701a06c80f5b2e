//! What is changed while the load goes holds for all agents together, also for those that take over later.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use squall_run::RunHandle;
use squall_run::control::{ControlOrder, Source, Target};

use crate::rig::{Done, Rig, agents_of, get, plan, target, wait_until};

fn order(handle: &RunHandle, order: &ControlOrder) -> f64 {
    handle.remote().control(order, Source::Api).unwrap()[0].at_s
}

#[test]
fn a_rate_and_a_pause_hold_on_all_agents() {
    let target = target();
    let load = json!({"open": {"rate": 100, "duration": "4s", "max_users": 90}});
    let rig = Rig::new(3);
    let handle = rig.start(&plan(&target, &load, &get("/")));
    wait_until("load is sent", || target.stats().requests > 20);
    let all = Target::default();
    let rate = ControlOrder::Rate {
        target: all,
        rate: 600.0,
    };
    let fast = order(&handle, &rate);
    std::thread::sleep(std::time::Duration::from_millis(900));
    let from = order(&handle, &ControlOrder::Pause);
    std::thread::sleep(std::time::Duration::from_millis(600));
    let to = order(&handle, &ControlOrder::Resume);
    let done = Done::of(handle.finish());
    let start = done.summary.stages[0].started_at_s;
    let due = 100.0 * (fast - start) + 600.0 * (start + 4.0 - fast - (to - from));
    let generator = &done.summary.generator;
    let late = generator.schedule_error_ms.max + generator.generator_delay_ms.max;
    let allowed = 6.0 + 600.0 * (late + 10.0) / 1e3;
    let found = done.iterations() as f64;
    assert!(
        (found - due).abs() <= allowed,
        "{found}, not {due:.1} ± {allowed:.1}"
    );
    assert_eq!(done.totals()[0], target.stop().requests);
}

#[test]
fn who_takes_over_goes_on_as_was_asked_for() {
    let target = target();
    let rig = Rig::new(3);
    let load = json!({"closed": {"users": 3, "duration": "60s"}});
    let handle = rig.start(&plan(&target, &load, &get("/delay/5ms")));
    let has = |users| {
        let what = format!("{users} users are there");
        wait_until(&what, || handle.snapshot().users == users);
    };
    has(3);
    let all = Target::default();
    order(
        &handle,
        &ControlOrder::Users {
            target: all,
            users: 12,
        },
    );
    has(12);
    let lost = agents_of(rig.folder())[1];
    let lost = Pid::from_raw(i32::try_from(lost).unwrap()).unwrap();
    kill_process(lost, Signal::KILL).unwrap();
    let summary = || handle.remote().summary();
    wait_until("its loss is noticed", || {
        summary().generator.agents_lost == 1
    });
    let seen = handle.snapshot().elapsed_s;
    wait_until("another second is over", || {
        handle.snapshot().elapsed_s > seen + 2.0
    });
    has(12);
    handle.stop();
    let done = Done::of(handle.finish());
    let users = |seconds: usize| done.intervals[done.intervals.len() - seconds].users();
    assert_eq!([users(3), users(2)], [12, 12]);
}
