//! Why a run cannot start.

use std::io;
use std::path::PathBuf;

use squall_engine::EngineError;
use squall_plan::{PlanError, PlanErrors, Source};
use squall_report::StartError as ReporterError;
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
    /// A reporter could not be opened.
    #[error(transparent)]
    Reporter(#[from] ReporterError),
    /// The engine could not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Makes a plan error out of something found while preparing.
pub(crate) fn plan_error(
    path: &str,
    message: &impl ToString,
    source: Option<&Source>,
) -> PlanError {
    PlanError::new(path, message.to_string()).with_source(source.cloned())
}
