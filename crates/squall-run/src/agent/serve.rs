//! The way in.

use std::path::Path;
use std::sync::Arc;

use squall_cluster::{ServeError, transport};
use squall_engine::script::ScriptHost;
use squall_plan::PlanErrors;

pub use squall_cluster::TestFile;

use super::body::AgentBody;

/// Loads a test file again, and returns whoever runs its scripts. The plan is that of the process that started the run.
pub type LoadScripts<'a> = dyn Fn(&TestFile) -> Result<Arc<dyn ScriptHost>, PlanErrors> + Sync + 'a;

/// Serves the process that listens at `connect` until it is told to end, and returns the exit code. `load` is called on this thread,
/// and only where the plan has scripts.
///
/// SIGINT is for the process that started the run; this one was put into a process group of its own. When the other one is gone, this
/// process ends at once, wherever it is.
pub fn serve(connect: &Path, load: &LoadScripts<'_>) -> u8 {
    let served = transport::connect(connect)
        .map_err(ServeError::from)
        .and_then(|connection| {
            let agent = AgentBody::new(load);
            squall_cluster::serve(connection, &agent, env!("CARGO_PKG_VERSION"))
        });
    match served {
        Ok(()) => 0,
        Err(error) => {
            tracing::error!(%error, "the agent ends");
            1
        }
    }
}
