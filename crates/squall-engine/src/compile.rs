//! From an Execute stage of a checked plan to scenarios that run.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use squall_http::{ClientConfig, ClientConfigError, RequestDefaults};
use squall_metrics::{ScenarioKey, SeriesTable, Tags};
use squall_plan::{CheckedExecute, CheckedScenario, DataUse, Priority, RowOrder, Source};
use squall_protocol::template::CompileError;
use squall_protocol::values::{Scope, Table};
use thiserror::Error;

use crate::data::Rows;
use crate::program::{Names, ScriptCompiler, Surroundings, compile};
use crate::scenario::CompiledScenario;
use crate::script::ScriptHost;

/// Why a stage cannot be made ready.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CompileStageError {
    /// A step is wrong.
    #[error("scenario `{scenario}`: {error}")]
    Step {
        /// The scenario.
        scenario: String,
        /// What is wrong.
        error: CompileError,
        /// Where the scenario was written.
        place: Option<Box<Source>>,
    },
    /// The connection or TLS settings are wrong.
    #[error(transparent)]
    Client(#[from] ClientConfigError),
}

/// What stages share.
#[derive(Debug)]
pub struct Environment {
    /// Rows of the data pools, by name, with the order in which they are handed out.
    pub pools: HashMap<String, (Arc<Table>, RowOrder)>,
    /// Which pools are used where.
    pub data_uses: Vec<DataUse>,
    /// Numbers of the series.
    pub series: SeriesTable,
    /// Folder from which relative paths start.
    pub base_dir: PathBuf,
    /// Virtual users of the stages compiled so far.
    pub users: u64,
    /// What runs scripts, if the test has some.
    pub scripts: Option<Arc<dyn ScriptHost>>,
    /// Scripts of the stages compiled so far.
    pub script_count: u32,
}

/// Makes the scenarios of a stage ready.
///
/// # Errors
/// A data pool lacks a field that the flow uses, or a certificate file is wrong.
pub fn compile_stage(
    stage: &str,
    execute: &CheckedExecute,
    environment: &mut Environment,
) -> Result<Vec<Arc<CompiledScenario>>, CompileStageError> {
    let client = ClientConfig::new(&execute.http, &environment.base_dir)?;
    let defaults = RequestDefaults::new(&execute.http, &environment.base_dir);
    let compiled = execute.scenarios.iter().map(|scenario| {
        let compiled = compile_scenario(stage, scenario, &defaults, environment);
        let mut compiled = compiled.map_err(|error| CompileStageError::Step {
            scenario: scenario.name.clone(),
            error,
            place: scenario.source.clone().map(Box::new),
        })?;
        compiled.http = client.clone();
        compiled.graceful_stop_ns = execute.graceful_stop.as_nanos();
        compiled.outlasts_stop = execute.outlasts_stop;
        compiled.priority = execute.priority;
        Ok(Arc::new(compiled))
    });
    compiled.collect()
}

fn compile_scenario(
    stage: &str,
    scenario: &CheckedScenario,
    defaults: &RequestDefaults,
    environment: &mut Environment,
) -> Result<CompiledScenario, CompileError> {
    let names = Names {
        stage: stage.into(),
        scenario: scenario.name.as_str().into(),
        tags: Tags::new(&scenario.tags),
    };
    let used = pools_of(&names, environment);
    let mut scope = Scope::new(
        used.iter()
            .map(|(name, table, _)| (name.clone(), Arc::clone(table)))
            .collect(),
    );
    let around = Surroundings {
        names: &names,
        defaults,
        series: &environment.series,
    };
    let mut scripts = ScriptCompiler {
        host: environment.scripts.as_ref(),
        count: &mut environment.script_count,
    };
    let program = compile(&scenario.flow, &around, &mut scripts, &mut scope)?;
    let first_user = environment.users;
    environment.users += u64::from(scenario.load.peak_users());
    Ok(CompiledScenario {
        id: environment.series.intern_scenario(ScenarioKey {
            stage: names.stage,
            scenario: names.scenario,
        }),
        load: scenario.load.clone(),
        program,
        scope,
        http: ClientConfig::default(),
        graceful_stop_ns: 0,
        outlasts_stop: false,
        priority: Priority::default(),
        first_user,
        rows: used
            .iter()
            .map(|(_, table, order)| Rows {
                order: *order,
                count: table.rows(),
            })
            .collect(),
    })
}

/// Returns the pools that a scenario uses: those it does not use hand out no rows, so a *once* pool is not drained by others.
fn pools_of(names: &Names, environment: &Environment) -> Vec<(String, Arc<Table>, RowOrder)> {
    let here =
        |scenario: &(String, String)| *scenario.0 == *names.stage && *scenario.1 == *names.scenario;
    // A use in the settings counts for every scenario.
    let used = |name: &str| {
        let mut uses = environment
            .data_uses
            .iter()
            .filter(|used| used.pool == name);
        uses.any(|used| used.scenario.as_ref().is_none_or(here))
    };
    let pools = environment.pools.iter().filter(|(name, _)| used(name));
    pools
        .map(|(name, (table, order))| (name.clone(), Arc::clone(table), *order))
        .collect()
}
