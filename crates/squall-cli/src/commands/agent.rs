//! `squall agent`: a part of the load of another process.

use std::path::PathBuf;

use squall_run::agent::{TestFile, serve};

use crate::TestLoader;
use crate::args::AgentArgs;
use crate::load::{Origin, load_scripts};
use crate::log::RunLog;

/// Serves the process that started this one until it is told to end, and returns the exit code.
pub(super) fn run(args: &AgentArgs, loader: &dyn TestLoader) -> u8 {
    RunLog::install(None).write_to_parent();
    serve(&args.connect, &|test: &TestFile| {
        let origin = Origin {
            file: PathBuf::from(&test.file),
            name: test.name.clone(),
            overrides: test.overrides.clone(),
        };
        load_scripts(&origin, loader)
    })
}
