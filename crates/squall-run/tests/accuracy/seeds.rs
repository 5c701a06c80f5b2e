//! A seed makes every random choice repeatable.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::rig::{get, plan, run, target, url};

/// Runs with a seed and returns how often each random status was asked for.
fn statuses(seed: u64, load: Value) -> BTreeMap<u16, u64> {
    let target = target();
    let mut plan = plan(&url(&target), load, get("/status/${random_int(400, 599)}"));
    plan["seed"] = json!(seed);
    let done = run(plan);
    assert_eq!(done.summary.run.seed, seed);
    assert_eq!(done.totals().dropped_iterations, 0);
    target.stop().by_status
}

#[test]
fn equal_seeds_send_equal_requests_and_others_do_not() {
    let loads = [
        json!({"iterations": {"users": 5, "per_user": 20}}),
        json!({"iterations": {"users": 5, "shared": 100}}),
        json!({"open": {"rate": 200, "duration": "500ms", "max_users": 100}}),
    ];
    for load in loads {
        let first = statuses(1, load.clone());
        assert_eq!(first.values().sum::<u64>(), 100);
        assert!(first.len() > 50, "{first:?}");
        assert_eq!(first, statuses(1, load.clone()), "{load}");
        assert_ne!(first, statuses(2, load.clone()), "{load}");
    }
}

#[test]
fn counters_and_numbers_of_iterations_are_given_out_once() {
    for expression in ["counter(200)", "counter(2000, -2)", "iteration()"] {
        let target = target();
        // The status is made of the number, so that the target counts each number by itself.
        let (path, lowest) = match expression {
            "counter(200)" => ("/status/${counter(200)}", 200),
            "counter(2000, -2)" => ("/bytes/${counter(2000, -2)}", 0),
            _ => ("/bytes/${iteration()}", 0),
        };
        let load = json!({"iterations": {"users": 4, "shared": 40}});
        let mut plan = plan(&url(&target), load, get(path));
        plan["http"]["redirects"] = json!(0);
        let done = run(plan);
        let stats = target.stop();
        assert_eq!(stats.requests, 40);
        if lowest == 200 {
            let seen: Vec<u16> = stats.by_status.keys().copied().collect();
            let expect: Vec<u16> = (200..240).collect();
            assert_eq!(seen, expect);
            continue;
        }
        // The sizes add up to the sum of the numbers: 0…39, or 2000, 1998, … 1922.
        let sum: u64 = if expression == "iteration()" {
            (0..40).sum()
        } else {
            (0..40).map(|n| 2000 - 2 * n).sum()
        };
        let heads = done.totals().bytes_received - sum;
        assert!(
            (40 * 50..40 * 200).contains(&heads),
            "{expression}: {heads}"
        );
    }
}
