//! Everything that can go wrong before any load, all errors at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::path::Path;
use std::sync::{Arc, Mutex};

use squall_engine::data::read_pool;
use squall_engine::{
    CompileStageError, CompiledScenario, Environment, Workload, compile_stage, limits,
};
use squall_metrics::SeriesTable;
use squall_plan::{
    CheckedExecute, CheckedKind, CheckedPlan, CheckedStage, ConnectionPolicy, FileKind, Plan,
    PlanError, PlanErrors, ReporterConfig, Source,
};
use squall_report::Reporter;
use squall_reporters::{BuildContext, build};

use crate::RunOptions;
use crate::error::{PrepareErrors, plan_error};

/// Names and reporters by index of their stage.
pub(crate) type Reporters = BTreeMap<usize, Vec<(String, Box<dyn Reporter>)>>;

/// A plan made ready to run on this machine.
#[derive(Debug)]
pub struct PreparedRun {
    pub(crate) plan: Plan,
    pub(crate) checked: CheckedPlan,
    pub(crate) options: RunOptions,
    pub(crate) seed: u64,
    pub(crate) threads: u32,
    pub(crate) series: SeriesTable,
    /// Scenarios by index of their stage.
    pub(crate) scenarios: BTreeMap<usize, Vec<Arc<CompiledScenario>>>,
    /// Reporters by index of their stage; taken when the run starts.
    pub(crate) reporters: Mutex<Reporters>,
}

/// Checks a plan and makes everything ready that needs no load: rows are read, steps compiled, certificates read, reporters made,
/// host names resolved, descriptors reserved.
///
/// # Errors
/// Everything that is wrong, each with its place.
pub fn prepare(plan: &Plan, options: RunOptions) -> Result<PreparedRun, PrepareErrors> {
    let checked = plan.check()?;
    let mut errors = missing_files(plan, &options.base_dir);
    let mut environment = Environment {
        pools: HashMap::new(),
        data_uses: checked.data_uses.clone(),
        series: SeriesTable::new(options.max_series),
        base_dir: options.base_dir.clone(),
        users: 0,
    };
    read_pools(&checked, &options.base_dir, &mut environment, &mut errors);
    stop_at(&mut errors)?;
    let mut scenarios = BTreeMap::new();
    let mut reporters = BTreeMap::new();
    for (index, stage) in checked.stages.iter().enumerate() {
        match &stage.kind {
            CheckedKind::Execute(execute) => {
                match compile_stage(&stage.name, execute, &mut environment) {
                    Ok(compiled) => drop(scenarios.insert(index, compiled)),
                    Err(error) => errors.push(compile_error(stage, &error)),
                }
            }
            CheckedKind::Submit(configs) => {
                reporters.insert(index, build_reporters(stage, configs, &mut errors));
            }
            CheckedKind::Setup | CheckedKind::Analyze => {}
        }
    }
    resolve_hosts(&checked, &scenarios, &mut errors);
    reserve_descriptors(&checked, &mut errors);
    stop_at(&mut errors)?;
    let seed = options.seed.or(plan.seed).unwrap_or_else(draw_seed);
    let threads = threads(&checked, &options);
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
        series: environment.series,
        scenarios,
        reporters: Mutex::new(reporters),
    })
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
                error,
                pool.source.as_ref(),
            )),
        }
    }
}

fn compile_error(stage: &CheckedStage, error: &CompileStageError) -> PlanError {
    let place = match error {
        CompileStageError::Step {
            place: Some(place), ..
        } => Some(place),
        _ => stage.source.as_ref(),
    };
    plan_error(&format!("stages.{}", stage.name), error, place)
}

fn build_reporters(
    stage: &CheckedStage,
    configs: &[ReporterConfig],
    errors: &mut Vec<PlanError>,
) -> Vec<(String, Box<dyn Reporter>)> {
    let base_dir = std::env::current_dir().unwrap_or_default();
    let context = BuildContext { base_dir };
    let mut reporters = Vec::new();
    for (index, config) in configs.iter().enumerate() {
        match build(&config.name, &config.settings, &context) {
            Ok(reporter) => reporters.push((config.name.clone(), reporter)),
            Err(error) => {
                let path = format!("stages.{}.submit.reporters[{index}]", stage.name);
                errors.push(plan_error(
                    &path,
                    error,
                    config.source.as_ref().or(stage.source.as_ref()),
                ));
            }
        }
    }
    reporters
}

/// Asks for the address of every host whose name does not vary.
fn resolve_hosts(
    plan: &CheckedPlan,
    scenarios: &BTreeMap<usize, Vec<Arc<CompiledScenario>>>,
    errors: &mut Vec<PlanError>,
) {
    let mut known = BTreeSet::new();
    for (index, scenarios) in scenarios {
        for scenario in scenarios {
            let connect = scenario.http.connect_settings();
            let Workload::Flow(program) = &scenario.workload else {
                continue;
            };
            if connect.unix_socket.is_some() {
                continue;
            }
            for origin in program.origins() {
                let (host, port) = connect.target(origin);
                if host.parse::<IpAddr>().is_ok() || !known.insert(host.to_owned()) {
                    continue;
                }
                if let Err(error) = (host, port).to_socket_addrs() {
                    let stage = &plan.stages[*index];
                    errors.push(unresolved(stage, host, &error));
                }
            }
        }
    }
}

fn unresolved(stage: &CheckedStage, host: &str, error: &std::io::Error) -> PlanError {
    let text = error.to_string();
    let reason = text.rsplit(": ").next().unwrap_or_default();
    let error = plan_error(
        &format!("stages.{}", stage.name),
        format!("host `{host}` does not resolve: {reason}"),
        first_source(stage).or(stage.source.as_ref()),
    );
    error
        .with_hint("check the spelling of the URL, or give an address with `connect_to`".to_owned())
}

/// Returns where the first scenario of a stage was written.
fn first_source(stage: &CheckedStage) -> Option<&Source> {
    match &stage.kind {
        CheckedKind::Execute(execute) => execute
            .scenarios
            .iter()
            .find_map(|scenario| scenario.source.as_ref()),
        _ => None,
    }
}

fn reserve_descriptors(plan: &CheckedPlan, errors: &mut Vec<PlanError>) {
    let needed: Vec<u64> = plan.stages.iter().map(connections).collect();
    let mut most = (0, 0);
    for (index, own) in needed.iter().enumerate().filter(|(_, own)| **own > 0) {
        let others = needed
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index && !ordered(plan, index, *other));
        let together = own + others.map(|(_, needed)| needed).sum::<u64>();
        most = most.max((together, index));
    }
    if let Err(allowed) = limits::reserve_descriptors(most.0) {
        let stage = &plan.stages[most.1];
        let message = format!(
            "{} virtual users need more file descriptors than the {allowed} that are allowed",
            most.0
        );
        let error = plan_error(
            &format!("stages.{}", stage.name),
            message,
            stage.source.as_ref(),
        );
        let hint = format!(
            "raise the limit with `ulimit -n {}`, or use fewer users or a shared pool",
            most.0 + 64
        );
        errors.push(error.with_hint(hint));
    }
}

/// Returns how many connections a stage may have open at once.
fn connections(stage: &CheckedStage) -> u64 {
    let CheckedKind::Execute(execute) = &stage.kind else {
        return 0;
    };
    let users = execute
        .scenarios
        .iter()
        .map(|scenario| u64::from(scenario.load.peak_users()));
    match execute.http.connections {
        ConnectionPolicy::Shared(size) => u64::from(size) * execute.scenarios.len() as u64,
        ConnectionPolicy::PerUser | ConnectionPolicy::NewEach => users.sum(),
    }
}

/// Tells whether one of two stages can only run after the other.
fn ordered(plan: &CheckedPlan, a: usize, b: usize) -> bool {
    let (early, late) = (a.min(b), a.max(b));
    let mut upstream = vec![late];
    while let Some(stage) = upstream.pop() {
        if stage == early {
            return true;
        }
        upstream.extend(&plan.stages[stage].after);
    }
    false
}

/// Returns how many I/O threads are worth having: one per core, never more than virtual users.
fn threads(plan: &CheckedPlan, options: &RunOptions) -> u32 {
    let cores = std::thread::available_parallelism()
        .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1));
    let users = plan.stages.iter().filter_map(|stage| match &stage.kind {
        CheckedKind::Execute(execute) => Some(users(execute)),
        _ => None,
    });
    options
        .threads
        .unwrap_or(cores)
        .min(users.max().unwrap_or(1))
        .max(1)
}

fn users(execute: &CheckedExecute) -> u32 {
    execute
        .scenarios
        .iter()
        .map(|scenario| scenario.load.peak_users())
        .fold(0, u32::saturating_add)
}
