//! `squall agent`: a part of the load of another process.

use std::path::PathBuf;

use squall_run::agent::{TestFile, serve};

use crate::TestLoader;
use crate::args::AgentArgs;
use crate::load::{Origin, load_scripts};
use crate::log::RunLog;

/// Serves the process that started this one until it is told to end, and returns the exit code.
pub(super) fn run(args: &AgentArgs, loader: &dyn TestLoader) -> u8 {
    // There is no directory of a run here: what is logged is seen where `SQUALL_LOG` sends it to standard error.
    RunLog::install().discard();
    serve(&args.connect, &|test: &TestFile| {
        let origin = Origin {
            file: PathBuf::from(&test.file),
            name: test.name.clone(),
            overrides: test.overrides.clone(),
        };
        load_scripts(&origin, loader)
    })
}
