//! Plans with scripts, run by the engine.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};

use serde_json::{Value, json};
use squall_engine::data::read_pool;
use squall_engine::schedule::Segment;
use squall_engine::script::ScriptHost;
use squall_engine::{
    CompileStageError, CompiledScenario, Engine, EngineSettings, Environment, Exchange, PartKind,
    PartSink, compile_stage,
};
use squall_metrics::{IntervalPart, SeriesKind, SeriesPart, SeriesTable};
use squall_plan::{CheckedKind, Plan};
use squall_protocol::Clock;

use crate::player::{Play, Player};

/// Adds up all parts.
#[derive(Debug, Default)]
struct Totals(Mutex<HashMap<squall_metrics::SeriesId, SeriesPart>>);

impl PartSink for Totals {
    fn take(&self, part: IntervalPart, _: PartKind) {
        let mut totals = self.0.lock().unwrap();
        for (id, series) in &part.series {
            totals.entry(*id).or_default().merge(series);
        }
    }
}

/// A plan with one scenario.
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) threads: u32,
    pub(crate) plan: Value,
}

/// Returns a flow of one script.
pub(crate) fn script() -> Value {
    json!([{"script": {"entry": "played"}}])
}

impl Lab {
    pub(crate) fn new(base_url: &str, load: Value, flow: Value) -> Self {
        Self {
            threads: 2,
            plan: json!({
                "version": 1, "name": "scripts", "http": {"base_url": base_url},
                "stages": {"load": {"execute": {
                    "settings": {"graceful_stop": "30s"},
                    "scenarios": {"all": {"load": load, "flow": flow}},
                }}},
            }),
        }
    }

    /// Sets a value of the plan by its place.
    pub(crate) fn with(mut self, pointer: &str, value: Value) -> Self {
        let (outer, key) = pointer.rsplit_once('/').unwrap();
        self.plan.pointer_mut(outer).unwrap()[key] = value;
        self
    }

    fn compile(
        &self,
        table: &SeriesTable,
        host: Option<Arc<dyn ScriptHost>>,
    ) -> Result<Vec<Arc<CompiledScenario>>, CompileStageError> {
        let checked = Plan::from_value(self.plan.clone())
            .unwrap()
            .check()
            .unwrap();
        let CheckedKind::Execute(execute) = &checked.stages[0].kind else {
            panic!("the stage has scenarios");
        };
        let pools = checked.data.iter().map(|(name, pool)| {
            let table = read_pool(pool, Path::new(".")).unwrap();
            (name.clone(), (Arc::new(table), pool.order))
        });
        let mut environment = Environment {
            pools: pools.collect(),
            data_uses: checked.data_uses.clone(),
            series: table.clone(),
            base_dir: PathBuf::new(),
            users: 0,
            scripts: host,
            script_count: 0,
        };
        compile_stage("load", execute, &mut environment)
    }

    /// Says why the plan cannot be compiled.
    pub(crate) fn refused(&self, host: Option<Arc<dyn ScriptHost>>) -> String {
        let refused = self.compile(&SeriesTable::default(), host).unwrap_err();
        refused.to_string()
    }

    /// Runs the plan with scripts that `play` plays.
    pub(crate) fn run(&self, play: impl Play) -> Ran {
        self.run_until(play, |engine, running| {
            running.wait();
            drop(engine);
        })
    }

    /// Runs the plan until `ended` has ended it.
    pub(crate) fn run_until(
        &self,
        play: impl Play,
        ended: impl FnOnce(Engine, squall_engine::RunningScenarios),
    ) -> Ran {
        let (table, clock) = (SeriesTable::default(), Clock::start());
        let host: Arc<dyn ScriptHost> = Arc::new(Player::new(clock.clone(), play));
        let scenarios = self.compile(&table, Some(Arc::clone(&host))).unwrap();
        let totals = Arc::new(Totals::default());
        let (trace, exchanges) = mpsc::channel();
        let parts: Arc<dyn PartSink> = totals.clone();
        let engine = Engine::start(&EngineSettings {
            threads: self.threads,
            segment: Segment::WHOLE,
            seed: 1,
            clock: clock.clone(),
            wall_origin_ns: 0,
            parts,
            series: table.clone(),
            sampling: None,
            records: None,
            trace: Some(trace),
            scripts: Some(Arc::clone(&host)),
        });
        let engine = engine.unwrap();
        let running = engine.run(&scenarios, clock.now() + 1_000_000);
        ended(engine, running);
        host.finish().unwrap();
        let totals = std::mem::take(&mut *totals.0.lock().unwrap());
        let named = totals.into_iter().map(|(id, part)| {
            let key = table.key(id).unwrap();
            ((kind_name(key.kind), key.name.to_string()), part)
        });
        Ran {
            series: named.collect(),
            exchanges: exchanges.try_iter().collect(),
        }
    }
}

fn kind_name(kind: SeriesKind) -> &'static str {
    match kind {
        SeriesKind::Operation => "operation",
        SeriesKind::Transaction => "transaction",
        SeriesKind::Iteration => "iteration",
        SeriesKind::Metric => "metric",
    }
}

/// What a run counted.
#[derive(Debug)]
pub(crate) struct Ran {
    series: BTreeMap<(&'static str, String), SeriesPart>,
    pub(crate) exchanges: Vec<Exchange>,
}

impl Ran {
    /// Returns what one series counted; all series add up.
    #[track_caller]
    pub(crate) fn series(&self, kind: &'static str, name: &str) -> SeriesPart {
        for ((kind, name), part) in &self.series {
            let ended = part.ok + part.failed + part.interrupted;
            assert_eq!(part.started, ended, "{kind} {name}: {part:?}");
        }
        let found = self.series.get(&(kind, name.to_owned()));
        found.cloned().unwrap_or_default()
    }

    /// Returns how many requests of scripts were started, and how they ended: well, not, cut short.
    #[track_caller]
    pub(crate) fn requests(&self) -> (u64, [u64; 3]) {
        counts(&self.series("operation", "request"))
    }

    /// Returns how many iterations were started, and how they ended.
    #[track_caller]
    pub(crate) fn iterations(&self) -> (u64, [u64; 3]) {
        counts(&self.series("iteration", "iteration"))
    }
}

pub(crate) fn counts(part: &SeriesPart) -> (u64, [u64; 3]) {
    (part.started, [part.ok, part.failed, part.interrupted])
}
