//! `squall run`, and what the commands share that run a test.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use squall_run::{
    AgentCommand, Opening, PrepareErrors, PreparedRun, RunOptions, Targets, connections, prepare,
};

use squall_store::repository::commit_of;
use squall_ui::StartOptions;

use super::refuse;
use crate::args::{FileArgs, Format, GraphRunArgs, RunArgs, RunFileArgs, ValidationArgs};
use crate::dashboard::Dashboard;
use crate::execute::{self, Shown};
use crate::load::{Directions, LoadedTest, Overrides, Typed, adjust, load, one_user};
use crate::{TestLoader, exit, output};

/// Runs a test file.
pub(super) fn run(args: &RunFileArgs, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    run_test(args, Directions::default(), loader)
}

/// Runs a graph, after a connection to each of its targets.
pub(super) fn run_graph(args: &GraphRunArgs, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    let way = Way {
        validation: Some(&args.validation),
        ..Way::default()
    };
    run_attempts(&args.run, &way, loader)
}

/// Runs a test in the way that a command says.
pub(super) fn run_test(
    args: &RunFileArgs,
    directions: Directions,
    loader: &dyn TestLoader,
) -> anyhow::Result<u8> {
    let way = Way {
        directions,
        ..Way::default()
    };
    run_attempts(args, &way, loader)
}

/// How a command runs a test.
#[derive(Default)]
pub(super) struct Way<'a> {
    directions: Directions,
    /// What somebody wants beside what the test says.
    wanted: Option<&'a StartOptions>,
    /// What is asked of the targets before the load.
    validation: Option<&'a ValidationArgs>,
}

impl<'a> Way<'a> {
    /// The way of a test that somebody starts from a browser.
    pub(super) fn wanted(options: &'a StartOptions) -> Self {
        Self {
            wanted: Some(options),
            ..Self::default()
        }
    }
}

/// Runs a test again as long as it fails and may.
fn run_attempts(args: &RunFileArgs, way: &Way<'_>, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    if args.run.results.format == Format::Json {
        output::keep_for_document()?;
    }
    Dashboard::beside(
        &args.dashboard,
        &args.run.runs_dir,
        |interrupts, dashboard| attempts(args, way, (interrupts, dashboard), loader),
    )
}

/// Who may end a run, and where it is shown.
type Around<'a> = (&'a Arc<AtomicUsize>, Option<&'a Dashboard>);

fn attempts(
    args: &RunFileArgs,
    way: &Way<'_>,
    around: Around<'_>,
    loader: &dyn TestLoader,
) -> anyhow::Result<u8> {
    let attempts = args.stages.retries.saturating_add(1);
    for attempt in 1..attempts {
        let code = run_once(args, way, around, loader)?;
        if code != exit::FAILED {
            return Ok(code);
        }
        retried(attempt, attempts);
    }
    run_once(args, way, around, loader)
}

/// Says that a test runs again.
pub(super) fn retried(attempt: u32, attempts: u32) {
    output::note(&format!(
        "note: attempt {attempt} of {attempts} failed; the test runs again, as a run of its own"
    ));
}

fn run_once(
    args: &RunFileArgs,
    way: &Way<'_>,
    (interrupts, dashboard): Around<'_>,
    loader: &dyn TestLoader,
) -> anyhow::Result<u8> {
    let mut shown = Shown::of_run(&args.run, args.script.messages.as_deref());
    shown = shown.with_interrupts(interrupts).with_dashboard(dashboard);
    if way.directions.debugging {
        shown = shown.for_debugger();
    }
    let prepared = match ready(args, way, &mut shown, loader) {
        Ok(prepared) => prepared,
        Err(errors) => return Ok(refuse(&errors)),
    };
    if let Some(validation) = way.validation
        && let Some(code) = validate(&prepared, validation, interrupts)?
    {
        return Ok(code);
    }
    go(prepared, &shown, loader)
}

/// Loads a test, and finds everything that is wrong with it and its options.
pub(super) fn ready(
    args: &RunFileArgs,
    way: &Way<'_>,
    shown: &mut Shown<'_>,
    loader: &dyn TestLoader,
) -> Result<PreparedRun, PrepareErrors> {
    let debugging = way.directions.debugging;
    load_test(args, way.directions.clone(), loader).and_then(|mut test| {
        shown.heed(&test.wishes);
        if debugging {
            one_user(&mut test.plan);
        }
        if let Some(wanted) = way.wanted {
            adjust(&mut test.plan, wanted)?;
        }
        let mut options = options(args, &test, loader);
        if debugging {
            in_this_process(&mut options);
            // Who has looked at an exception wants to mend it, not to meet it again.
            options.fail_fast = true;
        }
        if way.validation.is_some() {
            // The connections tell more than their names.
            options.targets = Targets::LeftAlone;
        }
        shown.connect(&mut options);
        let typed = Typed::add(&mut test.plan, &args.run)?;
        let prepared = prepare(&test.plan, options);
        prepared.map_err(|errors| test.place.of(typed.of(&test.plan, &args.run, errors)))
    })
}

/// Runs a test that is ready.
pub(super) fn go(
    prepared: PreparedRun,
    shown: &Shown<'_>,
    loader: &dyn TestLoader,
) -> anyhow::Result<u8> {
    loader.show_prints(shown.prints());
    let code = execute::execute(prepared, shown);
    loader.show_prints(None);
    code
}

/// Connects to each target once; returns the exit code where the run ends there.
fn validate(
    prepared: &PreparedRun,
    args: &ValidationArgs,
    interrupts: &AtomicUsize,
) -> anyhow::Result<Option<u8>> {
    let retries = args.connection_validation_retries;
    let Some(reached) = connections::connect(prepared, retries, Some(interrupts))? else {
        output::error("stopped before the load");
        return Ok(Some(exit::INTERRUPTED));
    };
    let errors = connections::unreachable(&reached);
    if errors.0.is_empty() {
        return Ok(None);
    }
    if !args.bypass_connection_validation {
        let hint = "note: `--bypass-connection-validation` runs the graph all the same";
        let code = refuse(&errors);
        output::error(hint);
        return Ok(Some(code));
    }
    for error in errors.0 {
        output::error(&format!("warning: {}", error.message));
    }
    Ok(None)
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
    let tags = overrides.tags().clone();
    test.plan.tags.extend(tags);
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
    let file = test.file();
    let folder = file.and_then(Path::parent).map(|folder| {
        // Of a file in the working directory.
        if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        }
    });
    RunOptions {
        threads: args.run.threads,
        seed: args.run.seed,
        file: file.map(|file| file.display().to_string()),
        commit: folder.and_then(commit_of),
        base_dir: test.base_dir.clone(),
        runs_dir: args.run.runs_dir.clone(),
        scripts: test.scripts(loader),
        reporters: loader.reporters(),
        processes: args.script.processes,
        cpus: args.stages.cpus,
        agent: agent(test, loader),
        fail_fast: args.script.fail_fast,
        reporters_open: opening(&args.run),
        ..RunOptions::default()
    }
}

/// Returns when reporters are opened.
pub(super) fn opening(args: &RunArgs) -> Opening {
    if args.results.no_reporter_check {
        Opening::WhenPossible
    } else {
        Opening::BeforeLoad
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
