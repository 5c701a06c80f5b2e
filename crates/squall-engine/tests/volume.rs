//! A load whose number of virtual users is said while it goes, on the real clock.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::json;
use squall_engine::schedule::Segment;
use squall_engine::{
    CompiledScenario, Engine, EngineSettings, Environment, PartKind, PartSink, RunningScenarios,
    compile_stage,
};
use squall_metrics::{Interval, IntervalPart, ScenarioId, SeriesTable};
use squall_plan::{CheckedKind, Plan};
use squall_protocol::Clock;

const THREADS: u32 = 3;
const MAX_USERS: u32 = 20;
const S: u64 = 1_000_000_000;

/// Merges the parts of all threads, and hands over every second as it is complete.
#[derive(Debug)]
struct Seconds {
    pending: Mutex<BTreeMap<u64, (Interval, u32)>>,
    complete: mpsc::Sender<Interval>,
}

impl PartSink for Seconds {
    fn take(&self, part: IntervalPart, _: PartKind) {
        let mut pending = self.pending.lock().unwrap();
        let new = || (Interval::new(part.index), 0);
        let (interval, parts) = pending.entry(part.index).or_insert_with(new);
        interval.merge(&part);
        *parts += 1;
        if *parts == THREADS {
            let (interval, _) = pending.remove(&part.index).unwrap();
            // Nobody listens any more once the test has what it wants.
            self.complete.send(interval).ok();
        }
    }
}

/// A load of iterations that send nothing and pause for 20 ms each.
fn compiled(table: &SeriesTable) -> Vec<Arc<CompiledScenario>> {
    let load = json!({"volume": {"entry": "volume", "max_users": MAX_USERS}});
    let flow = json!([{"pause": "20ms"}]);
    let plan = json!({"version": 1, "name": "volume", "stages": {"load": {"execute": {
        "scenarios": {"all": {"load": load, "flow": flow}},
    }}}});
    let checked = Plan::from_value(plan).unwrap().check().unwrap();
    let CheckedKind::Execute(execute) = &checked.stages[0].kind else {
        panic!("the stage has scenarios");
    };
    let mut environment = Environment {
        pools: HashMap::new(),
        data_uses: Vec::new(),
        series: table.clone(),
        base_dir: PathBuf::new(),
        users: 0,
        scripts: None,
        script_count: 0,
    };
    compile_stage("load", execute, &mut environment).unwrap()
}

/// A load that goes.
struct Load {
    engine: Engine,
    running: RunningScenarios,
    scenario: ScenarioId,
    seconds: mpsc::Receiver<Interval>,
    clock: Clock,
}

fn start() -> Load {
    let (complete, seconds) = mpsc::channel();
    let (table, clock) = (SeriesTable::default(), Clock::start());
    let scenarios = compiled(&table);
    let engine = Engine::start(&EngineSettings {
        threads: THREADS,
        segment: Segment::WHOLE,
        seed: 1,
        clock: clock.clone(),
        wall_origin_ns: 0,
        parts: Arc::new(Seconds {
            pending: Mutex::default(),
            complete,
        }),
        series: table,
        sampling: None,
        records: None,
        trace: None,
        scripts: None,
    })
    .unwrap();
    let running = engine.run(&scenarios, clock.now() + 1_000_000);
    Load {
        engine,
        running,
        scenario: scenarios[0].id,
        seconds,
        clock,
    }
}

impl Load {
    fn set(&self, at_ns: u64, users: Option<u32>) {
        self.engine.set_volume(self.scenario, at_ns, users);
    }

    /// Nanoseconds since the start of the scenario.
    fn elapsed(&self) -> u64 {
        self.clock.now() - self.running.start_ns()
    }

    fn next_second(&self) -> Interval {
        self.seconds.recv_timeout(Duration::from_secs(30)).unwrap()
    }

    /// Waits for a second at whose end there are so many users.
    fn wait_for_users(&self, users: u64) -> Interval {
        for _ in 0..30 {
            let second = self.next_second();
            if second.users() == users {
                return second;
            }
        }
        panic!("there never were {users} users");
    }
}

fn started(second: &Interval) -> u64 {
    second.series.values().map(|series| series.started).sum()
}

#[test]
fn users_follow_the_number_and_the_end_ends_the_scenario() {
    let load = start();
    load.set(0, Some(7));
    load.wait_for_users(7);
    load.set(load.elapsed(), Some(2));
    let second = load.wait_for_users(2);
    assert!(started(&second) > 0, "users that stay go on");
    load.set(load.elapsed(), Some(0));
    load.wait_for_users(0);
    load.set(load.elapsed(), Some(5));
    load.wait_for_users(5);
    load.set(load.elapsed(), None);
    let start_ns = load.running.start_ns();
    assert!(load.running.wait() > start_ns);
    drop(load.engine);
    let all = load.seconds.iter().fold((0, 0), |(ok, cut), second| {
        let ended = |get: fn(&squall_metrics::SeriesPart) -> u64| -> u64 {
            second.series.values().map(get).sum()
        };
        (
            ok + ended(|part| part.ok),
            cut + ended(|part| part.interrupted),
        )
    });
    assert_eq!(all.1, 0, "iterations get to finish");
    assert!(all.0 > 0);
}

#[test]
fn a_number_does_not_hold_before_its_instant() {
    let load = start();
    let second = load.next_second();
    assert_eq!(
        (second.users(), started(&second)),
        (0, 0),
        "nobody has said a number"
    );
    load.set(load.elapsed(), Some(4));
    load.wait_for_users(4);
    load.set(load.elapsed() + 3_600 * S, Some(9));
    load.next_second();
    assert_eq!(load.next_second().users(), 4);
    load.set(load.elapsed(), None);
    load.running.wait();
}

#[test]
fn more_users_than_the_load_may_have_are_cut_and_counted_once() {
    let load = start();
    load.set(0, Some(1_000));
    let clamped = |second: &Interval| -> u64 {
        let scenarios = second.scenarios.values();
        scenarios.map(|scenario| scenario.clamped).sum()
    };
    let mut counted = 0;
    loop {
        let second = load.next_second();
        counted += clamped(&second);
        if second.users() == u64::from(MAX_USERS) {
            break;
        }
    }
    assert_eq!(counted, 1);
    load.set(load.elapsed(), None);
    load.running.wait();
}
