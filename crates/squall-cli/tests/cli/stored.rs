//! Stored runs: listed, shown, exported, removed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::sandbox::{Ran, Sandbox, read_json};

const OLD: &str = "20261120-105317-shop-1a2b";

/// A run of the first layout, in a folder that may be changed.
fn with_old_run(sandbox: &Sandbox) -> PathBuf {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../squall-store/tests/runs");
    let folder = sandbox.path(&format!(".squall/runs/{OLD}"));
    fs::create_dir_all(&folder).unwrap();
    for file in ["plan.json", "summary.json", "intervals.jsonl"] {
        fs::copy(stored.join(OLD).join(file), folder.join(file)).unwrap();
    }
    folder
}

fn load(sandbox: &Sandbox, name: &str, more: &[&str]) -> Ran {
    let url = sandbox.url();
    let args = ["http", &url, "-n", "5", "-u", "1", "-q", "--name", name];
    sandbox.run(&[&args, more].concat())
}

fn listed(sandbox: &Sandbox, more: &[&str]) -> Vec<Value> {
    let ran = sandbox.run(&[&["history", "--format", "json"], more].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let runs: Value = serde_json::from_str(&ran.stdout).unwrap();
    runs.as_array().unwrap().clone()
}

fn names(runs: &[Value]) -> Vec<&str> {
    runs.iter()
        .map(|run| run["name"].as_str().unwrap())
        .collect()
}

#[test]
fn runs_are_listed_with_what_they_were_given() {
    let sandbox = Sandbox::new();
    assert!(load(&sandbox, "a", &["--tag", "branch=main", "--tag", "env=x=y"]).is_good());
    assert!(load(&sandbox, "b", &["--tag", "branch=other"]).is_good());
    let runs = listed(&sandbox, &[]);
    assert_eq!(runs.len(), 2);
    assert_eq!(names(&listed(&sandbox, &["--name", "a"])), ["a"]);
    assert_eq!(names(&listed(&sandbox, &["--tag", "branch=other"])), ["b"]);
    assert_eq!(listed(&sandbox, &["--tag", "branch"]).len(), 2);
    assert_eq!(names(&listed(&sandbox, &["--tag", "env=x=y"])), ["a"]);
    assert_eq!(listed(&sandbox, &["--limit", "1"]).len(), 1);
    assert_eq!(listed(&sandbox, &["--verdict", "unfinished"]).len(), 0);
}

#[test]
fn a_listed_run_has_its_numbers_and_tags() {
    let sandbox = Sandbox::new();
    assert!(load(&sandbox, "a", &["--tag", "branch=main", "--tag", "env=x=y"]).is_good());
    let a = &listed(&sandbox, &["--name", "a"])[0];
    assert_eq!(
        (&a["started"], &a["failed"]),
        (&Value::from(5), &Value::from(0))
    );
    assert!(a["p99_ms"].as_f64().unwrap() > 0.0, "{a}");
    assert!(a["bytes"].as_u64().unwrap() > 1_000, "{a}");
    let table = sandbox.run(&["history", "--name", "a"]);
    assert!(table.stdout.contains("branch=main env=x=y"), "{table:?}");
    let summary = read_json(
        &sandbox
            .path(a["path"].as_str().unwrap())
            .join("summary.json"),
    );
    assert_eq!(summary["run"]["tags"]["env"], "x=y");
    assert_eq!(
        summary["response_time_ms"],
        summary["series"][0]["response_time_ms"]
    );
}

#[test]
fn the_commit_of_a_test_is_stored() {
    let sandbox = Sandbox::new();
    let plan = "version: 1\nname: shop\nstages: {s: {execute: {scenarios: {x: {load: {iterations: {users: 1, shared: 3}}, flow: [{http: {url: '@URL@/'}}]}}}}}\n";
    sandbox.write("shop.yaml", plan);
    assert!(sandbox.run(&["run", "shop.yaml", "-q"]).is_good());
    assert_eq!(listed(&sandbox, &[])[0]["commit"], Value::Null);
    for args in [
        &["init", "-q"][..],
        &["add", "shop.yaml"],
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-qm",
            "x",
        ],
    ] {
        let mut git: Command = sandbox.program("git");
        assert!(Ran::of(git.args(args)).is_good(), "{args:?}");
    }
    assert!(sandbox.run(&["run", "shop.yaml", "-q"]).is_good());
    let run = &listed(&sandbox, &[])[0];
    assert_eq!(run["file"], "shop.yaml");
    assert_eq!(run["commit"]["id"].as_str().unwrap().len(), 40);
    assert_eq!(run["commit"]["dirty"], false);
    sandbox.write("shop.yaml", &format!("{plan}# changed\n"));
    assert!(sandbox.run(&["run", "shop.yaml", "-q"]).is_good());
    assert_eq!(listed(&sandbox, &[])[0]["commit"]["dirty"], true);
}

#[test]
fn a_run_of_the_first_layout_is_read_by_every_command() {
    let sandbox = Sandbox::new();
    let folder = with_old_run(&sandbox);
    let run = &listed(&sandbox, &[])[0];
    assert_eq!(
        (&run["verdict"], &run["p99_ms"]),
        (&"passed".into(), &18.083_764.into())
    );
    let report = sandbox.run(&["report"]);
    assert_eq!(report.code, 0, "{report:?}");
    assert!(report.stdout.starts_with("✔ passed\n"), "{report:?}");
    assert!(
        report
            .stdout
            .ends_with(&format!("stored in .squall/runs/{OLD}\n")),
        "{report:?}"
    );
    for (format, begins) in [
        ("json", "{\n  \"schema_version\": 1,"),
        ("csv", "run,stage,scenario,name,"),
        ("csv-intervals", "run,time,second,length_s,stage,"),
        (
            "junit",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"2\"",
        ),
        ("markdown", "### ✅ passed: `shop`\n"),
    ] {
        let ran = sandbox.run(&["export", "shop", "--format", format]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        assert!(ran.stdout.starts_with(begins), "{}", ran.stdout);
        let args = ["export", "20261120", "--format", format, "-o", "out"];
        assert_eq!(sandbox.run(&args).stdout, "");
        assert_eq!(sandbox.read("out"), ran.stdout);
    }
    let exported = sandbox.run(&["export", "last", "--format", "json"]).stdout;
    let exported: Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(
        exported["series"],
        read_json(&folder.join("summary.json"))["series"]
    );
}

#[test]
fn what_cannot_be_had_is_said_with_what_can() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!("stored_none", sandbox.refused(&["history"]));
    insta::assert_snapshot!("stored_nothing_to_report", sandbox.refused(&["report"]));
    let folder = with_old_run(&sandbox);
    insta::assert_snapshot!("stored_unknown", sandbox.refused(&["report", "shpo"]));
    insta::assert_snapshot!("stored_too_few", sandbox.refused(&["report", "last~3"]));
    let summary = fs::read_to_string(folder.join("summary.json")).unwrap();
    let newer = summary.replace("\"schema_version\": 1", "\"schema_version\": 2");
    fs::write(folder.join("summary.json"), newer).unwrap();
    insta::assert_snapshot!(
        "stored_newer",
        sandbox.refused(&["export", "shop", "--format", "csv"])
    );
    assert_eq!(listed(&sandbox, &[])[0]["verdict"], "unreadable");
    fs::remove_file(folder.join("summary.json")).unwrap();
    insta::assert_snapshot!("stored_unfinished", sandbox.refused(&["report", OLD]));
}

#[test]
fn old_runs_of_the_same_name_are_removed_at_the_end() {
    let sandbox = Sandbox::new();
    with_old_run(&sandbox);
    for name in ["a", "shop", "shop"] {
        assert!(load(&sandbox, name, &["--keep", "2"]).is_good());
    }
    let runs = listed(&sandbox, &[]);
    assert_eq!(names(&runs), ["shop", "shop", "a"]);
    assert!(runs.iter().all(|run| run["id"] != OLD));
    let pruned = sandbox.run(&["history", "--prune", "--keep", "1"]);
    assert_eq!(pruned.stderr, "removed 1 run\n");
    assert_eq!(names(&listed(&sandbox, &[])), ["shop", "a"]);
    assert_eq!(sandbox.run(&["history", "--prune"]).code, 104);
}

#[test]
fn results_are_written_in_every_format() {
    let sandbox = Sandbox::new();
    let outs = [
        "--out",
        "junit=r.xml",
        "--out",
        "markdown=r.md",
        "--out",
        "csv=r.csv",
        "--out",
        "json=r.json",
        "--out",
        "csv-intervals=seconds.csv",
        "--out",
        "parquet=r.parquet",
    ];
    assert!(load(&sandbox, "a", &outs).is_good());
    for (file, format) in [
        ("r.xml", "junit"),
        ("r.md", "markdown"),
        ("r.csv", "csv"),
        ("r.json", "json"),
        ("seconds.csv", "csv-intervals"),
    ] {
        let exported = sandbox.run(&["export", "last", "--format", format]);
        assert_eq!(sandbox.read(file), exported.stdout, "{format}");
    }
    // Not text: `Ran` cannot hold it.
    let mut export = sandbox.command(&["export", "last", "--format", "parquet"]);
    let exported = export.output().unwrap().stdout;
    assert!(exported.starts_with(b"PAR1") && exported.ends_with(b"PAR1"));
    assert_eq!(fs::read(sandbox.path("r.parquet")).unwrap(), exported);
}

#[test]
fn wrong_results_are_refused_before_the_load() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let args = [
        "http",
        &url,
        "--out",
        "junit",
        "--out",
        "junt=x.xml",
        "--out",
        "csv=nowhere/x.csv",
        "--summary",
        "nowhere/s.json",
    ];
    insta::assert_snapshot!("stored_wrong_outs", sandbox.refused(&args));
    insta::assert_snapshot!(
        "stored_wrong_tags",
        sandbox.refused(&["http", &url, "--tag", "x", "--tag", "=y"])
    );
    sandbox.write("a.yaml", "version: 1\n");
    let ran = sandbox.refused(&["run", "a.yaml", "--tag", "x"]);
    assert!(ran.contains("`x` is not `KEY=VALUE`"), "{ran}");
}

#[test]
fn one_document_goes_to_standard_output() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["http", &sandbox.url(), "-n", "5", "--format", "json"]);
    assert!(ran.is_good(), "{ran:?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document, sandbox.summary());
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(
        keys[..5],
        [
            "schema_version",
            "run",
            "verdict",
            "totals",
            "response_time_ms"
        ]
    );
    assert!(!ran.stderr.is_empty(), "progress is shown beside it");
}

#[test]
fn github_gets_annotations_and_a_section_of_the_job_summary() {
    let sandbox = Sandbox::new();
    sandbox.write("summary.md", "# before\n");
    let url = format!("{}/status/500", sandbox.url());
    let run = |more: &[&str]| {
        let args = [&["http", &url, "-n", "3", "-q", "--name", "shop"], more].concat();
        let mut command = sandbox.command(&args);
        command.env("GITHUB_ACTIONS", "true");
        command.env("GITHUB_STEP_SUMMARY", sandbox.path("summary.md"));
        Ran::of(&mut command)
    };
    let ran = run(&[]);
    assert_ne!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("\n::error title=shop "), "{ran:?}");
    let summary = sandbox.read("summary.md");
    assert!(summary.starts_with("# before\n\n### "), "{summary}");
    assert!(summary.contains(": `shop`\n"), "{summary}");
    run(&["--no-step-summary"]);
    assert_eq!(sandbox.read("summary.md"), summary);
}

#[test]
fn all_commands_share_the_folder_of_the_runs() {
    let sandbox = Sandbox::new();
    assert!(load(&sandbox, "a", &["--runs-dir", "elsewhere"]).is_good());
    sandbox.write(
        "squall.toml",
        "runs-dir = \"elsewhere\"\nkeep = 3\ntag = [\"a=b\"]\n",
    );
    assert_eq!(names(&listed(&sandbox, &[])), ["a"]);
    fs::remove_file(sandbox.path("squall.toml")).unwrap();
    let mut command = sandbox.command(&["report", "a"]);
    let ran = Ran::of(command.env("SQUALL_RUNS_DIR", "elsewhere"));
    assert_eq!(ran.code, 0, "{ran:?}");
}
