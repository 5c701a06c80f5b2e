//! Stored runs beside each other: what `squall compare` says, and what a baseline stops.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use squall_metrics::{
    Histogram, Interval, Measure, SeriesId, SeriesKey, SeriesKind, SeriesPart, SeriesTable, Tags,
};
use squall_testkit::oracle::{DelayModel, DelayServer, NoisyDelays};

use crate::sandbox::{Ran, Sandbox};

/// A run to be stored without waiting for it.
struct Stored<'a> {
    id: &'a str,
    seconds: u64,
    users: u32,
    /// How much slower than the delay model.
    slower: f64,
    verdict: Value,
}

impl Default for Stored<'_> {
    fn default() -> Self {
        Self {
            id: "before",
            seconds: 32,
            users: 5,
            slower: 1.0,
            verdict: json!({"status": "passed", "reasons": []}),
        }
    }
}

impl Stored<'_> {
    fn store(&self, sandbox: &Sandbox) {
        let folder = sandbox.path(".squall/runs").join(self.id);
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
        write("plan.json", self.plan().to_string());
        write("summary.json", self.summary().to_string());
        write("intervals.jsonl", self.intervals());
    }

    fn plan(&self) -> Value {
        let load = json!({"closed": {"users": self.users, "duration": "32s"}});
        let flow = json!([{"http": {"url": "http://127.0.0.1:1/a"}}]);
        json!({"version": 1, "name": "shop", "seed": self.users, "stages": {"load": {"execute": {
            "scenarios": {"main": {"load": load, "flow": flow}}}}}})
    }

    fn summary(&self) -> Value {
        let none = json!({"count": 0, "min": 0.0, "mean": 0.0, "stdev": 0.0, "p50": 0.0, "p90": 0.0, "p95": 0.0, "p99": 0.0,
            "p99_9": 0.0, "p99_99": 0.0, "max": 0.0});
        json!({
            "schema_version": 1,
            "run": {"id": self.id, "name": "shop", "started_at": "2026-01-01T00:00:00Z", "elapsed_s": 32.0, "seed": 1,
                "squall_version": "0.1.0"},
            "verdict": self.verdict,
            "totals": {"started": 0, "ok": 0, "failed": 0, "interrupted": 0, "dropped_iterations": 0, "bytes_sent": 0,
                "bytes_received": 0},
            "stages": [], "series": [], "transactions": [], "warnings": [], "reporters": [],
            "generator": {"cpu_s": 0.0, "cpu_percent": 0.0, "max_rss_bytes": 0, "threads": 1, "thread_busy_max_percent": 0.0,
                "schedule_error_ms": none, "generator_delay_ms": none},
        })
    }

    fn intervals(&self) -> String {
        let table = SeriesTable::default();
        table.intern(SeriesKey {
            stage: "load".into(),
            scenario: "main".into(),
            name: "GET /a".into(),
            kind: SeriesKind::Operation,
            tags: Tags::default(),
        });
        let mut text = json!({"series": table.snapshot()}).to_string() + "\n";
        let seed = self.id.bytes().map(u64::from).sum();
        let mut delays = NoisyDelays::new(DelayModel::default(), seed);
        for index in 0..self.seconds {
            let mut times = Histogram::default();
            for _ in 0..100 {
                let took = delays.next_delay().mul_f64(self.slower);
                times.record(u64::try_from(took.as_nanos()).unwrap());
            }
            delays.next_second();
            let part = SeriesPart {
                started: 100,
                ok: 100,
                times: [(Measure::OkResponse, times.take_sparse())].into(),
                ..SeriesPart::default()
            };
            let mut interval = Interval::new(index);
            interval.series.insert(SeriesId(0), part);
            text += &(serde_json::to_string(&interval).unwrap() + "\n");
        }
        text
    }
}

fn compared(sandbox: &Sandbox, args: &[&str]) -> Ran {
    let ran = sandbox.run(&[&["compare"], args].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stderr, "", "{ran:?}");
    ran
}

#[test]
fn a_slower_run_is_shown_with_its_numbers() {
    let sandbox = Sandbox::new();
    Stored::default().store(&sandbox);
    Stored {
        id: "after",
        slower: 1.4,
        ..Stored::default()
    }
    .store(&sandbox);
    insta::assert_snapshot!("text", compared(&sandbox, &["before", "after"]).stdout);
    let markdown = compared(
        &sandbox,
        &[
            "before",
            "after",
            "--format",
            "markdown",
            "--metric",
            "p95,failed",
        ],
    );
    insta::assert_snapshot!("markdown", markdown.stdout);
    let json = compared(
        &sandbox,
        &["before", "after", "--format", "json", "--metric", "p95"],
    )
    .stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["others"][0]["verdict"], "slower");
    assert_eq!(
        json["others"][0]["series"][0]["differences"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(json["tests"], 1);
}

/// Tells whether the page was there when the command was built.
fn has_page() -> bool {
    let page = "../../web/dist/compare.html";
    Path::new(env!("CARGO_MANIFEST_DIR")).join(page).exists()
}

#[test]
fn a_comparison_is_a_page_as_well_and_still_a_document() {
    let sandbox = Sandbox::new();
    Stored::default().store(&sandbox);
    Stored {
        id: "after",
        seconds: 40,
        ..Stored::default()
    }
    .store(&sandbox);
    let args = ["compare", "before", "after", "--format", "json"];
    let ran = sandbox.run(&[&args[..], &["--html", "page.html"]].concat());
    if has_page() {
        assert_eq!((ran.code, ran.stderr.as_str()), (0, "wrote page.html\n"));
        let page = sandbox.read("page.html");
        assert!(page.starts_with("<!doctype html>"), "{page:.100}");
        assert!(!page.contains("@@SQUALL-DATA@@"));
    } else {
        assert_eq!(ran.code, 1, "{ran:?}");
    }
    let compared: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(compared["others"].as_array().unwrap().len(), 1);
    let refused = sandbox.refused(&["compare", "before", "after", "--html", "nowhere/a.html"]);
    insta::assert_snapshot!(refused, @r"
    error: there is no folder for `nowhere/a.html`
      in --html
    ");
}

#[test]
fn runs_that_do_not_answer_the_question_are_not_compared() {
    let sandbox = Sandbox::new();
    Stored::default().store(&sandbox);
    Stored {
        id: "more-users",
        users: 6,
        ..Stored::default()
    }
    .store(&sandbox);
    Stored {
        id: "short",
        seconds: 9,
        ..Stored::default()
    }
    .store(&sandbox);
    let verdict = json!({"status": "invalid", "reasons": ["the generator was busy"]});
    Stored {
        id: "busy",
        verdict,
        ..Stored::default()
    }
    .store(&sandbox);
    let told = compared(&sandbox, &["before", "more-users", "short", "busy"]).stdout;
    insta::assert_snapshot!("not_comparable", told);
    let anyway = compared(&sandbox, &["before", "busy", "--anyway", "--metric", "p50"]).stdout;
    assert!(
        anyway.contains("no evidence") && anyway.contains("is invalid"),
        "{anyway}"
    );
}

#[test]
fn what_cannot_be_compared_is_refused_at_once() {
    let sandbox = Sandbox::new();
    Stored::default().store(&sandbox);
    insta::assert_snapshot!(
        "unknown_runs",
        sandbox.refused(&["compare", "nowhere", "before", "after"])
    );
    insta::assert_snapshot!("one_run", sandbox.refused(&["compare", "before"]));
    insta::assert_snapshot!(
        "confidence",
        sandbox.refused(&["compare", "before", "before", "--confidence", "95"])
    );
    insta::assert_snapshot!(
        "metric",
        sandbox.refused(&["compare", "before", "before", "--metric", "p98"])
    );
}

#[test]
fn a_baseline_and_its_limits_are_checked_before_the_load() {
    let sandbox = Sandbox::new();
    Stored::default().store(&sandbox);
    let url = sandbox.url();
    let wrong = [
        "http",
        &url,
        "--baseline",
        "nowhere",
        "--fail-on-regression",
        "p98 > 1%",
        "--fail-on-regression",
        "p95 > -1%",
    ];
    insta::assert_snapshot!("wrong_limits", sandbox.refused(&wrong));
    let other = [
        "http",
        &url,
        "--baseline",
        "before",
        "--fail-on-regression",
        "p95 > +10%",
    ];
    insta::assert_snapshot!("other_plan", sandbox.refused(&other));
    insta::assert_snapshot!(
        "no_baseline",
        sandbox.refused(&["http", &url, "--fail-on-regression", "p95 > +10%"])
    );
}

/// The whole way, without any shortcut: a real server, two real runs, what they stored, and what is made of it.
#[test]
fn a_service_that_becomes_slower_fails_the_next_run() {
    let percent = Arc::new(AtomicU32::new(100));
    let asked = Arc::clone(&percent);
    let mut delays = NoisyDelays::new(DelayModel::default(), 1);
    let server = DelayServer::start(move |number| {
        if number % 100 == 99 {
            delays.next_second();
        }
        let slower = f64::from(asked.load(Ordering::Relaxed)) / 100.0;
        delays.next_delay().mul_f64(slower)
    });
    let server = server.unwrap();
    let url = format!("http://{}/", server.address());
    let sandbox = Sandbox::new();
    let load = ["http", &url, "-r", "100", "-d", "13s", "--progress", "none"];
    let before = sandbox.run(&[&load[..], &["--name", "before"]].concat());
    assert!(before.is_good(), "{before:?}");
    percent.store(300, Ordering::Relaxed);
    let gate = [
        "--name",
        "after",
        "--baseline",
        "before",
        "--fail-on-regression",
        "p50 > +10%",
    ];
    let after = sandbox.run(&[&load[..], &gate].concat());
    // An invalid run is not judged; this machine may have been too busy for either of them.
    let judged = !(before.stdout.contains("! invalid") || after.stdout.contains("! invalid"));
    assert!(after.has_failed(), "{after:?}");
    if !judged {
        return;
    }
    assert!(after.stdout.contains("✘ regression"), "{after:?}");
    assert!(after.stdout.contains("exceeded"), "{after:?}");
    let json = compared(
        &sandbox,
        &["before", "after", "--anyway", "--format", "json"],
    )
    .stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["others"][0]["verdict"], "slower", "{json:#}");
    let p50 = &json["others"][0]["series"][0]["differences"][0];
    assert_eq!(
        (&p50["metric"], &p50["shown"]),
        (&json!("p50"), &json!("more"))
    );
    let change = p50["change"].as_f64().unwrap();
    assert!((120.0..260.0).contains(&change), "{p50:#}");
}
