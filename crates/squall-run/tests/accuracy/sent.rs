//! What reporters are sent: which events, traces, intervals of any length, beginnings and ends. And that a backend which is slow, or
//! gone, costs the load nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};
use squall_plan::Plan;
use squall_report::{
    Batch, Capabilities, Delivered, Event, EventKind, IntervalRecord, Lifecycle, LifecycleRecord,
    RecordKind, Reporter, ReporterError, RunRecord, ThresholdRecord,
};
use squall_run::{FinishedRun, ReporterFactory, RunHandle, RunOptions, prepare};

use crate::rig::{get, stage, target, url};

/// Everything that a reporter was sent.
#[derive(Debug, Default)]
struct Sent {
    events: Vec<Event<'static>>,
    intervals: Vec<IntervalRecord>,
    lifecycle: Vec<LifecycleRecord>,
    thresholds: Vec<ThresholdRecord>,
    run: Option<RunRecord>,
}

/// Keeps what it is sent.
#[derive(Debug)]
struct Keeper {
    sent: Arc<Mutex<Sent>>,
    traces: f64,
}

impl Reporter for Keeper {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: RecordKind::ALL.to_vec(),
            max_batch_records: None,
        }
    }

    fn trace_share(&self) -> f64 {
        self.traces
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let mut sent = self.sent.lock().unwrap();
        match batch {
            Batch::Events(events) => {
                let owned = events.iter().map(|event| {
                    let text = serde_json::to_string(&event).unwrap();
                    let text: &'static str = Box::leak(text.into_boxed_str());
                    serde_json::from_str(text).unwrap()
                });
                sent.events.extend(owned);
            }
            Batch::Intervals(batch) => sent.intervals.extend_from_slice(batch.intervals()),
            Batch::Lifecycle(batch) => sent.lifecycle.extend_from_slice(batch.records()),
            Batch::Messages(_) => {}
            Batch::Final(batch) => {
                sent.thresholds.extend_from_slice(batch.thresholds());
                sent.run = Some(batch.run().clone());
            }
        }
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        Ok(None)
    }
}

/// A backend that is as it should be, or not.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bad {
    Not,
    Hangs,
    Refuses,
    Throttles,
    Dies,
}

#[derive(Debug)]
struct Difficult(Bad);

impl Reporter for Difficult {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: RecordKind::ALL.to_vec(),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        match self.0 {
            Bad::Not => Ok(Delivered::all(batch)),
            Bad::Hangs => loop {
                std::thread::park();
            },
            Bad::Refuses => Err(ReporterError::permanent("the key is wrong")),
            Bad::Throttles => Err(ReporterError::throttled(
                "slower",
                Duration::from_millis(50),
            )),
            Bad::Dies => panic!("it died"),
        }
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        Ok(None)
    }
}

#[derive(Debug, Default)]
struct Factory {
    sent: Arc<Mutex<Sent>>,
    traces: f64,
}

impl ReporterFactory for Factory {
    fn build(
        &self,
        name: &str,
        _: &Map<String, Value>,
    ) -> Option<Result<Box<dyn Reporter>, String>> {
        let bad = match name {
            "keeper" => {
                return Some(Ok(Box::new(Keeper {
                    sent: Arc::clone(&self.sent),
                    traces: self.traces,
                })));
            }
            "takes" => Bad::Not,
            "hangs" => Bad::Hangs,
            "refuses" => Bad::Refuses,
            "throttles" => Bad::Throttles,
            "dies" => Bad::Dies,
            _ => return None,
        };
        Some(Ok(Box::new(Difficult(bad))))
    }
}

/// Runs a plan with one reporter beside its load, and returns what that was sent.
fn reported(plan: Value, settings: Value, factory: Factory) -> (FinishedRun, Sent) {
    let mut plan = plan;
    plan["stages"]["results"] = json!({
        "submit": {"reporters": [{"name": "keeper", "settings": settings}], "stream": true},
        "after": ["load"],
    });
    let sent = Arc::clone(&factory.sent);
    let finished = run(&plan, factory);
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    (finished, sent)
}

fn run(plan: &Value, factory: Factory) -> FinishedRun {
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions {
        threads: Some(2),
        reporters: Some(Arc::new(factory)),
        runs_dir: folder.path().join("runs"),
        ..RunOptions::default()
    };
    let plan = Plan::from_value(plan.clone()).unwrap();
    RunHandle::start(prepare(&plan, options).unwrap())
        .unwrap()
        .finish()
}

fn plan(base_url: &str, load: Value, flow: Value) -> Value {
    json!({
        "version": 1,
        "name": "sent",
        "http": {"base_url": base_url},
        "tags": {"team": "shop"},
        "stages": {"load": stage(load, flow)},
    })
}

/// A transaction of two requests, the first with two checks of which one never holds.
fn checkout() -> Value {
    let expect = json!({"status": "2xx", "regex": "teapot"});
    json!([{"group": {"name": "checkout", "steps": [
        {"http": {"name": "basket", "url": "/headers", "expect": expect}},
        {"http": {"name": "pay", "url": "/"}},
    ]}}])
}

fn count(events: &[Event<'_>], kind: EventKind, name: &str) -> usize {
    let own = events.iter().filter(|event| event.kind == kind);
    own.filter(|event| event.name == name).count()
}

/// Looks that transactions are around their operations, and counts them.
fn around_their_operations(events: &[Event<'_>]) -> usize {
    let of = |kind| events.iter().filter(move |event| event.kind == kind);
    for transaction in of(EventKind::Transaction) {
        assert!(transaction.name.contains("checkout"), "{transaction:?}");
        let own = of(EventKind::Operation).filter(|one| one.iteration == transaction.iteration);
        for operation in own {
            assert!(transaction.started_s <= operation.started_s);
            assert!(transaction.ended_s >= operation.ended_s);
        }
    }
    of(EventKind::Transaction).count()
}

#[test]
fn transactions_and_checks_are_events_with_the_counts_of_the_summary() {
    let target = target();
    let load = json!({"iterations": {"users": 2, "shared": 30}});
    let plan = plan(&url(&target), load, checkout());
    let (finished, sent) = reported(plan, json!({}), Factory::default());
    let events = &sent.events;
    for name in ["basket", "pay"] {
        assert_eq!(count(events, EventKind::Operation, name), 30);
    }
    assert_eq!(around_their_operations(events), 30);
    let mut checks: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for check in events.iter().filter(|event| event.kind == EventKind::Check) {
        assert_eq!(check.name, "basket");
        let name = check.check.as_deref().unwrap();
        *checks.entry((name, check.outcome.as_str())).or_default() += 1;
    }
    for check in &finished.summary.checks {
        let of = |outcome| checks.get(&(check.name.as_str(), outcome)).copied();
        assert_eq!(of("ok").unwrap_or(0), check.passed, "{checks:?}");
        assert_eq!(of("failed").unwrap_or(0), check.failed, "{checks:?}");
    }
    assert_eq!(checks.values().sum::<u64>(), 60);
    let ids: HashSet<String> = events.iter().map(|event| event.id.to_string()).collect();
    assert_eq!(ids.len(), events.len(), "every event has its own id");
    assert_eq!(sent.run.unwrap().tags["team"], "shop");
}

#[test]
fn an_iteration_that_is_traced_tells_the_target_and_its_events_make_one_tree() {
    let target = target();
    // The check holds only where the target was sent the header.
    let expect = json!({"regex": "00-[0-9a-f]{32}-[0-9a-f]{16}-01"});
    let flow = json!([{"group": {"name": "checkout", "steps": [
        {"http": {"name": "basket", "url": "/headers", "expect": expect}},
    ]}}]);
    let load = json!({"iterations": {"users": 2, "shared": 20}});
    let tracing = Factory {
        traces: 1.0,
        ..Factory::default()
    };
    let settings = json!({"events": false});
    let plan = plan(&url(&target), load, flow);
    let (finished, sent) = reported(plan.clone(), settings, tracing);
    let basket = &finished.summary.series[0];
    assert_eq!((basket.ok, basket.failed), (20, 0));
    let mut traces: HashMap<u128, Vec<&Event<'_>>> = HashMap::new();
    for event in &sent.events {
        let trace = event.trace.expect("only traced events are sent");
        traces.entry(trace.trace_id).or_default().push(event);
    }
    assert_eq!(traces.len(), 20);
    for events in traces.values() {
        let of = |kind| events.iter().find(|event| event.kind == kind).unwrap();
        let ids = |kind| of(kind).trace.unwrap();
        let (iteration, transaction, operation) = (
            ids(EventKind::Iteration),
            ids(EventKind::Transaction),
            ids(EventKind::Operation),
        );
        assert_eq!(events.len(), 3, "{events:?}");
        assert_eq!(iteration.parent_id, 0);
        assert_eq!(transaction.parent_id, iteration.span_id);
        assert_eq!(operation.parent_id, transaction.span_id);
    }
    let (finished, sent) = reported(plan, json!({}), Factory::default());
    assert_eq!(finished.summary.series[0].failed, 20, "nobody traces");
    assert!(sent.events.iter().all(|event| event.trace.is_none()));
}

#[test]
fn intervals_of_any_length_add_up_to_the_run() {
    let target = target();
    let load = json!({"open": {"rate": 200, "duration": "2500ms"}});
    let plan = plan(&url(&target), load, get("/"));
    for (interval, length) in [("1s", 1.0), ("2s", 2.0)] {
        let settings = json!({"interval": interval, "events": "failed"});
        let (finished, sent) = reported(plan.clone(), settings, Factory::default());
        let totals = &finished.summary.totals;
        let sum = |of: fn(&IntervalRecord) -> u64| sent.intervals.iter().map(of).sum::<u64>();
        assert_eq!(sum(|one| one.started), totals.started);
        assert_eq!(sum(|one| one.completed), totals.ok + totals.failed);
        assert_eq!(
            sum(|one| one.response_times.count),
            totals.ok + totals.failed
        );
        let places: HashSet<u64> = sent
            .intervals
            .iter()
            .map(|one| (one.at_s / length).round().to_bits())
            .collect();
        assert_eq!(places.len(), sent.intervals.len(), "one for each place");
        for one in &sent.intervals {
            assert!((one.at_s / length).fract().abs() < 1e-9, "{one:?}");
            assert!(one.length_s <= length, "{one:?}");
            let counted: u64 = one.response_times.values.iter().map(|(_, n)| n).sum();
            assert_eq!(counted, one.response_times.count);
        }
        assert!(sent.events.is_empty(), "none failed");
    }
}

#[test]
fn beginnings_ends_rules_and_verdict_are_told() {
    let target = target();
    let load = json!({"iterations": {"users": 1, "shared": 5}});
    let mut plan = plan(&url(&target), load, get("/"));
    plan["thresholds"] = json!([{"rule": "p95(response_time) < 0.001ms"}]);
    let (finished, sent) = reported(plan, json!({"tags": {"to": "here"}}), Factory::default());
    let told: Vec<(Lifecycle, &str)> = sent
        .lifecycle
        .iter()
        .map(|one| (one.what, one.stage.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Lifecycle::RunStarted, ""),
            (Lifecycle::StageStarted, "load"),
            (Lifecycle::StageEnded, "load"),
            (Lifecycle::StageStarted, "results"),
            (Lifecycle::RunEnded, ""),
        ]
    );
    assert!(sent.lifecycle[0].plan.is_some());
    assert_eq!(sent.lifecycle[2].status, "completed");
    let run = sent.run.unwrap();
    assert_eq!(sent.lifecycle[4].verdict, run.verdict);
    assert_eq!(run.reasons, finished.summary.verdict.reasons);
    assert_eq!((&*run.tags["team"], &*run.tags["to"]), ("shop", "here"));
    assert_eq!(sent.thresholds[0].status, "failed");
    assert_eq!(sent.thresholds[0].rule, "p95(response_time) < 0.001ms");
}

fn with(reporter: &str, mut plan: Value) -> Value {
    let settings = json!({"flush_timeout": "200ms", "batch_age": "10ms"});
    plan["stages"]["results"] = json!({
        "submit": {"reporters": [{"name": reporter, "settings": settings}], "stream": true},
        "after": ["load"],
    });
    plan
}

#[test]
fn users_get_as_much_done_whatever_a_backend_does() {
    let target = target();
    let load = json!({"closed": {"users": 2, "duration": "700ms"}});
    let done = |reporter: &str| {
        let plan = plan(&url(&target), load.clone(), get("/"));
        let summary = run(&with(reporter, plan), Factory::default()).summary;
        summary.totals.started as f64
    };
    for bad in ["hangs", "refuses", "throttles", "dies"] {
        // Side by side, since other tests take their share of the machine; half is what no reporter that is waited for would reach.
        let pairs = (0..3).map(|_| done(bad) / done("takes"));
        let mut ratios: Vec<f64> = pairs.collect();
        ratios.sort_by(f64::total_cmp);
        assert!(ratios[1] > 0.5, "{bad}: {ratios:?}");
    }
}

#[test]
fn a_backend_that_hangs_refuses_throttles_or_dies_costs_the_load_nothing() {
    let target = target();
    let load = json!({"open": {"rate": 400, "duration": "2s"}});
    for name in ["hangs", "refuses", "throttles", "dies"] {
        let plan = plan(&url(&target), load.clone(), get("/"));
        let summary = run(&with(name, plan), Factory::default()).summary;
        assert_eq!(summary.totals.started, 800, "{name}");
        let reporter = &summary.reporters[0];
        assert_eq!(
            (reporter.delivered, reporter.dropped),
            (0, 0),
            "{reporter:?}"
        );
        assert!(reporter.spooled > 800, "{reporter:?}");
    }
}
