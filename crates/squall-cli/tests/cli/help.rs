//! What the command says of itself.

use crate::sandbox::Sandbox;

fn help(args: &[&str]) -> String {
    let ran = Sandbox::new().run(args);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stderr, "");
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    ran.stdout
}

#[test]
fn every_command_explains_itself() {
    for command in [
        "run", "http", "new", "check", "compare", "explain", "debug", "target", "graph", "journey",
        "scenario", "history", "report", "export", "ui",
    ] {
        insta::assert_snapshot!(format!("help_{command}"), help(&[command, "--help"]));
    }
    insta::assert_snapshot!("help_journey_test", help(&["journey", "test", "--help"]));
    insta::assert_snapshot!("help_journey_run", help(&["journey", "run", "--help"]));
    insta::assert_snapshot!("help_plugin_create", help(&["plugin", "create", "--help"]));
    insta::assert_snapshot!("help_scenario_test", help(&["scenario", "test", "--help"]));
    insta::assert_snapshot!("help", help(&["--help"]));
}

#[test]
fn short_and_long_help_are_the_same() {
    assert_eq!(help(&["http", "-h"]), help(&["http", "--help"]));
}

#[test]
fn alone_it_prints_help_and_is_no_success() {
    let ran = Sandbox::new().run(&[]);
    assert_eq!(ran.code, 104);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr, help(&["--help"]));
}

#[test]
fn the_version_is_told() {
    let version = help(&["--version"]);
    assert_eq!(version, format!("squall {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_are_for_this_command() {
    let script = help_of_any_width(&["completions", "bash"]);
    assert!(script.contains("complete -F _squall"), "{script}");
    assert!(script.contains("--iterations"), "{script}");
}

#[test]
fn the_schema_of_plans_is_a_json_schema() {
    let schema: serde_json::Value = serde_json::from_str(&help_of_any_width(&["schema"])).unwrap();
    assert!(schema["$schema"].as_str().unwrap().contains("json-schema"));
    assert!(schema["properties"]["stages"].is_object(), "{schema}");
}

fn help_of_any_width(args: &[&str]) -> String {
    let ran = Sandbox::new().run(args);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.stdout
}
