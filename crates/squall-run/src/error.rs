//! Why a run cannot start.

use std::io;
use std::path::PathBuf;

use squall_cluster::SpawnError;
use squall_engine::EngineError;
use squall_engine::script::ScriptFailure;
use squall_plan::{PlanError, PlanErrors, Source};
use squall_report::StartErrors as ReporterErrors;
use thiserror::Error;

/// Everything that is wrong with a plan on this machine, found before any load.
pub type PrepareErrors = PlanErrors;

/// Why a prepared run could not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The run's directory could not be made.
    #[error("cannot create `{}`", path.display())]
    Store {
        /// The directory or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Some reporters could not be opened.
    #[error(transparent)]
    Reporters(#[from] ReporterErrors),
    /// The engine could not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The test's own code failed before the load.
    #[error("{}", .0.message)]
    Script(ScriptFailure),
    /// The agents could not be started.
    #[error("cannot start agents")]
    Agents(#[source] io::Error),
    /// An agent does not start.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// The user gave up while agents got ready.
    #[error("stopped before the load")]
    Interrupted,
    /// The test cannot run in the agents: everything that they found, each once.
    #[error(transparent)]
    Refused(PlanErrors),
}

/// Makes a plan error out of something found while preparing.
pub(crate) fn plan_error(
    path: &str,
    message: &impl ToString,
    source: Option<&Source>,
) -> PlanError {
    PlanError::new(path, message.to_string()).with_source(source.cloned())
}
