//! An agent that dies takes nothing along that it had delivered, and the others send its share.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use squall_metrics::summary::VerdictStatus;
use squall_run::RunHandle;
use squall_target::RunningTarget;

use crate::rig::{Done, Rig, agents_of, get, plan, target, wait_until};

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Ends one of three agents once the load goes and it has delivered something; returns when, in seconds of the run.
fn lose_one(rig: &Rig, handle: &RunHandle, how: Signal) -> f64 {
    let agents = agents_of(rig.folder());
    assert_eq!(agents.len(), 3, "{agents:?}");
    wait_until("something was delivered", || handle.snapshot().ok > 0);
    let at = handle.snapshot().elapsed_s;
    signal(agents[1], how);
    at
}

/// Demands the verdict that a lost agent leads to, and returns after how many seconds it was noticed.
fn noticed(done: &Done) -> f64 {
    let verdict = &done.summary.verdict;
    assert_eq!(verdict.status, VerdictStatus::Invalid, "{verdict:?}");
    let reason = verdict
        .reasons
        .iter()
        .find(|reason| reason.contains("of 3 was lost after"))
        .unwrap();
    assert!(
        reason.ends_with("s; what it had delivered is counted, its share went to the others"),
        "{reason}"
    );
    let marked: u32 = done.intervals.iter().map(|one| one.agents_lost).sum();
    assert_eq!(marked, 1);
    assert_eq!(done.summary.generator.agents_lost, 1);
    let (_, after) = reason.split_once("after ").unwrap();
    after.split_once(" s").unwrap().0.parse().unwrap()
}

/// Returns the number of the only I/O thread of the agent that was lost.
fn lost_thread(done: &Done) -> usize {
    let last = &done.intervals[done.intervals.len() - 2];
    let here = |number: &usize| last.threads.iter().any(|thread| thread.thread == *number);
    (0..3).find(|number| !here(number)).unwrap()
}

/// The target has seen everything that was delivered, and more: what the agent had not delivered yet.
fn check_delivered(done: &Done, target: RunningTarget) {
    let [started, ok, ..] = done.totals();
    let stats = target.stop();
    assert!(stats.requests >= ok, "{} < {ok}", stats.requests);
    assert!(started >= ok);
}

#[test]
fn a_killed_agent_is_noticed_and_the_rate_goes_on_in_full() {
    let target = target();
    let rig = Rig::new(3);
    let load = json!({"open": {"rate": 300, "duration": "7s", "max_users": 60}});
    let handle = rig.start(&plan(&target, &load, &get("/delay/2ms")));
    let at = lose_one(&rig, &handle, Signal::KILL);
    let done = Done::of(handle.finish());
    let after = noticed(&done) - at;
    assert!((-0.1..=2.0).contains(&after), "noticed after {after} s");
    // What it had not delivered is not counted; from when its loss was noticed, the others offered its third.
    let delivered = done
        .intervals
        .iter()
        .filter(|one| {
            one.threads
                .iter()
                .any(|thread| thread.busy_ns > 0 && thread.thread == lost_thread(&done))
        })
        .map(|one| one.index + 1)
        .max()
        .unwrap_or(0);
    let missing = (noticed(&done) + 0.1 - delivered as f64).max(0.0) * 100.0 + 2.0;
    let due = done.iterations() + done.summary.totals.dropped_iterations;
    assert!(due <= 2100, "{due}");
    assert!(
        due as f64 >= 2100.0 - missing,
        "{due} with {missing} missing"
    );
    check_delivered(&done, target);
}

#[test]
fn a_silent_agent_is_lost_and_its_users_come_back() {
    let target = target();
    let rig = Rig::new(3);
    let load = json!({"closed": {"users": 9, "duration": "7s"}});
    let handle = rig.start(&plan(&target, &load, &get("/delay/5ms")));
    let at = lose_one(&rig, &handle, Signal::STOP);
    let done = Done::of(handle.finish());
    let after = noticed(&done) - at;
    assert!(after >= 1.0, "noticed after {after} s");
    let last = &done.intervals[done.intervals.len() - 2];
    assert_eq!(last.users(), 9, "{last:?}");
    assert_eq!(last.threads.len(), 2);
    check_delivered(&done, target);
}

#[test]
fn the_last_agent_runs_the_shares_of_all_others() {
    let target = target();
    let rig = Rig {
        threads: 2,
        ..Rig::new(3)
    };
    let load = json!({"closed": {"users": 18, "duration": "7s"}});
    let handle = rig.start(&plan(&target, &load, &get("/delay/5ms")));
    lose_one(&rig, &handle, Signal::KILL);
    wait_until("its users are back", || handle.snapshot().users == 18);
    signal(agents_of(rig.folder())[0], Signal::KILL);
    let done = Done::of(handle.finish());
    let last = &done.intervals[done.intervals.len() - 2];
    assert_eq!((last.users(), last.threads.len()), (18, 2), "{last:?}");
    assert_eq!(done.summary.generator.agents_lost, 2);
    check_delivered(&done, target);
}

#[test]
fn iterations_that_a_lost_agent_did_not_report_are_run_by_the_others() {
    let target = target();
    for load in [
        json!({"iterations": {"users": 9, "shared": 4500}}),
        json!({"iterations": {"users": 9, "per_user": 500}}),
    ] {
        let rig = Rig::new(3);
        let handle = rig.start(&plan(&target, &load, &get("/delay/5ms")));
        lose_one(&rig, &handle, Signal::KILL);
        let done = Done::of(handle.finish());
        noticed(&done);
        assert_eq!(done.iterations(), 4500);
    }
}

#[test]
fn rows_are_used_once_also_when_an_agent_is_lost() {
    let target = target();
    let rig = Rig::new(3);
    let load = json!({"closed": {"users": 9, "duration": "1m"}});
    let rows: Vec<Value> = (0..3000).map(|row| json!({"n": row})).collect();
    let mut plan = plan(&target, &load, &get("/delay/5ms?row=${data.rows.n}"));
    plan["data"] = json!({"rows": {"order": "once", "rows": rows}});
    let handle = rig.start(&plan);
    lose_one(&rig, &handle, Signal::KILL);
    let done = Done::of(handle.finish());
    noticed(&done);
    let stats = target.stop();
    assert!(stats.requests <= 3000, "{}", stats.requests);
    assert!(done.totals()[1] > 2000, "{:?}", done.totals());
}

#[test]
fn when_all_agents_are_lost_the_run_ends_and_keeps_what_there_is() {
    let target = target();
    let rig = Rig::new(2);
    let load = json!({"closed": {"users": 4, "duration": "5m"}});
    let handle = rig.start(&plan(&target, &load, &get("/delay/5ms")));
    wait_until("something was delivered", || handle.snapshot().ok > 0);
    for agent in agents_of(rig.folder()) {
        signal(agent, Signal::KILL);
    }
    let done = Done::of(handle.finish());
    assert_eq!(done.summary.verdict.status, VerdictStatus::Invalid);
    assert_eq!(done.summary.stages[0].status, "failed");
    assert!(done.totals()[1] > 0);
}

/// Says that a process is to be the parent of agents.
const PARENT: &str = "SQUALL_TEST_PARENT";

/// Not a test of its own: a run that its test kills.
#[test]
fn runs_until_it_is_killed() {
    let Ok(folder) = std::env::var(PARENT) else {
        return;
    };
    let target = target();
    let rig = Rig::new(3);
    std::fs::write(folder, rig.folder().display().to_string()).unwrap();
    let load = json!({"closed": {"users": 6, "duration": "5m"}});
    rig.run(&plan(&target, &load, &get("/delay/5ms")));
}

/// Tells whether a run of this rig has stored what its agents measured.
fn has_intervals(folder: &str) -> bool {
    let runs = std::fs::read_dir(Path::new(folder).join("runs"));
    let stored = runs.into_iter().flatten().filter_map(|run| {
        let file = run.ok()?.path().join("intervals.jsonl");
        std::fs::metadata(file).ok()
    });
    stored.map(|file| file.len()).any(|length| length > 0)
}

#[test]
fn agents_end_with_the_process_that_started_them() {
    let place = tempfile::tempdir().unwrap();
    let told = place.path().join("folder");
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "losses::runs_until_it_is_killed"])
        .env(PARENT, &told)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let folder = || std::fs::read_to_string(&told).unwrap_or_default();
    let agents = || match folder().as_str() {
        "" => Vec::new(),
        folder => agents_of(folder.as_ref()),
    };
    wait_until("the agents run", || has_intervals(&folder()));
    assert_eq!(agents().len(), 3);
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until("the agents have ended", || agents().is_empty());
    // Nobody else removes what the killed process left.
    std::fs::remove_dir_all(folder()).unwrap();
}
