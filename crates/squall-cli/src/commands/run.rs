//! `squall run`.

use squall_run::{RunOptions, prepare};

use super::refuse;
use crate::args::{FileArgs, RunFileArgs};
use crate::load::{Directions, Overrides, load};
use crate::{TestLoader, execute, output};

/// Runs a test file.
pub(super) fn run(args: &RunFileArgs, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    let file = FileArgs {
        file: args.file.clone(),
        set: args.set.clone(),
        config: args.script.config.clone(),
    };
    let prepared = Overrides::of_run(args, Directions::default()).and_then(|overrides| {
        let mut test = load(&file, &overrides, loader)?;
        if !args.run.quiet {
            for note in &test.notes {
                output::note(&format!("note: {note}"));
            }
        }
        if let Some(name) = &args.run.name {
            test.plan.name.clone_from(name);
        }
        let options = options(args, &test.base_dir);
        prepare(&test.plan, options).map_err(|errors| test.place.of(errors))
    });
    match prepared {
        Ok(prepared) => execute::execute(prepared, &args.run),
        Err(errors) => Ok(refuse(&errors)),
    }
}

fn options(args: &RunFileArgs, base_dir: &std::path::Path) -> RunOptions {
    RunOptions {
        threads: args.run.threads,
        seed: args.run.seed,
        base_dir: base_dir.to_owned(),
        runs_dir: args.run.runs_dir.clone(),
        ..RunOptions::default()
    }
}
