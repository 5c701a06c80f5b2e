//! What `graph run` and `graph check` have beside `run` and `check`.

use std::fs;

use serde_json::Value;
use squall_testkit::ports::RefusingPort;

use crate::sandbox::{Sandbox, read_json};

/// A plan of one stage that sends so many requests to a path.
fn plan(url: &str, path: &str) -> String {
    format!(
        "version: 1\nname: flags\nhttp: {{base_url: \"{url}\"}}\nstages:\n  load:\n    execute:\n      scenarios:\n        visit:\n          \
         load: {{iterations: {{users: 1, shared: 5}}}}\n          flow: [{{http: {{name: look, url: {path}}}}}]\n"
    )
}

/// A plan whose target nobody serves; alive as long as the port.
fn nobody(sandbox: &Sandbox) -> RefusingPort {
    let port = RefusingPort::take().unwrap();
    sandbox.write(
        "plan.yaml",
        &plan(&format!("http://{}", port.address()), "/"),
    );
    port
}

fn runs(sandbox: &Sandbox) -> usize {
    fs::read_dir(sandbox.path(".squall/runs")).map_or(0, Iterator::count)
}

#[test]
fn a_graph_runs_once_its_targets_have_answered() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &plan(&sandbox.url(), "/"));
    let ran = sandbox.run(&["graph", "run", "plan.yaml", "-q"]);
    assert!(ran.is_good(), "{ran:?}");
    let stats = sandbox.target.stats();
    assert_eq!((stats.requests, stats.connections_accepted), (5, 2));
}

#[test]
fn a_target_that_does_not_answer_is_named_and_nothing_is_sent() {
    let sandbox = Sandbox::new();
    let _nobody = nobody(&sandbox);
    let args = [
        "graph",
        "run",
        "plan.yaml",
        "--connection-validation-retries",
        "1",
    ];
    let refused = sandbox.refused(&args);
    assert!(
        refused.contains("action `look` of stage `load` cannot connect to http://127.0.0.1:"),
        "{refused}"
    );
    assert!(refused.contains("connection refused"), "{refused}");
    assert!(
        refused.contains("--bypass-connection-validation"),
        "{refused}"
    );
    assert_eq!(runs(&sandbox), 0);
}

#[test]
fn bypassing_warns_and_goes_on() {
    let sandbox = Sandbox::new();
    let _nobody = nobody(&sandbox);
    let args = [
        "graph",
        "run",
        "plan.yaml",
        "-q",
        "--bypass-connection-validation",
        "--connection-validation-retries",
        "0",
    ];
    let ran = sandbox.run(&args);
    assert!(ran.has_failed(), "{ran:?}");
    assert!(ran.stderr.contains("warning: action `look`"), "{ran:?}");
    assert_eq!(runs(&sandbox), 1);
}

#[test]
fn a_name_that_does_not_resolve_can_be_bypassed_too() {
    let sandbox = Sandbox::new();
    // An empty label is refused by the resolver library itself: no question leaves the machine.
    sandbox.write("plan.yaml", &plan("http://no..host", "/"));
    let once = ["--connection-validation-retries", "0"];
    let refused = sandbox.refused(&[&["graph", "run", "plan.yaml"][..], &once].concat());
    assert!(refused.contains("does not resolve"), "{refused}");
    let bypassed = [
        "graph",
        "run",
        "plan.yaml",
        "-q",
        "--bypass-connection-validation",
    ];
    let ran = sandbox.run(&[&bypassed[..], &once].concat());
    assert!(ran.has_failed(), "{ran:?}");
}

#[test]
fn a_plain_run_opens_no_connection_beforehand() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &plan(&sandbox.url(), "/"));
    let ran = sandbox.run(&["run", "plan.yaml", "-q"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(sandbox.target.stats().connections_accepted, 1);
}

#[test]
fn a_check_connects_only_where_asked_and_asks_for_no_name() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &plan("http://no..host", "/"));
    let checked = sandbox.run(&["graph", "check", "plan.yaml"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    let connected = sandbox.run(&["check", "plan.yaml", "--connect"]);
    assert_eq!(connected.code, 104, "{connected:?}");
    assert!(
        connected.stderr.contains("does not resolve"),
        "{connected:?}"
    );
    sandbox.write("plan.yaml", &plan(&sandbox.url(), "/"));
    let connected = sandbox.run(&["graph", "check", "plan.yaml", "--connect"]);
    assert_eq!(connected.code, 0, "{connected:?}");
    let told = sandbox.neutral(&connected.stdout);
    assert!(
        told.contains("load · http://[TARGET]  connected to [TARGET] in "),
        "{told}"
    );
    let stats = sandbox.target.stats();
    assert_eq!((stats.requests, stats.connections_accepted), (0, 1));
}

#[test]
fn a_failed_run_is_run_again_and_stored_again() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &plan(&sandbox.url(), "/status/500"));
    let ran = sandbox.run(&["run", "plan.yaml", "-q", "--retries", "2"]);
    assert!(ran.has_failed(), "{ran:?}");
    if ran.code == 99 {
        assert!(ran.stderr.contains("attempt 2 of 3 failed"), "{ran:?}");
        assert_eq!((runs(&sandbox), sandbox.target.stats().requests), (3, 15));
    }
}

#[test]
fn a_good_run_is_not_run_again() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &plan(&sandbox.url(), "/"));
    let ran = sandbox.run(&["run", "plan.yaml", "-q", "--retries", "2"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(runs(&sandbox), 1);
}

#[test]
fn the_log_is_copied_at_its_level() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &plan(&sandbox.url(), "/"));
    for (level, is_empty) in [("debug", false), ("error", true)] {
        let folder = format!("logs/{level}");
        let args = [
            "run",
            "plan.yaml",
            "-q",
            "--log-level",
            level,
            "--log-directory",
            &folder,
        ];
        let ran = sandbox.run(&args);
        assert!(ran.is_good(), "{ran:?}");
        let logs: Vec<_> = fs::read_dir(sandbox.path(&folder)).unwrap().collect();
        assert_eq!(logs.len(), 1);
        let copy = logs[0].as_ref().unwrap();
        let name = copy.file_name().into_string().unwrap();
        let id = name.strip_suffix(".log").unwrap();
        let log = fs::read_to_string(copy.path()).unwrap();
        assert_eq!(log, sandbox.read(&format!(".squall/runs/{id}/run.log")));
        assert_eq!(log.is_empty(), is_empty, "{level}: {log}");
    }
}

#[test]
fn cores_are_threads_where_there_is_no_python() {
    let sandbox = Sandbox::new();
    let text = plan(&sandbox.url(), "/").replace("users: 1, shared: 5", "users: 4, shared: 8");
    sandbox.write("plan.yaml", &text);
    let ran = sandbox.run(&[
        "run",
        "plan.yaml",
        "-q",
        "--cpus",
        "3",
        "--summary",
        "s.json",
    ]);
    assert!(ran.is_good(), "{ran:?}");
    let summary: Value = read_json(&sandbox.path("s.json"));
    assert_eq!(summary["generator"]["threads"], 3);
}

#[test]
fn parts_of_the_summary_are_shown_and_hidden() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &plan(&sandbox.url(), "/"));
    let args = [
        "run",
        "plan.yaml",
        "--show-summaries",
        "timings",
        "--hide-summaries",
        "session,stages,actions,system",
    ];
    let ran = sandbox.run(&args);
    assert!(ran.is_good(), "{ran:?}");
    assert!(ran.stdout.contains("first byte"), "{ran:?}");
    for hidden in ["operations", "statuses", "generator\n"] {
        assert!(!ran.stdout.contains(hidden), "{hidden} in {ran:?}");
    }
}

#[test]
fn what_cannot_be_is_answered_with_what_can() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", &plan(&sandbox.url(), "/"));
    let refused = sandbox.refused(&["run", "plan.yaml", "--show-summaries", "experiments"]);
    let known = "[possible values: session, stages, actions, timings, system]";
    assert!(refused.contains(known), "{refused}");
    let refused = sandbox.refused(&["run", "plan.yaml", "--skip", "laod"]);
    assert!(refused.contains("there is no stage `laod`"), "{refused}");
    assert!(refused.contains("did you mean `load`?"), "{refused}");
    sandbox.refused(&["run", "plan.yaml", "--cpus", "2", "--threads", "1"]);
}

#[test]
fn a_skipped_stage_does_not_run_and_is_not_connected_to() {
    let sandbox = Sandbox::new();
    let (port, url) = (RefusingPort::take().unwrap(), sandbox.url());
    let load = |after: &str, base: &str| {
        format!(
            "{{{after} execute: {{settings: {{http: {{base_url: \"{base}\"}}}}, scenarios: {{visit: {{load: \
             {{iterations: {{users: 1, shared: 5}}}}, flow: [{{http: {{url: /}}}}]}}}}}}}}"
        )
    };
    let (first, second) = (
        load("", &format!("http://{}", port.address())),
        load("after: [first],", &url),
    );
    let text = format!("version: 1\nname: flags\nstages:\n  first: {first}\n  second: {second}\n");
    sandbox.write("plan.yaml", &text);
    let ran = sandbox.run(&["graph", "run", "plan.yaml", "-q", "--skip", "first"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(sandbox.target.stats().requests, 5);
}
