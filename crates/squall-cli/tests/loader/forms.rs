//! Commands and files for which a loader is asked, and what it is told.

use std::path::Path;

use serde_json::{Value, json};

use crate::fake::Bench;

/// What is told of a form, without what is always there.
fn directions(mut overrides: Value) -> Value {
    let members = overrides.as_object_mut().unwrap();
    for name in ["defaults", "set", "name"] {
        assert!(members.shift_remove(name).is_some(), "{name}");
    }
    overrides
}

#[test]
fn a_journey_of_a_module_has_no_file() {
    let bench = Bench::new();
    let told = bench.told(&[
        "journey",
        "test",
        "shop:browse",
        "shop:users",
        "--volume",
        "5",
        "-d",
        "2s",
        "-q",
    ]);
    assert_eq!(told.file, Path::new(""));
    assert_eq!(told.name.as_deref(), Some("browse"));
    assert_eq!(told.overrides["defaults"]["total_time"], "2s");
    assert_eq!(
        directions(told.overrides),
        json!({"typed": {"total_time": "-d 2s"}, "form": "journey", "spec": "shop:browse", "datapool": "shop:users", "volume": 5})
    );
}

#[test]
fn a_journey_of_a_file_has_one() {
    let bench = Bench::new();
    let file = bench.write("shop.py", "");
    let spec = format!("{file}:browse");
    let told = bench.told(&["journey", "run", &spec, "users", "-q"]);
    assert_eq!(told.file, Path::new(&file));
    assert_eq!(
        directions(told.overrides),
        json!({"form": "journey", "spec": spec, "datapool": "users", "once": true})
    );
}

#[test]
fn a_scenario_gets_its_configuration() {
    let bench = Bench::new();
    let told = bench.told(&[
        "scenario",
        "test",
        "shop:scenario",
        "-q",
        "--debugging",
        "--config",
        "shop:config",
        "--add-to-config",
        "host:http://a",
        "--add-to-config",
        "b:",
    ]);
    assert_eq!(
        directions(told.overrides),
        json!({
            "form": "scenario", "spec": "shop:scenario", "debugging": true,
            "config": "shop:config", "add_to_config": ["host:http://a", "b:"],
        })
    );
}

#[test]
fn one_journey_at_a_time_is_debugged() {
    let told = Bench::new().told(&[
        "journey",
        "test",
        "shop:browse",
        "--volume",
        "5",
        "--debugging",
        "-q",
    ]);
    assert_eq!(told.overrides["volume"], 1);
    assert_eq!(told.overrides["debugging"], true);
}

#[test]
fn a_name_behind_a_file_is_told() {
    let bench = Bench::new();
    let file = bench.write("shop.py", "");
    let told = bench.told(&["run", &format!("{file}:browse"), "-q"]);
    assert_eq!(
        (told.file.as_path(), told.name.as_deref()),
        (Path::new(&file), Some("browse"))
    );
    assert_eq!(directions(told.overrides), json!({}));
}

#[test]
fn a_list_of_test_cases_is_for_the_loader_and_a_plan_is_not() {
    let bench = Bench::new();
    let tests = bench.write(
        "config.yaml",
        "tests:\n- test_class: shop.Upload\n  rate: 5\n",
    );
    let told = bench.told(&["run", &tests, "-d", "5m", "-q"]);
    assert_eq!(told.file, Path::new(&tests));
    assert_eq!(told.overrides["defaults"], json!({"total_time": "5m"}));
    let plan = bench.write("plan.yaml", "version: 1\nname: plan\nstages: {}\n");
    assert_eq!(bench.run(&["run", &plan, "-q"]), 104);
    assert!(bench.was_left_alone());
}

#[test]
fn what_names_no_journey_is_refused_without_asking() {
    let bench = Bench::new();
    for spec in ["shop", "shop:", "nowhere.py:browse"] {
        assert_eq!(bench.run(&["journey", "test", spec]), 104, "{spec}");
    }
    assert_eq!(
        bench.run(&["journey", "run", "shop:browse", "--add-to-config", "key"]),
        104
    );
    assert!(bench.was_left_alone());
}

#[test]
fn requests_of_journeys_have_defaults_too() {
    let bench = Bench::new();
    let told = bench.told(&[
        "journey",
        "run",
        "shop:browse",
        "-q",
        "--host",
        "http://a",
        "-H",
        "a: b",
        "--seed",
        "5",
    ]);
    assert_eq!(
        told.overrides["defaults"],
        json!({"seed": 5, "base_url": "http://a", "headers": {"a": "b"}})
    );
}

#[test]
fn debug_says_that_it_debugs_and_asks_for_no_users() {
    let bench = Bench::new();
    let file = bench.write("shop.py", "");
    let told = bench.told(&["debug", &file]);
    assert_eq!(told.overrides["defaults"], json!({"total_time": "1s"}));
    assert_eq!(directions(told.overrides), json!({"debugging": true}));
}

#[test]
fn debug_takes_a_data_pool_for_a_journey() {
    let bench = Bench::new();
    let file = bench.write("shop.py", "");
    let spec = format!("{file}:browse");
    let told = bench.told(&["debug", &spec, "users"]);
    assert_eq!(told.name.as_deref(), Some("browse"));
    assert_eq!(
        directions(told.overrides),
        json!({"form": "journey", "spec": spec, "datapool": "users", "debugging": true})
    );
}
