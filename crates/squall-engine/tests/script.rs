//! Scripts: whoever runs iterations that a flow cannot express is counted and timed like a flow.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;
use squall_engine::script::{Iteration, ScriptFailure, ScriptHost, ScriptRequest};
use squall_engine::{
    CompiledScenario, Engine, EngineSettings, Environment, PartKind, PartSink, ScriptUser,
};
use squall_http::RequestDefaults;
use squall_metrics::{
    Interval, IntervalPart, Outcome, RunTotals, ScenarioKey, SeriesId, SeriesKey, SeriesKind,
    SeriesTable,
};
use squall_plan::{CheckedKind, CheckedLoad, Plan, Step};
use squall_protocol::Clock;
use squall_protocol::values::Scope;
use squall_target::{RunningTarget, Target, TargetConfig};

/// Sends one request, sometimes fails then, and sends another one.
#[derive(Debug)]
struct TwoRequests {
    requests: Vec<ScriptRequest>,
    series: Vec<SeriesId>,
    outcomes: Mutex<Vec<(u64, Vec<Outcome>)>>,
}

impl ScriptHost for TwoRequests {
    fn iterate<'a>(&'a self, user: &'a mut ScriptUser<'_>) -> Iteration<'a> {
        Box::pin(async move {
            let iteration = user.bindings().ids().iteration;
            let mut outcomes = vec![user.send(&self.requests[0], self.series[0]).await];
            if iteration.is_multiple_of(3) {
                return Err(ScriptFailure {
                    message: "KeyError: 'token'".to_owned(),
                    detail: format!("in iteration {iteration}"),
                });
            }
            outcomes.push(user.send(&self.requests[1], self.series[1]).await);
            self.outcomes.lock().unwrap().push((iteration, outcomes));
            Ok(())
        })
    }
}

/// Adds up what all threads hand over.
#[derive(Debug, Default)]
struct Sum(Mutex<BTreeMap<u64, Interval>>);

impl PartSink for Sum {
    fn take(&self, part: IntervalPart, _: PartKind) {
        let mut intervals = self.0.lock().unwrap();
        let interval = intervals.entry(part.index);
        interval
            .or_insert_with(|| Interval::new(part.index))
            .merge(&part);
    }
}

/// A stage whose requests and load a script uses.
struct Script {
    target: RunningTarget,
    table: SeriesTable,
    host: Arc<TwoRequests>,
    scenario: Arc<CompiledScenario>,
}

impl Script {
    fn new(load: &serde_json::Value, urls: [&str; 2]) -> Self {
        let config = TargetConfig {
            threads: 1,
            ..TargetConfig::default()
        };
        let target = Target::start(config).unwrap();
        let flow = urls.map(|url| json!({"http": {"url": url}}));
        let plan = Plan::from_value(json!({
            "version": 1, "name": "script", "http": {"base_url": format!("http://{}", target.http_addr())},
            "stages": {"load": {"execute": {"scenarios": {"script": {"load": load, "flow": flow}}}}},
        }));
        let checked = plan.unwrap().check().unwrap();
        let CheckedKind::Execute(execute) = &checked.stages[0].kind else {
            panic!("the stage sends load");
        };
        let table = SeriesTable::default();
        let mut environment = Environment {
            pools: HashMap::new(),
            data_uses: Vec::new(),
            series: table.clone(),
            base_dir: ".".into(),
            users: 0,
        };
        let key = ScenarioKey {
            stage: "load".into(),
            scenario: "script".into(),
        };
        let defaults = RequestDefaults::new(&execute.http, Path::new("."));
        let mut scope = Scope::default();
        let mut host = TwoRequests {
            requests: Vec::new(),
            series: Vec::new(),
            outcomes: Mutex::default(),
        };
        for step in &execute.scenarios[0].flow {
            let Step::Http(request) = step else {
                panic!("{step:?} is not a request");
            };
            let request = ScriptRequest::compile(request, &defaults, &mut scope).unwrap();
            host.series.push(table.intern(SeriesKey {
                stage: Arc::clone(&key.stage),
                scenario: Arc::clone(&key.scenario),
                name: request.name().into(),
                kind: SeriesKind::Operation,
            }));
            host.requests.push(request);
        }
        let host = Arc::new(host);
        let load: CheckedLoad = execute.scenarios[0].load.clone();
        let shared: Arc<dyn ScriptHost> = Arc::clone(&host) as _;
        let mut scenario = CompiledScenario::of_script(key, load, shared, &mut environment);
        scenario.scope = scope;
        Self {
            target,
            table,
            host,
            scenario: Arc::new(scenario),
        }
    }

    /// Runs the scenario; `meanwhile` is called while it runs. Returns the totals.
    fn run(&self, meanwhile: impl FnOnce(&Engine)) -> RunTotals {
        let sum = Arc::new(Sum::default());
        let mut engine = Engine::start(&EngineSettings {
            threads: 2,
            seed: 1,
            clock: Clock::start(),
            wall_origin_ns: 0,
            parts: Arc::clone(&sum) as _,
            series: self.table.clone(),
            records: None,
        })
        .unwrap();
        let running = engine.run(&[Arc::clone(&self.scenario)]);
        meanwhile(&engine);
        assert!(running.wait() > 0);
        engine.shutdown();
        let mut totals = RunTotals::new(self.table.clone());
        for interval in sum.0.lock().unwrap().values() {
            totals.add(interval);
        }
        totals
    }

    /// Started, ok, failed and interrupted of a series.
    fn counts(&self, totals: &RunTotals, name: &str) -> [u64; 4] {
        let snapshot = self.table.snapshot();
        let at = snapshot.series.iter().position(|key| &*key.name == name);
        let id = SeriesId(u32::try_from(at.unwrap()).unwrap());
        totals.series(id).map_or([0; 4], |series| {
            let interrupted = series.started - series.ok - series.failed;
            [series.started, series.ok, series.failed, interrupted]
        })
    }
}

#[test]
fn iterations_of_a_script_are_counted_like_those_of_a_flow() {
    let load = json!({"iterations": {"users": 5, "shared": 60}});
    let script = Script::new(&load, ["/json", "/flaky?rate=0.25"]);
    let totals = script.run(|_| ());
    // Every third iteration fails after its first request; of the other 40, every fourth request fails.
    assert_eq!(script.counts(&totals, "GET /json"), [60, 60, 0, 0]);
    assert_eq!(script.counts(&totals, "GET /flaky"), [40, 30, 10, 0]);
    assert_eq!(script.counts(&totals, "iteration"), [60, 30, 30, 0]);
    let stats = script.target.stats();
    assert_eq!((stats.by_path["/json"], stats.by_path["/flaky"]), (60, 40));
    assert_eq!(stats.connections_accepted, 5);
}

#[test]
fn a_script_learns_how_each_of_its_requests_ended() {
    let load = json!({"iterations": {"users": 2, "per_user": 15}});
    let script = Script::new(&load, ["/", "/status/500"]);
    script.run(|_| ());
    let mut outcomes = script.host.outcomes.lock().unwrap().clone();
    outcomes.sort_by_key(|(iteration, _)| *iteration);
    let numbers: Vec<u64> = outcomes.iter().map(|(iteration, _)| *iteration).collect();
    let expect: Vec<u64> = (0..30_u64).filter(|n| !n.is_multiple_of(3)).collect();
    assert_eq!(numbers, expect);
    assert!(
        outcomes
            .iter()
            .all(|(_, two)| *two == [Outcome::Ok, Outcome::Failed])
    );
}

#[test]
fn what_a_script_raises_is_grouped_with_an_example() {
    let load = json!({"iterations": {"users": 3, "shared": 30}});
    let script = Script::new(&load, ["/", "/"]);
    let totals = script.run(|_| ());
    let snapshot = script.table.snapshot();
    let at = snapshot
        .series
        .iter()
        .position(|key| key.kind == SeriesKind::Iteration);
    let id = SeriesId(u32::try_from(at.unwrap()).unwrap());
    let failures: Vec<_> = totals
        .series(id)
        .unwrap()
        .failures
        .iter()
        .cloned()
        .collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!((&*failures[0].class, failures[0].count), ("script", 10));
    assert_eq!(failures[0].message, "KeyError: 'token'");
    assert!(
        failures[0].example.starts_with("in iteration "),
        "{failures:?}"
    );
}

#[test]
fn an_open_load_starts_scripts_when_they_are_due() {
    let load = json!({"open": {"rate": 100, "duration": "500ms", "max_users": 50}});
    let script = Script::new(&load, ["/", "/"]);
    let totals = script.run(|_| ());
    let [started, ok, failed, interrupted] = script.counts(&totals, "iteration");
    assert_eq!((started, interrupted), (50, 0));
    // Numbers 0, 3, … 48 fail.
    assert_eq!((ok, failed), (33, 17));
}

#[test]
fn an_abort_interrupts_scripts_in_the_middle() {
    let load = json!({"closed": {"users": 4, "duration": "1m"}});
    let script = Script::new(&load, ["/delay/1m", "/"]);
    let totals = script.run(|engine| {
        while script.target.stats().requests < 4 {
            std::thread::yield_now();
        }
        engine.abort();
    });
    assert_eq!(script.counts(&totals, "GET /delay/1m"), [4, 0, 0, 4]);
    assert_eq!(script.counts(&totals, "iteration"), [4, 0, 0, 4]);
}
