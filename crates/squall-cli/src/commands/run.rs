//! `squall run`, and what the commands share that run a test.

use std::ffi::OsString;

use squall_run::{AgentCommand, PrepareErrors, PreparedRun, RunOptions, prepare};

use super::refuse;
use crate::args::{FileArgs, RunFileArgs};
use crate::execute::{self, Shown};
use crate::load::{Directions, LoadedTest, Overrides, load, one_user};
use crate::{TestLoader, output};

/// Runs a test file.
pub(super) fn run(args: &RunFileArgs, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    run_test(args, Directions::default(), loader)
}

/// Runs a test in the way that a command says.
pub(super) fn run_test(
    args: &RunFileArgs,
    directions: Directions,
    loader: &dyn TestLoader,
) -> anyhow::Result<u8> {
    let debugging = directions.debugging;
    let mut shown = Shown::of_run(&args.run, args.script.messages.as_deref());
    if debugging {
        shown = shown.for_debugger();
    }
    let prepared = load_test(args, directions, loader).and_then(|mut test| {
        if debugging {
            one_user(&mut test.plan);
        }
        let mut options = options(args, &test, loader);
        if debugging {
            in_this_process(&mut options);
            // Who has looked at an exception wants to mend it, not to meet it again.
            options.fail_fast = true;
        }
        shown.connect(&mut options);
        prepare_test(&test, options)
    });
    match prepared {
        Ok(prepared) => {
            loader.show_prints(shown.prints());
            let code = execute::execute(prepared, &shown);
            loader.show_prints(None);
            code
        }
        Err(errors) => Ok(refuse(&errors)),
    }
}

/// Loads a test, and notes what of the options has no effect on it.
pub(super) fn load_test(
    args: &RunFileArgs,
    directions: Directions,
    loader: &dyn TestLoader,
) -> Result<LoadedTest, PrepareErrors> {
    let file = FileArgs {
        file: args.file.clone(),
        set: args.set.clone(),
        config: args.script.config.clone(),
    };
    let overrides = Overrides::of_run(args, directions)?;
    let mut test = load(&file, &overrides, loader)?;
    if !args.run.quiet {
        for note in &test.notes {
            output::note(&format!("note: {note}"));
        }
    }
    if let Some(name) = &args.run.name {
        test.plan.name.clone_from(name);
    }
    Ok(test)
}

/// Prepares a loaded test; errors that do not say where they are get its file.
pub(super) fn prepare_test(
    test: &LoadedTest,
    options: RunOptions,
) -> Result<PreparedRun, PrepareErrors> {
    prepare(&test.plan, options).map_err(|errors| test.place.of(errors))
}

/// Returns what a run is told beside its plan.
pub(super) fn options(
    args: &RunFileArgs,
    test: &LoadedTest,
    loader: &dyn TestLoader,
) -> RunOptions {
    RunOptions {
        threads: args.run.threads,
        seed: args.run.seed,
        base_dir: test.base_dir.clone(),
        runs_dir: args.run.runs_dir.clone(),
        scripts: test.scripts(loader),
        reporters: loader.reporters(),
        processes: args.script.processes,
        agent: agent(test, loader),
        fail_fast: args.script.fail_fast,
        ..RunOptions::default()
    }
}

/// Returns how other processes load the same test.
fn agent(test: &LoadedTest, loader: &dyn TestLoader) -> AgentCommand {
    match &test.origin {
        Some(origin) => AgentCommand {
            argv: agent_argv(loader),
            file: origin.file.clone(),
            name: origin.name.clone(),
            overrides: origin.overrides.clone(),
        },
        None => AgentCommand::default(),
    }
}

/// Returns what starts an agent; nothing where this program cannot start itself.
fn agent_argv(loader: &dyn TestLoader) -> Vec<OsString> {
    let mut argv = loader.agent_command();
    if !argv.is_empty() {
        argv.push("agent".into());
    }
    argv
}

/// Keeps scripts in this process, where a debugger has the terminal.
pub(super) fn in_this_process(options: &mut RunOptions) {
    options.processes = Some(1);
    options.threads = Some(1);
}
