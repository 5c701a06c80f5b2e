//! Names that vary make series of their own, in bounded number.

use serde_json::{Value, json};

use crate::rig::{Rig, plan, target, url};

fn named(name: &str, max_series: usize, load: Value) -> crate::rig::Done {
    let target = target();
    let flow = json!([{"http": {"url": "/", "name": name}}]);
    let mut plan = plan(&url(&target), load, flow);
    let rows = json!([{"kind": "a"}, {"kind": "b"}, {"kind": "ü c"}]);
    plan["data"] = json!({"kinds": {"rows": rows}});
    let mut rig = Rig::new();
    rig.max_series = max_series;
    let done = rig.run(plan);
    assert_eq!(done.totals().started, target.stop().requests);
    done
}

#[test]
fn a_placeholder_in_a_name_makes_a_series_for_each_value() {
    let load = json!({"iterations": {"users": 4, "shared": 60}});
    let done = named("get ${data.kinds.kind}", 10_000, load);
    let mut series: Vec<_> = done
        .summary
        .series
        .iter()
        .map(|one| (one.name.as_str(), one.ok))
        .collect();
    series.sort_unstable();
    assert_eq!(series, [("get a", 20), ("get b", 20), ("get ü c", 20)]);
    assert_eq!(done.summary.warnings, Vec::<String>::new());
}

#[test]
fn too_many_names_are_counted_together_and_a_warning_says_so() {
    let load = json!({"iterations": {"users": 4, "per_user": 100}});
    let done = named("get ${counter()}", 20, load);
    let series = &done.summary.series;
    let other = series.iter().find(|one| one.name == "(other)").unwrap();
    let named: u64 = series
        .iter()
        .filter(|one| one.name != "(other)")
        .map(|one| one.ok)
        .sum();
    assert!(series.len() <= 21, "{}", series.len());
    assert!(series.len() > 10, "{}", series.len());
    assert_eq!(other.ok + named, 400);
    assert_eq!(named, series.len() as u64 - 1);
    let warnings = done.summary.warnings.join("\n");
    assert!(warnings.contains("more than 20 names"), "{warnings}");
}

#[test]
fn the_bound_holds_with_random_names_and_costs_no_memory() {
    let load = json!({"closed": {"users": 4, "duration": "1s"}});
    let done = named("get ${uuid4()}", 50, load);
    assert!(done.summary.series.len() <= 51);
    assert!(done.names.series.len() < 60);
}
