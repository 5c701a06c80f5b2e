//! Reporters get one event for each operation that ended, and numbers that are those of the summary.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};
use squall_plan::Plan;
use squall_report::{Batch, Capabilities, Delivered, RecordKind, Reporter, ReporterError, Spool};
use squall_run::{PreparedRun, ReporterFactory, RunHandle, RunOptions, prepare};

use crate::rig::{Done, Rig, closed, get, plan_of, stage, target, url, wait_until};

#[test]
fn a_stage_that_streams_sends_each_second_while_the_load_goes() {
    let target = target();
    let rig = Rig::new();
    let path = |name: &str| rig.folder().join(name);
    let reporter = json!({"name": "json", "settings": {
        "metrics_filepath": null,
        "streams_filepath": path("streams.json"),
        "system_metrics_filepath": path("system.json"),
    }});
    let stages = json!({
        "load": stage(closed(2, "2500ms"), get("/delay/5ms")),
        "files": {"submit": {"reporters": [reporter], "stream": true}, "after": ["load"]},
    });
    let handle = rig.start(plan_of(&url(&target), stages));
    let lines = || {
        let text = std::fs::read_to_string(path("streams.json")).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<Value>>()
    };
    wait_until("a second is written while the load goes", || {
        !lines().is_empty() && !handle.is_finished()
    });
    let done = Done::of(handle.finish());
    let sum = |field: &str| {
        lines()
            .iter()
            .filter_map(|line| line[field].as_u64())
            .sum::<u64>()
    };
    let totals = done.totals();
    assert_eq!(sum("started"), totals.started);
    assert_eq!(sum("completed"), totals.ok + totals.failed);
    assert!(
        lines()
            .iter()
            .all(|line| line["response_time_ms"]["median"].as_f64() >= Some(5.0))
    );
    let system: Value =
        serde_json::from_slice(&std::fs::read(path("system.json")).unwrap()).unwrap();
    assert!(
        system["session"]["cpu_percent"]["count"].as_u64() >= Some(2),
        "{system}"
    );
    assert!(
        system["load"]["mb_per_vu"]["mean"].as_f64() > Some(0.0),
        "{system}"
    );
}

#[test]
fn events_and_metrics_are_those_of_the_run() {
    let target = target();
    let rig = Rig::new();
    let path = |name: &str| rig.folder().join(name);
    let reporter = |kind: &str| {
        json!({"name": kind, "settings": {
            "events_filepath": path(&format!("events.{kind}")), "metrics_filepath": path(&format!("metrics.{kind}")), "system_metrics_filepath": null,
        }})
    };
    let flow = json!([{"http": {"url": "/"}}, {"http": {"name": "sometimes, \"fails\"", "url": "/flaky?rate=0.2"}}]);
    let stages = json!({
        "load": stage(closed(4, "1s"), flow),
        "other": {"after": ["load"], "execute": {"scenarios": {"all": {"load": {"iterations": {"users": 1, "shared": 5}}, "flow": get("/")}}}},
        "files": {"submit": {"reporters": [reporter("json"), reporter("csv")]}, "after": ["load"]},
    });
    let done = rig.run(plan_of(&url(&target), stages));
    let load = done
        .summary
        .stages
        .iter()
        .find(|stage| stage.name == "load")
        .unwrap();
    let ended = load.totals.started - load.totals.interrupted;
    for reporter in &done.summary.reporters {
        assert_eq!(
            (reporter.accepted, reporter.dropped),
            (reporter.delivered, 0),
            "{reporter:?}"
        );
    }

    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    let events: Vec<Value> = read("events.json")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len() as u64, ended);
    let text = read("events.csv");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let columns = rows.headers().unwrap().len();
    assert!(columns > 5);
    let rows: Vec<csv::StringRecord> = rows.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len() as u64, ended);

    let metrics: Value = serde_json::from_str(&read("metrics.json")).unwrap();
    for one in done.summary.series.iter().filter(|one| one.stage == "load") {
        let entry = &metrics[format!("load.{}", one.name)];
        assert_eq!(entry["succeeded"], one.ok, "{metrics:#}");
        assert_eq!(entry["failed"], one.failed);
        let named = events.iter().filter(|event| event["name"] == *one.name);
        assert_eq!(named.count() as u64, one.started - one.interrupted);
        let in_rows = rows
            .iter()
            .filter(|row| row.iter().any(|cell| cell == one.name));
        assert_eq!(in_rows.count() as u64, one.started - one.interrupted);
    }
    csv::Reader::from_reader(read("metrics.csv").as_bytes())
        .records()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    assert_eq!(done.totals().started, target.stop().requests);
}

#[test]
fn an_event_says_when_and_for_whom() {
    let target = target();
    let rig = Rig::new();
    let path = rig.folder().join("events.json");
    let reporter = json!({"name": "json", "settings": {"events_filepath": path, "metrics_filepath": rig.folder().join("m.json"), "system_metrics_filepath": null}});
    let stages = json!({
        "load": stage(json!({"iterations": {"users": 2, "per_user": 3}}), get("/delay/5ms")),
        "files": {"submit": {"reporters": [reporter]}, "after": ["load"]},
    });
    rig.run(plan_of(&url(&target), stages));
    let text = std::fs::read_to_string(path).unwrap();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 6);
    let keys: Vec<&String> = events[0].as_object().unwrap().keys().collect();
    for event in &events {
        assert_eq!(event.as_object().unwrap().keys().collect::<Vec<_>>(), keys);
        assert_eq!(event["stage"], "load", "{event:#}");
    }
}

/// Makes one reporter, which counts what it gets.
#[derive(Debug, Default)]
struct Own(Arc<AtomicUsize>);

impl ReporterFactory for Own {
    fn build(
        &self,
        name: &str,
        settings: &Map<String, Value>,
    ) -> Option<Result<Box<dyn Reporter>, String>> {
        if name == "refusing" {
            return Some(Ok(Box::new(Refusing)));
        }
        (name == "own").then(|| match settings.get("to") {
            Some(_) => Ok(Box::new(Counter(Arc::clone(&self.0))) as Box<dyn Reporter>),
            None => Err("`to` is missing".to_owned()),
        })
    }
}

#[derive(Debug)]
struct Counter(Arc<AtomicUsize>);

impl Reporter for Counter {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: vec![RecordKind::Events],
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        self.0.fetch_add(batch.len(), Ordering::Relaxed);
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        Ok(None)
    }
}

/// Takes nothing.
#[derive(Debug)]
struct Refusing;

impl Reporter for Refusing {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: vec![RecordKind::Events],
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        Ok(())
    }

    fn send(&mut self, _: &Batch) -> Result<Delivered, ReporterError> {
        Err(ReporterError::permanent("the table is gone"))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        Ok(None)
    }
}

fn reported(name: &str, settings: &Value) -> (Result<PreparedRun, String>, Arc<AtomicUsize>) {
    let load = stage(
        json!({"iterations": {"users": 1, "shared": 3}}),
        get("http://127.0.0.1:1/"),
    );
    let stages = json!({
        "load": load,
        "results": {"submit": {"reporters": [{"name": name, "settings": settings}]}, "after": ["load"]},
    });
    let plan = Plan::from_value(json!({"version": 1, "name": "own", "stages": stages})).unwrap();
    let counted = Arc::default();
    let runs = tempfile::tempdir().unwrap();
    let options = RunOptions {
        reporters: Some(Arc::new(Own(Arc::clone(&counted)))),
        runs_dir: runs.keep(),
        ..RunOptions::default()
    };
    let prepared = prepare(&plan, options).map_err(|errors| errors.to_string());
    (prepared, counted)
}

#[test]
fn a_reporter_that_is_brought_along_is_used_like_the_others() {
    let (prepared, counted) = reported("own", &json!({"to": "here"}));
    let run = RunHandle::start(prepared.unwrap()).unwrap();
    let runs = run.directory().path().parent().unwrap().to_owned();
    let summary = run.finish().summary;
    assert_eq!(summary.reporters[0].delivered, 3);
    assert_eq!(counted.load(Ordering::Relaxed), 3);
    std::fs::remove_dir_all(runs).unwrap();
}

#[test]
fn what_is_wrong_with_such_a_reporter_is_told_with_its_place() {
    for (name, message) in [
        ("own", "`to` is missing"),
        ("owm", "unknown reporter `owm`: there are"),
    ] {
        let error = reported(name, &json!({})).0.err().unwrap();
        assert!(error.contains(message), "{error}");
        assert!(
            error.contains("stages.results.submit.reporters[0]"),
            "{error}"
        );
    }
}

#[test]
fn what_a_reporter_does_not_take_waits_in_the_run_directory_and_is_no_loss() {
    let (prepared, _) = reported("refusing", &json!({}));
    let run = RunHandle::start(prepared.unwrap()).unwrap();
    let folder = run.directory().path().join("spool").join("refusing");
    let runs = run.directory().path().parent().unwrap().to_owned();
    let summary = run.finish().summary;
    let reporter = &summary.reporters[0];
    assert_eq!((reporter.delivered, reporter.dropped), (0, 0));
    assert_eq!(reporter.spooled, 3);
    assert_eq!(reporter.message.as_deref(), Some("the table is gone"));
    assert_eq!(Spool::look(&folder).unwrap().records, 3);
    let hint = format!("`squall report {} --resend refusing`", summary.run.id);
    assert!(
        summary.warnings.iter().any(|text| text.contains(&hint)),
        "{:?}",
        summary.warnings
    );
    let reasons = &summary.verdict.reasons;
    assert!(
        !reasons.iter().any(|text| text.contains("lost")),
        "{reasons:?}"
    );
    std::fs::remove_dir_all(runs).unwrap();
}

#[test]
fn a_spool_of_no_bytes_is_a_loss_again() {
    let (prepared, _) = reported("refusing", &json!({"spool_mib": 0}));
    let run = RunHandle::start(prepared.unwrap()).unwrap();
    let runs = run.directory().path().parent().unwrap().to_owned();
    let summary = run.finish().summary;
    assert_eq!(summary.reporters[0].dropped, 3);
    let reasons = &summary.verdict.reasons;
    assert!(
        reasons.iter().any(|text| text.contains("lost 3 of 3")),
        "{reasons:?}"
    );
    std::fs::remove_dir_all(runs).unwrap();
}
