//! The lines of `graphite`, and a real Carbon.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use squall_report::{
    Batch, FinalBatch, IntervalBatch, LifecycleBatch, Reporter, ReporterError, RunRecord, WallTime,
};
use squall_testkit::servers::{Carbon, carbon};

use super::encode::encode;
use crate::BuildContext;
use crate::backend::{Backend, eventually};
use crate::numbers::Options;
use crate::sample::{context, final_batch, final_records, interval, lifecycle};

const SECOND: u64 = 1_000_000_000;

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    let folder = tempfile::tempdir().unwrap();
    let server = carbon()?;
    Some(Box::new(Running { server, folder }))
}

/// A server of its own for one test; it keeps a number a second, not events and runs.
struct Running {
    server: Carbon,
    folder: tempfile::TempDir,
}

impl Backend for Running {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> Value {
        json!({"host": "127.0.0.1", "port": self.server.port()})
    }

    fn refuse(&mut self) {
        self.server.stop();
    }

    fn events(&self) -> Option<usize> {
        None
    }

    fn runs(&self) -> Option<usize> {
        None
    }
}

fn options(tagged: bool) -> Options {
    Options {
        prefix: "squall".to_owned(),
        tagged,
        errors: "error",
        ..Options::default()
    }
}

#[test]
fn every_kind_of_record_is_lines() {
    let run = context("run-1").run;
    let ended = run.started_at.plus_ns(3 * SECOND);
    let batches = [
        Batch::Lifecycle(LifecycleBatch::new(run.clone(), lifecycle())),
        Batch::Intervals(IntervalBatch::new(run, vec![interval("home", 0)])),
        Batch::Final(final_batch(final_records())),
    ];
    for (name, tagged) in [("lines", false), ("lines_with_tags", true)] {
        let lines = batches
            .iter()
            .map(|batch| encode(batch, &options(tagged), ended));
        insta::assert_snapshot!(name, lines.collect::<String>());
    }
}

fn made(port: u16) -> Box<dyn Reporter> {
    let settings = json!({"host": "127.0.0.1", "port": port});
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: false,
        intervals: true,
    };
    (super::REGISTRATION.build)(settings.as_object().unwrap(), &context).unwrap()
}

/// A run that began ten minutes ago: Carbon keeps a day.
fn recent_run() -> Arc<RunRecord> {
    let now = u64::try_from(WallTime::now().unix_ns()).unwrap();
    let started = (now / SECOND - 600) * SECOND;
    Arc::new(RunRecord {
        started_at: WallTime::from_unix_ns(i64::try_from(started).unwrap()),
        ..(*context("run-1").run).clone()
    })
}

fn intervals(run: &Arc<RunRecord>, seconds: std::ops::Range<u32>) -> Batch {
    let of = |second: u32| {
        let mut one = interval("home", second);
        one.tags.clear();
        one.time = run.started_at.plus_ns(u64::from(second) * SECOND);
        one.completed = u64::from(second) + 1;
        one
    };
    Batch::Intervals(IntervalBatch::new(run.clone(), seconds.map(of).collect()))
}

/// Waits until a metric has so many values on disk.
fn wait_for(server: &Carbon, metric: &str, values: usize) -> Vec<(u64, f64)> {
    eventually(|| {
        let found = server.values(metric);
        if found.len() >= values {
            return Ok(found);
        }
        Err(format!("{metric} has {found:?}"))
    })
}

const COMPLETED: &str = "squall.Browse.home_stream_completed";

fn assert_seconds(found: &[(u64, f64)], run: &RunRecord, seconds: u32) {
    let started = u64::try_from(run.started_at.unix_ns()).unwrap() / SECOND;
    let expected: Vec<(u64, f64)> = (0..seconds)
        .map(|second| (started + u64::from(second), f64::from(second) + 1.0))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_second_and_the_last_records_are_read_back_from_a_real_carbon() {
    let Some(server) = carbon() else { return };
    let run = recent_run();
    let mut reporter = made(server.port());
    reporter.open().unwrap();
    let mut begun = lifecycle();
    for record in &mut begun {
        record.time = run.started_at;
    }
    let lifecycle = Batch::Lifecycle(LifecycleBatch::new(run.clone(), begun));
    let last = Batch::Final(FinalBatch::new(&run, final_records().with_total_groups()));
    for batch in [
        intervals(&run, 0..7),
        intervals(&run, 7..300),
        // Once more, as after an error: each value takes its own place.
        intervals(&run, 7..300),
        lifecycle,
        last,
    ] {
        let delivered = reporter.send(&batch).unwrap();
        assert_eq!(delivered.records, batch.len());
    }
    assert_seconds(&wait_for(&server, COMPLETED, 300), &run, 300);
    for (metric, value) in [
        ("squall.Browse.home_response_time_median", 12.0),
        ("squall.Browse.home_total_quantile_99th", 13.9),
        ("squall.Browse.buy_common_failed", 1.0),
        (
            "squall.Browse.buy_error_connect_refused_by__shop___twice",
            1.0,
        ),
        ("squall.Browse.buy_user_metrics_basket___mean_", 2.5),
        ("squall.session_cpu_percent_maximum", 13.0),
        ("squall.Browse_stage_started", 1.0),
        ("squall.run_passed", 1.0),
        ("squall.threshold_p95_response_time____300ms_value", 312.5),
    ] {
        let found = wait_for(&server, metric, 1);
        assert_eq!(found.len(), 1, "{metric}");
        assert!((found[0].1 - value).abs() < 1e-9, "{metric}: {found:?}");
    }
}

#[test]
fn hostile_names_become_files_that_carbon_can_have() {
    let Some(server) = carbon() else { return };
    let run = recent_run();
    let mut reporter = made(server.port());
    reporter.open().unwrap();
    let names = [
        "日本語",
        "한국어",
        "a\nb 1 2\n",
        "../../etc",
        "\0",
        &"x".repeat(10_000),
    ];
    let seconds = names.iter().map(|name| {
        let mut one = interval(name, 0);
        one.time = run.started_at;
        one
    });
    let batch = Batch::Intervals(IntervalBatch::new(run.clone(), seconds.collect()));
    reporter.send(&batch).unwrap();
    eventually(|| {
        let found = server.metrics();
        let completed = found
            .iter()
            .filter(|name| name.ends_with("_stream_completed"));
        if completed.count() == names.len() {
            return Ok(());
        }
        Err(format!("{found:?}"))
    });
}

#[test]
fn a_carbon_that_dies_is_a_temporary_error_and_later_has_everything_once() {
    let Some(server) = carbon() else { return };
    let run = recent_run();
    let mut reporter = made(server.port());
    reporter.open().unwrap();
    reporter.send(&intervals(&run, 0..10)).unwrap();
    wait_for(&server, COMPLETED, 10);
    server.stop();
    let error = reporter.send(&intervals(&run, 10..20)).unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("see `host` and `port`"),
        "{error}"
    );
    server.start();
    reporter.send(&intervals(&run, 10..20)).unwrap();
    assert_seconds(&wait_for(&server, COMPLETED, 20), &run, 20);
}

#[test]
fn where_nothing_listens_opening_is_a_temporary_error() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let error = made(port).open().unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
}

proptest! {
    #[test]
    fn any_text_makes_lines_of_three_words(stage: String, name: String, tag: String, tagged: bool) {
        let mut one = interval(&name, 1);
        one.stage = stage;
        one.tags.insert(tag.clone(), name.clone());
        one.tags.insert("x".to_owned(), tag);
        let batch = Batch::Intervals(IntervalBatch::new(context("run-1").run, vec![one]));
        for line in encode(&batch, &options(tagged), WallTime::default()).split_terminator('\n') {
            let words: Vec<&str> = line.split_whitespace().collect();
            prop_assert_eq!(words.len(), 3, "{}", line);
            prop_assert!(words[1].parse::<f64>().is_ok());
            prop_assert!(words[2].parse::<u64>().is_ok());
        }
    }
}
