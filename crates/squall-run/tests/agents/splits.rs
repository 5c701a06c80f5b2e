//! Load, iterations and data are split over agents exactly.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::rig::{Done, Rig, get, plan, target};

#[test]
fn an_arrival_rate_is_offered_in_full_by_all_agents_together() {
    let target = target();
    for (agents, threads) in [(3, 1), (2, 2)] {
        let rig = Rig {
            threads,
            ..Rig::new(agents)
        };
        let load = json!({"open": {"rate": 301, "duration": "2s", "max_users": 50}});
        let done = rig.run(&plan(&target, &load, &get("/")));
        let dropped = done.summary.totals.dropped_iterations;
        assert_eq!(done.iterations() + dropped, 602);
    }
}

#[test]
fn virtual_users_are_shared_out_over_agents() {
    let target = target();
    let load = json!({"closed": {"users": 7, "duration": "2500ms"}});
    let done = Rig::new(3).run(&plan(&target, &load, &get("/delay/5ms")));
    assert_eq!(done.summary.stages[0].users_max, 7);
    let users = done.intervals.iter().map(squall_metrics::Interval::users);
    assert_eq!(users.max(), Some(7));
}

#[test]
fn there_are_no_more_agents_than_users() {
    let target = target();
    let load = json!({"iterations": {"users": 2, "shared": 10}});
    let rig = Rig {
        threads: 4,
        ..Rig::new(5)
    };
    let done = rig.run(&plan(&target, &load, &get("/")));
    assert_eq!(done.summary.generator.threads, 2);
    assert_eq!(done.totals()[1], 10);
}

/// Runs a load that asks for the status in each row, and returns how often each was asked for.
fn rows(order: &str, count: u16, load: &Value) -> (BTreeMap<u16, u64>, Done) {
    let target = target();
    let rows: Vec<Value> = (0..count).map(|row| json!({"status": 400 + row})).collect();
    let mut plan = plan(&target, load, &get("/status/${data.codes.status}"));
    plan["data"] = json!({"codes": {"order": order, "rows": rows}});
    let done = Rig::new(3).run(&plan);
    (target.stop().by_status, done)
}

fn each(count: u16, times: u64) -> BTreeMap<u16, u64> {
    (400..400 + count).map(|status| (status, times)).collect()
}

#[test]
fn no_agent_repeats_a_row_of_another() {
    let load = json!({"closed": {"users": 5, "duration": "1m"}});
    let (found, done) = rows("once", 25, &load);
    assert_eq!((found, done.iterations()), (each(25, 1), 25));
    assert_eq!(done.summary.stages[0].status, "completed");

    let load = json!({"iterations": {"users": 6, "per_user": 5}});
    assert_eq!(rows("unique", 6, &load).0, each(6, 5));

    let load = json!({"iterations": {"users": 3, "shared": 60}});
    assert_eq!(rows("sequential", 10, &load).0, each(10, 6));
}

#[test]
fn stages_follow_each_other_on_agents_as_in_one_process() {
    let target = target();
    let load = json!({"iterations": {"users": 3, "shared": 30}});
    let mut plan = plan(&target, &load, &get("/"));
    let mut second = plan["stages"]["load"].clone();
    second["after"] = json!(["load"]);
    plan["stages"]["second"] = second;
    let done = Rig::new(3).run(&plan);
    let stages: Vec<_> = done
        .summary
        .stages
        .iter()
        .map(|stage| (stage.name.as_str(), stage.status.as_str(), stage.totals.ok))
        .collect();
    assert_eq!(
        stages,
        [("load", "completed", 30), ("second", "completed", 30)]
    );
    assert_eq!(target.stop().requests, 60);
}

#[test]
fn agents_tell_what_they_use_and_which_operations_were_slow() {
    let target = target();
    let load = json!({"closed": {"users": 4, "duration": "2500ms"}});
    let flow = json!([
        {"http": {"name": "fast", "url": "/delay/5ms"}},
        {"group": {"name": "checkout", "steps": [{"http": {"name": "bad", "url": "/status/500"}}]}},
    ]);
    let done = Rig::new(2).run(&plan(&target, &load, &flow));
    let told = |process: u32| {
        let intervals = done.intervals.iter();
        let parts = intervals.flat_map(|interval| &interval.processes);
        parts.filter(|part| part.process == process).count()
    };
    assert!(told(0) >= 2 && told(1) >= 2 && told(2) >= 2);
    let processes = &done.summary.processes;
    let shares: Vec<(&str, &str)> = processes
        .iter()
        .map(|process| (&*process.role, &*process.share))
        .collect();
    let expected = [("coordinator", ""), ("agent", "1/2"), ("agent", "2/2")];
    assert_eq!(shares, expected);
    let mut pids: Vec<u32> = processes.iter().filter_map(|process| process.pid).collect();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 3, "{processes:?}");
    assert!(processes[1].cpu_s > 0.0 && processes[1].descriptors_max > 0);
    let all = &done.exemplars.exemplars;
    assert_eq!(
        all.iter().filter(|one| one.name == "fast").count(),
        5,
        "{all:?}"
    );
    let failed = all.iter().find(|one| one.name == "bad").unwrap();
    assert!(failed.request.is_some() && failed.answer.is_some());
    let bad = done.summary.series.iter().find(|one| one.name == "bad");
    assert_eq!(bad.unwrap().transactions, ["checkout"]);
}
