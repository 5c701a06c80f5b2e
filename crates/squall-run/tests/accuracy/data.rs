//! Data pools hand out the rows that their order says, over two I/O threads.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::rig::{Done, Rig, get, plan, target, url};

/// Runs a load that asks for the status in each row, and returns how often each was asked for.
fn rows(order: &str, count: u16, load: Value) -> (BTreeMap<u16, u64>, Done) {
    let target = target();
    let rows: Vec<Value> = (0..count).map(|row| json!({"status": 400 + row})).collect();
    let mut plan = plan(&url(&target), load, get("/status/${data.codes.status}"));
    plan["data"] = json!({"codes": {"order": order, "rows": rows}});
    let done = Rig::new().run(plan);
    let stats = target.stop();
    assert_eq!(stats.requests, done.totals().started);
    (stats.by_status, done)
}

fn each(count: u16, times: u64) -> BTreeMap<u16, u64> {
    (400..400 + count).map(|status| (status, times)).collect()
}

#[test]
fn sequential_rows_go_round() {
    let load = json!({"iterations": {"users": 4, "shared": 60}});
    assert_eq!(rows("sequential", 10, load).0, each(10, 6));
    let load = json!({"iterations": {"users": 5, "per_user": 1}});
    assert_eq!(rows("sequential", 5, load).0, each(5, 1));
}

#[test]
fn each_row_of_a_once_pool_is_used_once_and_then_the_scenario_ends() {
    for users in [1, 3, 8] {
        let load = json!({"closed": {"users": users, "duration": "1m"}});
        let (found, done) = rows("once", 25, load);
        assert_eq!(found, each(25, 1));
        assert_eq!(done.iterations(), 25);
        assert_eq!(done.summary.stages[0].status, "completed");
        assert!(done.summary.stages[0].elapsed_s < 30.0);
    }
    let load = json!({"open": {"rate": 100, "duration": "1m"}});
    let (found, done) = rows("once", 25, load);
    assert_eq!((found, done.iterations()), (each(25, 1), 25));
    assert!(done.summary.stages[0].elapsed_s < 30.0);
}

#[test]
fn every_user_keeps_a_unique_row() {
    let load = json!({"iterations": {"users": 6, "per_user": 5}});
    assert_eq!(rows("unique", 6, load.clone()).0, each(6, 5));
    assert_eq!(rows("unique", 9, load).0, each(6, 5));
}

#[test]
fn random_rows_are_drawn_evenly() {
    let load = json!({"iterations": {"users": 4, "per_user": 100}});
    let (found, _) = rows("random", 4, load);
    // Five standard deviations of a binomial count of 400 × ¼.
    for status in 400..404 {
        let count = found[&status];
        assert!(count.abs_diff(100) < 5 * 9, "{found:?}");
    }
}

#[test]
fn one_iteration_sees_one_row() {
    let target = target();
    let rows: Vec<Value> = (0..7)
        .map(|row| json!({"name": format!("n{row}"), "again": format!("n{row}")}))
        .collect();
    let request = json!({"http": {
        "url": "/echo", "body": {"json": {"name": "${data.people.name}"}},
        "expect": {"json": {"name": "${data.people.again}"}},
    }});
    let load = json!({"iterations": {"users": 3, "shared": 50}});
    let mut plan = plan(&url(&target), load, json!([request.clone(), request]));
    plan["data"] = json!({"people": {"order": "random", "rows": rows}});
    let done = Rig::new().run(plan);
    assert_eq!((done.totals().ok, done.totals().failed), (100, 0));
}
