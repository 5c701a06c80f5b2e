//! The commands that send nothing, or are names for others.

use std::fs;

use serde_json::Value;

use crate::sandbox::Sandbox;

#[test]
fn a_new_plan_runs_and_checks() {
    for name in ["plan.yaml", "plan.yml", "plan.json", "below/here/plan.yaml"] {
        let sandbox = Sandbox::new();
        let url = sandbox.url();
        let ran = sandbox.run(&["new", name, "--url", &url]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(
            ran.stdout,
            format!("wrote {name}; run it with `squall run {name}`\n")
        );
        let checked = sandbox.run(&["check", name]);
        assert_eq!(checked.code, 0, "{checked:?}");
        assert_eq!(
            checked.stdout,
            format!("{name} is good: load (10 users for 10s) → results\n")
        );
        assert_eq!(sandbox.target.stats().requests, 0);
        let duration = "load.execute.scenarios.visit.load.closed.duration=200ms";
        let ran = sandbox.run(&["run", name, "-q", "--set", duration]);
        assert!(ran.is_good(), "{ran:?}");
        let requests = sandbox.target.stats().requests;
        assert!(requests > 0);
        let metrics: serde_json::Value =
            serde_json::from_str(&sandbox.read("metrics.json")).unwrap();
        assert_eq!(metrics["load.GET /"]["total"], requests);
    }
}

#[test]
fn a_new_plan_reports_as_asked() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let new = ["new", "plan.yaml", "--url", &url, "--reporter", "csv"];
    assert_eq!(sandbox.run(&new).code, 0);
    let duration = "load.execute.scenarios.visit.load.closed.duration=100ms";
    let ran = sandbox.run(&["run", "plan.yaml", "-q", "--set", duration]);
    assert!(ran.is_good(), "{ran:?}");
    assert!(sandbox.read("metrics.csv").lines().count() > 1);
}

#[test]
fn a_new_graph_is_python() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["graph", "create", "shop.py", "--url", "http://127.0.0.1:9/"]);
    assert!(ran.is_good(), "{ran:?}");
    insta::assert_snapshot!(sandbox.read("shop.py"));
}

#[test]
fn every_kind_of_test_has_a_starter() {
    let sandbox = Sandbox::new();
    for (kind, command, word) in [
        ("graph", "squall run", "class ExecuteStage(Execute)"),
        (
            "journey",
            "squall run",
            "async def browse(ctx, user, number)",
        ),
        ("testcase", "squall run", "class Visit(squall.TestCase)"),
        ("repeat", "python", "squall.Repeat(visit)"),
    ] {
        let name = format!("{kind}.py");
        let ran = sandbox.run(&["new", &name, "--kind", kind, "--url", "http://127.0.0.1:9/"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(
            ran.stdout,
            format!("wrote {name}; run it with `{command} {name}`\n")
        );
        let text = sandbox.read(&name);
        assert!(text.contains(word), "{text}");
        assert!(text.contains("\"http://127.0.0.1:9\""), "{text}");
        assert!(!text.contains("@URL@"), "{text}");
    }
}

#[test]
fn a_starter_that_cannot_be_is_refused() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(
        "new_kind_extension",
        sandbox.refused(&["new", "shop.yaml", "--kind", "journey"])
    );
    let reporter = ["new", "shop.py", "--kind", "journey", "--reporter", "csv"];
    insta::assert_snapshot!("new_kind_reporter", sandbox.refused(&reporter));
    assert!(!sandbox.path("shop.py").exists());
}

#[test]
fn nothing_is_replaced_unless_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", "mine");
    insta::assert_snapshot!("new_exists", sandbox.refused(&["new", "plan.yaml"]));
    assert_eq!(sandbox.read("plan.yaml"), "mine");
    assert_eq!(sandbox.run(&["new", "plan.yaml", "--force"]).code, 0);
    assert_ne!(sandbox.read("plan.yaml"), "mine");
    insta::assert_snapshot!("new_extension", sandbox.refused(&["new", "plan.toml"]));
}

#[test]
fn a_starter_is_not_written_for_a_url_that_it_could_not_load() {
    let sandbox = Sandbox::new();
    for url in [
        "not a url",
        "shop.example",
        "ftp://shop.example",
        "https://shop.example/?a=1",
        "https://shop.example/\"",
    ] {
        for name in ["shop.py", "plan.yaml"] {
            let ran = sandbox.run(&["new", name, "--url", url]);
            assert_eq!(ran.code, 104, "{ran:?}");
            assert!(ran.stderr.contains("in --url"), "{ran:?}");
            assert!(!sandbox.path(name).exists());
        }
    }
}

#[test]
fn the_commands_of_graphs_are_the_same() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    assert_eq!(
        sandbox
            .run(&["graph", "create", "plan.yaml", "--url", &url])
            .code,
        0
    );
    let plain = sandbox.run(&["check", "plan.yaml"]);
    let graph = sandbox.run(&["graph", "check", "plan.yaml"]);
    assert_eq!((graph.code, graph.stdout), (0, plain.stdout));
    let duration = "load.execute.scenarios.visit.load.closed.duration=100ms";
    let ran = sandbox.run(&["graph", "run", "plan.yaml", "-q", "--set", duration]);
    assert!(ran.is_good(), "{ran:?}");
    assert!(sandbox.target.stats().requests > 0);
}

#[test]
fn explain_shows_what_runs() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["new", "plan.yaml"]).code, 0);
    let text = sandbox.run(&["explain", "plan.yaml"]);
    assert_eq!(text.code, 0, "{text:?}");
    insta::assert_snapshot!("explain", text.stdout);
    let json = sandbox.run(&["explain", "plan.yaml", "--format", "json"]);
    assert_eq!(json.code, 0, "{json:?}");
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["explain"][0]["mode"], "compiled");
    assert_eq!(json["plan"]["name"], "starter");
}

#[test]
fn explain_shows_what_is_wrong_too() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", "version: 1\nname: bad\nstages: {}\n");
    let ran = sandbox.run(&["explain", "plan.yaml"]);
    assert_eq!(ran.code, 104, "{ran:?}");
    assert!(ran.stderr.starts_with("error: "), "{ran:?}");
}

#[test]
fn options_fill_what_the_file_leaves_open_and_nothing_else() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "plan.yaml",
        "version: 1\nname: open\nhttp: {base_url: @URL@}\nstages:\n  load:\n    execute:\n      scenarios:\n        visit:\n          flow: [{http: {url: /}}]\n",
    );
    let args = [
        "run",
        "plan.yaml",
        "-n",
        "30",
        "-u",
        "3",
        "--name",
        "filled",
        "-q",
    ];
    let ran = sandbox.run(&args);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(sandbox.target.stats().requests, 30);
    assert_eq!(sandbox.summary()["run"]["name"], "filled");
    let id = sandbox.only_run();
    assert!(
        id.display().to_string().contains("-filled-"),
        "{}",
        id.display()
    );
}

#[test]
fn paths_in_a_plan_start_from_its_folder() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("below")).unwrap();
    sandbox.write("below/paths.csv", "path\njson\n");
    sandbox.write(
        "below/plan.yaml",
        "version: 1\nname: data\nhttp: {base_url: @URL@}\ndata: {paths: {csv: paths.csv}}\nstages:\n  load:\n    execute:\n      scenarios:\n        visit:\n          load: {iterations: {users: 1, shared: 3}}\n          flow: [{http: {url: '/${data.paths.path}'}}]\n",
    );
    let ran = sandbox.run(&["run", "below/plan.yaml", "-q"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(sandbox.target.stats().by_path.get("/json"), Some(&3));
}
