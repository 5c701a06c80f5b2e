//! Runs that pass: what is printed, what is stored.

use std::fs;

use serde_json::Value;

use crate::sandbox::{Ran, Sandbox, read_json};

const DISTRIBUTION: [&str; 11] = [
    "count", "min", "mean", "stdev", "p50", "p90", "p95", "p99", "p99_9", "p99_99", "max",
];

fn has(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value.get(name).is_some(), "`{name}` is missing in {value}");
    }
}

#[test]
fn the_summary_has_the_documented_names() {
    let sandbox = Sandbox::new();
    let url = format!("{}/flaky?rate=0.5", sandbox.url());
    let args = [
        "http",
        &url,
        "-n",
        "50",
        "--name",
        "documented",
        "--seed",
        "7",
    ];
    let summary = ["--summary", "out.json", "-q"];
    let ran = sandbox.run(&[&args[..], &summary].concat());
    assert!(ran.is_good(), "{ran:?}");
    let summary = read_json(&sandbox.path("out.json"));
    assert_eq!(summary["schema_version"], 1);
    let run = &summary["run"];
    has(run, &["id", "started_at", "elapsed_s", "squall_version"]);
    assert_eq!(run["name"], "documented");
    assert_eq!(run["seed"], 7);
    has(&summary["verdict"], &["status", "reasons"]);
    let totals = ["started", "ok", "failed", "interrupted"];
    has(&summary["totals"], &totals);
    has(
        &summary["totals"],
        &["dropped_iterations", "bytes_sent", "bytes_received"],
    );
    let series = &summary["series"][0];
    has(series, &totals);
    has(
        series,
        &["stage", "scenario", "name", "rate_per_s", "statuses"],
    );
    for time in [
        "response_time_ms",
        "service_time_ms",
        "waiting_ms",
        "connecting_ms",
        "securing_ms",
        "writing_ms",
        "first_byte_ms",
        "reading_ms",
    ] {
        has(&series[time], &DISTRIBUTION);
    }
    let error = &series["errors"][0];
    has(error, &["class", "message", "count"]);
    has(error, &["first_at_s", "last_at_s", "example"]);
    let generator = &summary["generator"];
    has(generator, &["cpu_s", "cpu_percent", "max_rss_bytes"]);
    has(&generator["schedule_error_ms"], &DISTRIBUTION);
    has(&generator["generator_delay_ms"], &DISTRIBUTION);
    assert_eq!(summary, sandbox.summary());
}

#[test]
fn counts_agree_with_those_of_the_target() {
    let sandbox = Sandbox::new();
    let args = ["http", &sandbox.url(), "-u", "4", "-d", "300ms", "-q"];
    assert!(sandbox.run(&args).is_good());
    let totals = &sandbox.summary()["totals"];
    assert_eq!(totals["started"], sandbox.target.stats().requests);
}

#[test]
fn quietly_it_prints_nothing() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["http", &sandbox.url(), "-n", "10", "-q"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr.is_empty(), ran.code == 0, "{ran:?}");
}

#[test]
fn results_go_to_standard_output_and_progress_to_standard_error() {
    let sandbox = Sandbox::new();
    let args = [
        "http",
        &sandbox.url(),
        "-u",
        "2",
        "-d",
        "1200ms",
        "--progress",
        "plain",
    ];
    let ran = sandbox.run(&args);
    assert!(ran.is_good(), "{ran:?}");
    assert!(ran.stderr.contains("stage http started"), "{}", ran.stderr);
    assert!(ran.stderr.contains("in flight"), "{}", ran.stderr);
    let last = ran.stderr.lines().rfind(|line| line.contains("stage"));
    let last = last.unwrap();
    assert!(last.contains("stage http completed in"), "{}", ran.stderr);
    let passed = ran.stdout.starts_with("✔ passed\n");
    assert_eq!(passed, ran.code == 0, "{}", ran.stdout);
    let stored = sandbox.only_run();
    let id = stored.file_name().unwrap().to_str().unwrap();
    assert!(
        ran.stdout
            .contains(&format!("\nstored in .squall/runs/{id}\n")),
        "{}",
        ran.stdout
    );
}

#[test]
fn without_a_terminal_there_are_plain_lines_and_no_escapes() {
    let sandbox = Sandbox::new();
    let args = ["http", &sandbox.url(), "-n", "10"];
    for command in [
        &mut sandbox.command(&args),
        sandbox.command(&args).env("NO_COLOR", "1"),
        sandbox.command(&args).env("TERM", "xterm-256color"),
    ] {
        let ran = Ran::of(command);
        assert!(ran.is_good(), "{ran:?}");
        assert!(ran.stderr.contains("stage http started"), "{ran:?}");
        assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
        assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let sandbox = Sandbox::new();
    let url = format!(
        "{}/flaky?rate=0.5&and=a-long-query-that-goes-on-and-on",
        sandbox.url()
    );
    for (columns, said) in [(120, None), (60, Some("60")), (120, Some("many"))] {
        let mut command = sandbox.command(&["http", &url, "-n", "20", "--progress", "none"]);
        if let Some(said) = said {
            command.env("COLUMNS", said);
        }
        let ran = Ran::of(&mut command);
        assert!(ran.is_good(), "{ran:?}");
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn a_run_is_stored_whole() {
    let sandbox = Sandbox::new();
    let args = [
        "http",
        &sandbox.url(),
        "-u",
        "2",
        "-d",
        "1100ms",
        "-q",
        "--seed",
        "42",
    ];
    assert!(sandbox.run(&args).is_good());
    let run = sandbox.only_run();
    let plan = read_json(&run.join("plan.json"));
    assert_eq!(plan["version"], 1);
    assert_eq!(plan["seed"], 42);
    let log = fs::read_to_string(run.join("run.log")).unwrap();
    assert!(log.contains("stage started"), "{log}");
    let intervals = fs::read_to_string(run.join("intervals.jsonl")).unwrap();
    let lines: Vec<Value> = intervals
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() >= 3, "{intervals}");
    assert!(lines[0].get("series").is_some(), "names come first");
}

#[test]
fn a_stored_plan_runs_again() {
    let sandbox = Sandbox::new();
    let first = [
        "http",
        &sandbox.url(),
        "-n",
        "10",
        "-q",
        "--runs-dir",
        "first",
    ];
    assert!(sandbox.run(&first).is_good());
    let run = fs::read_dir(sandbox.path("first")).unwrap().next().unwrap();
    let plan = run.unwrap().path().join("plan.json");
    let ran = sandbox.run(&["run", plan.to_str().unwrap(), "-q"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(sandbox.target.stats().requests, 20);
}

#[test]
fn the_request_is_what_was_asked_for() {
    let sandbox = Sandbox::new();
    let url = format!("{}/orders", sandbox.url());
    let body = [
        "--json-body",
        r#"{"sku": 7}"#,
        "-H",
        "authorization: Bearer x",
    ];
    let args = [&["http", &url, "-n", "5", "-q"][..], &body].concat();
    assert!(sandbox.run(&args).has_failed());
    assert_eq!(sandbox.target.stats().by_status.get(&401), Some(&5));
    let put = [
        "http",
        &format!("{}/echo", sandbox.url()),
        "-m",
        "PUT",
        "-b",
        "x",
        "-n",
        "5",
        "-q",
    ];
    assert!(sandbox.run(&put).is_good());
}

#[test]
fn a_trusted_certificate_is_good_and_any_is_with_insecure() {
    let sandbox = Sandbox::new();
    sandbox
        .target
        .write_certificate(&sandbox.path("ca.pem"))
        .unwrap();
    let url = sandbox.https_url();
    for trust in [&["--cacert", "ca.pem"][..], &["-k"]] {
        let ran = sandbox.run(&[&["http", &url, "-n", "10", "-q"][..], trust].concat());
        assert!(ran.is_good(), "{ran:?}");
    }
}

#[test]
fn a_rate_is_offered() {
    let sandbox = Sandbox::new();
    let args = [
        "http",
        &sandbox.url(),
        "-r",
        "100",
        "-n",
        "50",
        "--progress",
        "none",
    ];
    let ran = sandbox.run(&args);
    assert_eq!(sandbox.summary()["totals"]["started"], 50, "{ran:?}");
}
