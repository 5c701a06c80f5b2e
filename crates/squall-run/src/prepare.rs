//! Everything that can go wrong before any load, all errors at once.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use squall_engine::data::read_pool;
use squall_engine::{CompileStageError, CompiledScenario, Environment, compile_stage};
use squall_metrics::SeriesTable;
use squall_plan::{
    CheckedExecute, CheckedKind, CheckedLoad, CheckedPlan, CheckedStage, CheckedSubmit, FileKind,
    Plan, PlanError, PlanErrors, ReporterConfig, Step,
};
use squall_report::EventSelection;
use squall_reporters::{BuildContext, BuildError, Built, build, split_common};

use crate::descriptors::{fit_default_users, reserve_descriptors};
use crate::error::{PrepareErrors, plan_error};
use crate::hosts::resolve_hosts;
use crate::stages::Part;
use crate::{ReporterFactory, RunOptions, Targets};

/// Names and reporters by index of their stage.
pub(crate) type Reporters = BTreeMap<usize, Vec<(String, Built)>>;

/// A plan made ready to run on this machine.
#[derive(Debug)]
pub struct PreparedRun {
    pub(crate) plan: Plan,
    pub(crate) checked: CheckedPlan,
    pub(crate) options: RunOptions,
    pub(crate) seed: u64,
    /// I/O threads of each process.
    pub(crate) threads: u32,
    /// Processes that send the load; 1 is this one.
    pub(crate) processes: u32,
    pub(crate) series: SeriesTable,
    /// Scenarios by index of their stage and part.
    pub(crate) scenarios: Scenarios,
    /// Reporters by index of their stage; taken when the run starts.
    pub(crate) reporters: Mutex<Reporters>,
}

impl PreparedRun {
    /// Returns the plan as it will run, its seed filled in.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// Checks a plan and makes everything ready that needs no load: rows are read, steps compiled, certificates read, reporters made,
/// host names resolved, descriptors reserved.
///
/// # Errors
/// Everything that is wrong, each with its place.
pub fn prepare(plan: &Plan, options: RunOptions) -> Result<PreparedRun, PrepareErrors> {
    prepare_with(plan, options, build_reporters)
}

/// Prepares the load of a plan in an agent: results are reported where the run was started.
pub(crate) fn prepare_agent(
    plan: &Plan,
    options: RunOptions,
) -> Result<PreparedRun, PrepareErrors> {
    prepare_with(plan, options, |_, _, _, _| Vec::new())
}

/// Scenarios by stage and part of it.
type Scenarios = BTreeMap<(usize, Part), Vec<Arc<CompiledScenario>>>;

/// The reporters of a stage with their names.
type StageReporters = Vec<(String, Built)>;

/// Makes the reporters of a stage.
type BuildReporters =
    fn(&CheckedStage, &CheckedSubmit, &RunOptions, &mut Vec<PlanError>) -> StageReporters;

fn prepare_with(
    plan: &Plan,
    options: RunOptions,
    build_reporters: BuildReporters,
) -> Result<PreparedRun, PrepareErrors> {
    let mut checked = plan.check()?;
    fit_default_users(plan, &mut checked);
    let mut errors = missing_files(plan, &options.base_dir);
    let mut environment = Environment {
        pools: HashMap::new(),
        data_uses: checked.data_uses.clone(),
        series: SeriesTable::new(options.max_series),
        base_dir: options.base_dir.clone(),
        users: 0,
        scripts: options.scripts.clone(),
        script_count: 0,
    };
    read_pools(&checked, &options.base_dir, &mut environment, &mut errors);
    stop_at(&mut errors)?;
    let mut scenarios = BTreeMap::new();
    let mut reporters = BTreeMap::new();
    for (index, stage) in checked.stages.iter().enumerate() {
        for part in Part::of(stage) {
            let Some(execute) = part.execute(stage) else {
                continue;
            };
            match compile_stage(&stage.name, execute, &mut environment) {
                Ok(compiled) => {
                    mark_hooks(part, &compiled, &environment.series);
                    scenarios.insert((index, part), compiled);
                }
                Err(error) => errors.push(compile_error(stage, &error)),
            }
        }
        if let CheckedKind::Submit(submit) = &stage.kind {
            let built = build_reporters(stage, submit, &options, &mut errors);
            reporters.insert(index, built);
        }
    }
    if options.targets == Targets::Resolved {
        resolve_hosts(&checked, &scenarios, &mut errors);
    }
    reserve_descriptors(&checked, &mut errors);
    stop_at(&mut errors)?;
    let mut options = options;
    if environment.script_count == 0 && !asks_while_it_goes(&checked) {
        // What compiles needs no interpreter: none is started.
        options.scripts = None;
    }
    let seed = options.seed.or(plan.seed).unwrap_or_else(draw_seed);
    let (processes, threads) = split(plan, &checked, &options);
    let plan = Plan {
        seed: Some(seed),
        ..plan.clone()
    };
    Ok(PreparedRun {
        plan,
        checked,
        options,
        seed,
        threads,
        processes,
        series: environment.series,
        scenarios,
        reporters: Mutex::new(reporters),
    })
}

/// Says that hooks are no part of the load of their stage.
fn mark_hooks(part: Part, compiled: &[Arc<CompiledScenario>], series: &SeriesTable) {
    if part == Part::Hooks {
        for scenario in compiled {
            series.mark_hooks(scenario.id);
        }
    }
}

/// Draws a seed that people can type: it is printed, and stored with the run.
fn draw_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(std::process::id()) >> 32
}

fn stop_at(errors: &mut Vec<PlanError>) -> Result<(), PrepareErrors> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(PlanErrors(std::mem::take(errors)))
    }
}

fn missing_files(plan: &Plan, base_dir: &Path) -> Vec<PlanError> {
    let uses = plan
        .files()
        .into_iter()
        .filter(|file| file.kind != FileKind::Data);
    let readable =
        |file: &str| fs::File::open(base_dir.join(file)).and_then(|file| file.metadata());
    uses.filter_map(|file| match readable(&file.file) {
        Ok(metadata) if metadata.is_dir() => Some(file.error("it is a folder")),
        Ok(_) => None,
        Err(error) => Some(file.error(&error.to_string())),
    })
    .collect()
}

fn read_pools(
    plan: &CheckedPlan,
    base_dir: &Path,
    environment: &mut Environment,
    errors: &mut Vec<PlanError>,
) {
    for (name, pool) in &plan.data {
        match read_pool(pool, base_dir) {
            Ok(table) => {
                if let Err(wrong) = plan.check_rows(name, table.fields(), table.rows()) {
                    errors.extend(wrong.0);
                }
                environment
                    .pools
                    .insert(name.clone(), (Arc::new(table), pool.order));
            }
            Err(error) => errors.push(plan_error(
                &format!("data.{name}"),
                &error,
                pool.source.as_ref(),
            )),
        }
    }
}

fn compile_error(stage: &CheckedStage, error: &CompileStageError) -> PlanError {
    let place = match error {
        CompileStageError::Step {
            place: Some(place), ..
        } => Some(&**place),
        _ => stage.source.as_ref(),
    };
    plan_error(&format!("stages.{}", stage.name), error, place)
}

fn build_reporters(
    stage: &CheckedStage,
    submit: &CheckedSubmit,
    options: &RunOptions,
    errors: &mut Vec<PlanError>,
) -> StageReporters {
    let mut reporters = Vec::new();
    for (index, config) in submit.reporters.iter().enumerate() {
        let factory = options.reporters.as_deref();
        match make_reporter(config, submit.stream, factory) {
            Ok(reporter) => reporters.push((config.name.clone(), reporter)),
            Err(message) => {
                let path = format!("stages.{}.submit.reporters[{index}]", stage.name);
                let source = config.source.as_ref().or(stage.source.as_ref());
                errors.push(plan_error(&path, &message, source));
            }
        }
    }
    reporters
}

/// Makes a reporter of those that come with Squall, or else one that `factory` brings.
pub(crate) fn make_reporter(
    config: &ReporterConfig,
    streams: bool,
    factory: Option<&dyn ReporterFactory>,
) -> Result<Built, String> {
    let context = BuildContext {
        base_dir: std::env::current_dir().unwrap_or_default(),
        events: true,
        intervals: streams,
    };
    match build(&config.name, &config.settings, &context) {
        Err(unknown @ BuildError::UnknownReporter { .. }) => {
            let (delivery, own) = split_common(&config.name, &config.settings, EventSelection::All)
                .map_err(|error| error.to_string())?;
            let reporter = factory
                .and_then(|factory| factory.build(&config.name, &own))
                .unwrap_or_else(|| Err(unknown.to_string()))?;
            Ok(Built { reporter, delivery })
        }
        built => built.map_err(|error| error.to_string()),
    }
}

impl PreparedRun {
    /// Lets a count of what the user does to end the program give up a start that is under way.
    #[must_use]
    pub fn with_interrupts(mut self, interrupts: Arc<AtomicUsize>) -> Self {
        self.options.interrupts = Some(interrupts);
        self
    }

    /// Returns the scenarios of each part of a stage by its key.
    pub(crate) fn scenarios_by_stage(&self) -> BTreeMap<String, Vec<Arc<CompiledScenario>>> {
        let stages = self.scenarios.iter();
        stages
            .map(|((index, part), scenarios)| {
                let stage = &self.checked.stages[*index];
                (part.key(stage), scenarios.clone())
            })
            .collect()
    }
}

/// Returns how many processes are worth having, and how many I/O threads in each: never more than virtual users.
///
/// Code of the test needs a core for its interpreter beside the I/O thread, and an interpreter fills no more than one.
fn split(plan: &Plan, checked: &CheckedPlan, options: &RunOptions) -> (u32, u32) {
    let cores = std::thread::available_parallelism()
        .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1));
    let allowed = options.cpus.or(plan.cpus);
    let peaks = checked.stages.iter().filter_map(|stage| match &stage.kind {
        CheckedKind::Execute(execute) => Some(users(execute)),
        _ => None,
    });
    let users = peaks.max().unwrap_or(1).max(1);
    let scripts = has_scripts(plan);
    let processes = match options.processes {
        Some(asked) => asked,
        None if scripts && !options.agent.argv.is_empty() => allowed.unwrap_or(cores / 2),
        None => 1,
    };
    let processes = processes.clamp(1, users);
    let threads = match options.threads {
        Some(asked) => asked,
        None if scripts => 1,
        None => allowed.unwrap_or(cores).div_ceil(processes),
    };
    (processes, threads.clamp(1, users.div_ceil(processes)))
}

/// Tells whether a function of the test says how much load there is.
fn asks_while_it_goes(plan: &CheckedPlan) -> bool {
    let executes = plan.stages.iter().flat_map(CheckedStage::executes);
    let mut loads = executes.flat_map(|execute| execute.scenarios.iter().map(|one| &one.load));
    loads.any(|load| {
        matches!(
            load,
            CheckedLoad::Volume { .. } | CheckedLoad::Arrivals { .. }
        )
    })
}

/// Tells whether a plan needs an interpreter while its load goes.
fn has_scripts(plan: &Plan) -> bool {
    let stages = plan.stages.values();
    let scenarios = stages
        .filter_map(|stage| stage.execute.as_ref())
        .flat_map(|execute| execute.scenarios.values());
    let mut scripted = scenarios.map(|scenario| has_script(&scenario.flow));
    scripted.any(|scripted| scripted)
}

fn has_script(flow: &[Step]) -> bool {
    flow.iter().any(|step| match step {
        Step::Script(_) => true,
        Step::Http(_) | Step::Pause(_) => false,
        Step::Loop(step) => has_script(&step.steps),
        Step::If(step) => has_script(&step.then) || has_script(&step.otherwise),
        Step::Choose(step) => step
            .branches
            .values()
            .any(|branch| has_script(&branch.steps)),
        Step::Group(step) => has_script(&step.steps),
    })
}

fn users(execute: &CheckedExecute) -> u32 {
    execute
        .scenarios
        .iter()
        .map(|scenario| scenario.load.peak_users())
        .fold(0, u32::saturating_add)
}
