//! What runs of a plan that came from a loader.

use serde_json::json;

use crate::fake::Bench;

/// Exit codes of a run that a busy machine did not spoil, and of one that it did.
const GOOD: [u8; 2] = [0, 98];

fn two_scenarios() -> Bench {
    let scenario =
        |flow| json!({"load": {"closed": {"users": 50, "duration": "1h"}}, "flow": flow});
    let get = |path: &str| json!([{"http": {"url": path}}]);
    let choose = json!([{"choose": {"order": "random", "branches": {
        "a": {"weight": 1000, "steps": get("/json")},
        "b": {"steps": get("/bytes/10")},
    }}}]);
    Bench::with_scenarios(&json!({"home": scenario(get("/")), "either": scenario(choose)}))
}

#[test]
fn debug_does_one_iteration_of_everything() {
    let bench = two_scenarios();
    let file = bench.write("shop.py", "");
    let code = bench.run(&["debug", &file]);
    assert!(GOOD.contains(&code), "{code}");
    let stats = bench.target.stats();
    for path in ["/", "/json", "/bytes/{n}"] {
        assert_eq!(stats.by_path.get(path), Some(&1), "{path}: {stats:?}");
    }
    assert_eq!(stats.requests, 3);
}

#[test]
fn debugging_runs_one_user() {
    let load = json!({"iterations": {"users": 7, "shared": 20}});
    let flow = json!([{"http": {"url": "/"}}]);
    let bench = Bench::with_scenarios(&json!({"visit": {"load": load, "flow": flow}}));
    let code = bench.run(&["scenario", "test", "shop:scenario", "--debugging"]);
    assert!(GOOD.contains(&code), "{code}");
    assert_eq!(bench.target.stats().requests, 20);
    let load = &bench.plan()["stages"]["load"]["execute"]["scenarios"]["visit"]["load"];
    assert_eq!(load["iterations"]["users"], 1);
}
