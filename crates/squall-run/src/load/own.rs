//! Load from this process: an engine, and the interpreter of its scripts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use squall_engine::script::{RunLink, ScriptFailure, ScriptHost};
use squall_engine::{
    CompiledScenario, Engine, EngineSettings, RunningScenarios, TakenShare, limits,
};
use squall_metrics::SeriesTable;
use squall_plan::{CheckedLoad, PlanError};
use squall_protocol::Clock;

use super::{CourseChange, End, Load, LostAgent, VolumeChange};
use crate::StartError;
use crate::machine::Usage;
use crate::running::lock;

/// Time between the order to start and the start, so that all threads start at one instant.
const HEAD_START_NS: u64 = 500_000;
/// The same for an order to threads that are busy with load.
const STEER_AHEAD_NS: u64 = 5_000_000;

/// What load from this process is made with.
#[derive(Debug)]
pub(crate) struct OwnSettings {
    pub(crate) engine: EngineSettings,
    /// Scenarios by the name of their stage.
    pub(crate) scenarios: BTreeMap<String, Vec<Arc<CompiledScenario>>>,
    /// What scripts reach of the run.
    pub(crate) link: Arc<dyn RunLink>,
    /// How often the user did something to end the program, where somebody counts.
    pub(crate) interrupts: Option<Arc<AtomicUsize>>,
}

/// Load from this process.
#[derive(Debug)]
pub(crate) struct OwnLoad {
    clock: Clock,
    series: SeriesTable,
    scenarios: BTreeMap<String, Vec<Arc<CompiledScenario>>>,
    engine: Mutex<Option<Engine>>,
    scripts: Mutex<Option<Arc<dyn ScriptHost>>>,
}

impl OwnLoad {
    /// Starts the interpreter and then the I/O threads.
    ///
    /// # Errors
    /// The test's own code failed, or the system gives no threads.
    pub(crate) fn launch(settings: OwnSettings) -> Result<Self, StartError> {
        let engine = &settings.engine;
        if let Some(host) = &engine.scripts {
            let interrupts = settings.interrupts.as_deref();
            start_scripts(host, &engine.clock, settings.link, interrupts)?;
        }
        let started = Engine::start(engine);
        let load = Self {
            clock: engine.clock.clone(),
            series: engine.series.clone(),
            scenarios: settings.scenarios,
            scripts: Mutex::new(engine.scripts.clone()),
            engine: Mutex::default(),
        };
        match started {
            Ok(engine) => *lock(&load.engine) = Some(engine),
            Err(error) => {
                load.shutdown();
                return Err(error.into());
            }
        }
        Ok(load)
    }

    /// Starts this process' share of a stage at an instant.
    pub(crate) fn start_at(&self, stage: &str, start_ns: u64) -> Option<RunningScenarios> {
        let scenarios = self.scenarios.get(stage).map_or(&[][..], Vec::as_slice);
        let engine = lock(&self.engine);
        Some(engine.as_ref()?.run(scenarios, start_ns))
    }

    /// Takes over what is left of another process' share of a scenario.
    pub(crate) fn take_over(
        &self,
        stage: &str,
        scenario: &str,
        taken: &TakenShare,
    ) -> Option<RunningScenarios> {
        let scenario = self.find(stage, scenario)?;
        let engine = lock(&self.engine);
        Some(engine.as_ref()?.take_over(scenario, taken))
    }

    fn find(&self, stage: &str, name: &str) -> Option<&Arc<CompiledScenario>> {
        let mut scenarios = self.scenarios.get(stage)?.iter();
        scenarios.find(|scenario| {
            let key = self.series.scenario(scenario.id);
            key.is_some_and(|key| *key.scenario == *name)
        })
    }
}

impl Load for OwnLoad {
    fn start(&self, name: &str) -> Result<RunningScenarios, String> {
        let started = self.start_at(name, self.clock.now() + HEAD_START_NS);
        started.ok_or_else(|| "the engine has ended".to_owned())
    }

    fn set_volume(&self, change: &VolumeChange) {
        if let Some(scenario) = self.find(&change.stage, &change.scenario)
            && let Some(engine) = &*lock(&self.engine)
        {
            engine.set_volume(scenario.id, change.at_ns, change.users);
        }
    }

    fn steer(&self, change: &CourseChange) {
        if let Some(scenario) = self.find(&change.stage, &change.scenario)
            && let Some(engine) = &*lock(&self.engine)
        {
            // Who gave the order has looked whether so many are allowed.
            if let CheckedLoad::Closed { .. } = scenario.load
                && let Some(users) = change.course.peak()
            {
                limits::reserve_descriptors(users).ok();
            }
            engine.steer(scenario.id, &Arc::new(change.course.clone()));
        }
    }

    fn head_start_ns(&self) -> u64 {
        STEER_AHEAD_NS
    }

    fn end_stage(&self, name: &str) {
        if let Some(scenarios) = self.scenarios.get(name)
            && let Some(engine) = &*lock(&self.engine)
        {
            engine.end(scenarios);
        }
    }

    fn end(&self, how: End) {
        if let Some(engine) = &*lock(&self.engine) {
            match how {
                End::Gracefully => engine.stop(),
                End::AtOnce => engine.abort(),
            }
        }
    }

    fn flush(&self) {
        if let Some(engine) = &*lock(&self.engine) {
            engine.flush();
        }
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }

    fn lost(&self) -> Vec<LostAgent> {
        Vec::new()
    }

    fn shutdown(&self) -> Vec<PlanError> {
        let engine = lock(&self.engine).take();
        if let Some(mut engine) = engine {
            engine.shutdown();
        }
        let scripts = lock(&self.scripts).take();
        let finished = scripts.map_or(Ok(()), |scripts| scripts.finish());
        finished
            .err()
            .map(|failure| script_error(&failure))
            .into_iter()
            .collect()
    }
}

/// How often a start looks whether the user has given up.
const LOOK: Duration = Duration::from_millis(20);

/// Starts the scripts; on a thread of its own where somebody may give up, as nobody knows how long the test's code takes.
fn start_scripts(
    host: &Arc<dyn ScriptHost>,
    clock: &Clock,
    link: Arc<dyn RunLink>,
    interrupts: Option<&AtomicUsize>,
) -> Result<(), StartError> {
    let Some(interrupts) = interrupts else {
        return host.start(clock, link).map_err(StartError::Script);
    };
    let (sender, started) = channel();
    let (own, clock) = (Arc::clone(host), clock.clone());
    let body = move || drop(sender.send(own.start(&clock, link)));
    let spawned = std::thread::Builder::new()
        .name("squall-startup".to_owned())
        .spawn(body);
    spawned.map_err(|error| {
        StartError::Script(ScriptFailure {
            message: format!("the system gives no thread for the start of the test: {error}"),
            detail: String::new(),
        })
    })?;
    loop {
        match started.recv_timeout(LOOK) {
            Ok(result) => return result.map_err(StartError::Script),
            Err(RecvTimeoutError::Timeout) if interrupts.load(Ordering::Relaxed) == 0 => {}
            Err(_) => {
                host.give_up_start();
                return Err(StartError::Interrupted);
            }
        }
    }
}

/// Makes an error of what a script says.
pub(crate) fn script_error(failure: &ScriptFailure) -> PlanError {
    let mut message = failure.message.clone();
    if !failure.detail.is_empty() {
        message.push('\n');
        message.push_str(failure.detail.trim_end());
    }
    PlanError::new("", message)
}
