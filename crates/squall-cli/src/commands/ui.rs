//! `squall ui`: stored runs in a browser, and tests that are started from there.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use squall_plan::{PlanError, PlanErrors};
use squall_ui::{Problem, StartOptions, Starts};

use super::refuse;
use super::run::{Way, go, load_test, ready, retried};
use super::stored::refused;
use crate::args::{LoadArgs, RunFileArgs, UiArgs};
use crate::browser;
use crate::dashboard::{Dashboard, wait};
use crate::execute::{Shown, count_interrupts};
use crate::load::{Directions, offer};
use crate::{TestLoader, exit, output};

/// How often Ctrl-C is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Serves the dashboard until Ctrl-C.
pub(super) fn run(args: &UiArgs, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    let interrupts = count_interrupts()?;
    match &args.test {
        Some(file) => of_test(args, &args.run_args(file), &interrupts, loader),
        None => Ok(of_stored(args, &interrupts)),
    }
}

/// Refuses options that are for a test, where there is none.
fn without_test(args: &UiArgs) -> Result<(), PlanErrors> {
    let load = LoadArgs::OPTIONS.into_iter();
    let mut typed: Vec<String> = load.filter_map(|long| args.load.typed(long)).collect();
    typed.extend(args.set.iter().map(|set| format!("--set {set}")));
    typed.extend(
        args.request
            .host
            .iter()
            .map(|host| format!("--host {host}")),
    );
    let errors: Vec<PlanError> = typed
        .into_iter()
        .map(|option| {
            let message = format!("`{option}` is for a test, and none is given");
            PlanError::new("", message).with_hint("name the test with `--test FILE`".to_owned())
        })
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(PlanErrors(errors))
    }
}

fn of_stored(args: &UiArgs, interrupts: &AtomicUsize) -> u8 {
    if let Err(errors) = without_test(args) {
        return refuse(&errors);
    }
    let runs = &args.runs.runs_dir;
    let mut place = String::new();
    if let Some(run) = &args.run {
        match squall_store::find(runs, run) {
            Ok(found) => place = format!("#run={}", found.id),
            Err(error) => return refused(&error),
        }
    }
    let dashboard = match Dashboard::alone(args.address, &args.tls, runs, None) {
        Ok((dashboard, _)) => dashboard,
        Err(errors) => return refuse(&errors),
    };
    introduce(args, &dashboard, &place);
    wait(interrupts);
    dashboard.finish(interrupts);
    exit::PASSED
}

fn of_test(
    args: &UiArgs,
    test: &RunFileArgs,
    interrupts: &Arc<AtomicUsize>,
    loader: &dyn TestLoader,
) -> anyhow::Result<u8> {
    let known = match load_test(test, Directions::default(), loader) {
        Ok(known) => known,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let offer = offer(&test.file, &known.plan, &test.stages.skip);
    let runs = &args.runs.runs_dir;
    let (dashboard, starts) = match Dashboard::alone(args.address, &args.tls, runs, Some(offer)) {
        Ok(started) => started,
        Err(errors) => return Ok(refuse(&errors)),
    };
    introduce(args, &dashboard, "");
    let code = serve(test, &starts, (&dashboard, interrupts), loader);
    dashboard.finish(interrupts);
    code
}

fn introduce(args: &UiArgs, dashboard: &Dashboard, place: &str) {
    let url = format!("{}{place}", dashboard.url());
    output::print(&format!("serving {url}\nCtrl-C stops it\n"));
    if args.open {
        browser::open(Path::new(&url));
    }
}

/// Runs the test as often as somebody starts it; returns what the last run exits with where Ctrl-C ended it.
fn serve(
    test: &RunFileArgs,
    starts: &Starts,
    (dashboard, interrupts): (&Dashboard, &Arc<AtomicUsize>),
    loader: &dyn TestLoader,
) -> anyhow::Result<u8> {
    let mut code = exit::PASSED;
    while interrupts.load(Ordering::Relaxed) == 0 {
        let request = match starts.recv_timeout(LOOK) {
            Ok(request) => request,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let wanted = request.options.clone();
        dashboard.ask(request);
        let ended = start(
            &with(test, &wanted),
            &wanted,
            (dashboard, interrupts),
            loader,
        );
        dashboard.refuse(|| {
            let problem = Problem::new("", "the run could not start");
            vec![problem.with_hint("the terminal that `squall ui` runs in says why")]
        });
        code = match ended? {
            exit::INTERRUPTED => exit::INTERRUPTED,
            _ => exit::PASSED,
        };
    }
    Ok(code)
}

/// Runs the test once, and again as long as it fails and may.
fn start(
    args: &RunFileArgs,
    wanted: &StartOptions,
    (dashboard, interrupts): (&Dashboard, &Arc<AtomicUsize>),
    loader: &dyn TestLoader,
) -> anyhow::Result<u8> {
    let mut attempt = 0;
    loop {
        let mut shown = Shown::of_run(&args.run, args.script.messages.as_deref())
            .with_interrupts(interrupts)
            .with_dashboard(Some(dashboard));
        let code = match ready(args, &Way::wanted(wanted), &mut shown, loader) {
            Ok(prepared) => go(prepared, &shown, loader)?,
            Err(errors) => {
                dashboard.refuse(|| problems(&errors));
                refuse(&errors)
            }
        };
        if code != exit::FAILED || attempt == args.stages.retries {
            return Ok(code);
        }
        attempt += 1;
        retried(attempt, args.stages.retries.saturating_add(1));
    }
}

/// Returns what `squall run` would have been told: what is wanted fills what the file leaves open.
fn with(test: &RunFileArgs, wanted: &StartOptions) -> RunFileArgs {
    let mut args = test.clone();
    let load = &mut args.load;
    load.users = wanted.users.or(load.users);
    load.rate = wanted
        .rate
        .map(|rate| format!("{rate}/s"))
        .or(load.rate.take());
    if wanted.duration.is_some() {
        load.duration.clone_from(&wanted.duration);
    }
    // It was not typed, and goes before what the file says in the end.
    load.untyped
        .extend(["users", "rate", "duration"].map(str::to_owned));
    if wanted.host.is_some() {
        args.request.host.clone_from(&wanted.host);
    }
    if let Some(skip) = &wanted.skip {
        args.stages.skip.clone_from(skip);
    }
    args
}

fn problems(errors: &PlanErrors) -> Vec<Problem> {
    errors.0.iter().cloned().map(Problem::from).collect()
}
