//! A run with its live view, Ctrl-C and summary.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use squall_run::{FinishedRun, PreparedRun, RunHandle, Snapshot, StageStatus};
use squall_view::live::{
    ErrorGroup, GeneratorState, LiveState, LiveView, Percentiles, Progress, ReporterState,
    SeriesState, Size, StageState, StageStatus as Shown,
};
use squall_view::{Theme, summary};

use crate::args::{ProgressArg, RunArgs};
use crate::log::RunLog;
use crate::{exit, output};

/// How often the end of the run and Ctrl-C are looked for.
const LOOK: Duration = Duration::from_millis(20);
/// How many looks pass between two frames.
const FRAME: u32 = 10;

/// Runs a prepared plan to its end and returns the exit code.
pub(crate) fn execute(run: PreparedRun, args: &RunArgs) -> anyhow::Result<u8> {
    let interrupts = count_interrupts()?;
    let log = RunLog::install();
    let handle = RunHandle::start(run)?;
    log.write_to(handle.directory().open_log());
    watch(&handle, args, &interrupts);
    let finished = handle.finish();
    if let Some(path) = &args.summary {
        squall_run::store::write_json(path, &finished.summary)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    show(&finished, args);
    Ok(exit::of_run(&finished))
}

/// Counts SIGINT and SIGTERM from now on.
fn count_interrupts() -> anyhow::Result<Arc<AtomicUsize>> {
    let count = Arc::new(AtomicUsize::new(0));
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let counted = Arc::clone(&count);
    std::thread::Builder::new()
        .name("squall-signals".to_owned())
        .spawn(move || {
            for _ in signals.forever() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        })?;
    Ok(count)
}

/// Shows the run while it goes; the first Ctrl-C stops it gracefully, the second at once.
fn watch(handle: &RunHandle, args: &RunArgs, interrupts: &AtomicUsize) {
    let size = || Size::of(&std::io::stderr()).unwrap_or(Size::UNLIMITED);
    let stream = std::io::stderr();
    let mut view = LiveView::new(
        progress(args),
        stream,
        Theme::for_stream(&std::io::stderr()),
        Box::new(size),
    );
    let (mut seen, mut looks) = (0, 0_u32);
    while !handle.is_finished() {
        let now = interrupts.load(Ordering::Relaxed);
        if now > seen {
            if seen == 0 && now == 1 {
                view.message("stopping: what is in flight may finish; Ctrl-C again stops at once");
                handle.stop();
            } else {
                handle.abort();
            }
            seen = now;
        }
        if looks % FRAME == 0 {
            view.update(&live_state(handle.snapshot()));
        }
        looks = looks.wrapping_add(1);
        std::thread::sleep(LOOK);
    }
    // A terminal that is gone cannot be told.
    view.finish().ok();
}

fn progress(args: &RunArgs) -> Progress {
    match args.progress {
        _ if args.quiet => Progress::None,
        Some(ProgressArg::Screen) => Progress::Screen,
        Some(ProgressArg::Plain) => Progress::Plain,
        Some(ProgressArg::None) => Progress::None,
        None if output::has_screen() => Progress::Screen,
        None => Progress::Plain,
    }
}

fn show(run: &FinishedRun, args: &RunArgs) {
    if args.quiet {
        if !run.passed() {
            run.summary
                .verdict
                .reasons
                .iter()
                .for_each(|reason| output::error(&format!("error: {reason}")));
        }
        return;
    }
    let stored = shown_path(&run.directory);
    let settings = summary::Settings {
        columns: output::columns(),
        theme: output::theme(),
        stored: Some(&stored),
    };
    output::print(&summary::render(&run.summary, &settings));
}

fn shown_path(path: &Path) -> String {
    path.display().to_string()
}

fn live_state(snapshot: Snapshot) -> LiveState {
    LiveState {
        name: snapshot.name,
        stages: snapshot
            .stages
            .into_iter()
            .map(|stage| StageState {
                name: stage.name,
                status: match stage.status {
                    StageStatus::Waiting => Shown::Waiting,
                    StageStatus::Running => Shown::Running,
                    StageStatus::Completed => Shown::Completed,
                    StageStatus::Failed | StageStatus::Skipped | StageStatus::Interrupted => {
                        Shown::Failed
                    }
                },
                started_s: stage.started_s,
                elapsed_s: stage.elapsed_s,
                planned_s: stage.planned_s,
            })
            .collect(),
        elapsed_s: snapshot.elapsed_s,
        planned_s: snapshot.planned_s,
        asked_rate: snapshot.asked_rate,
        iteration_rate: Some(snapshot.iteration_rate),
        rate: snapshot.rate,
        history: snapshot.history,
        in_flight: snapshot.in_flight,
        users: snapshot.users,
        ok: snapshot.ok,
        failed: snapshot.failed,
        interrupted: snapshot.interrupted,
        dropped: snapshot.dropped,
        response: snapshot.response_ms.map(percentiles),
        errors: snapshot
            .errors
            .into_iter()
            .map(|error| ErrorGroup {
                class: error.class,
                message: error.message,
                count: error.count,
            })
            .collect(),
        generator: GeneratorState {
            cpu_percent: snapshot.cpu_percent,
            busiest_thread_percent: snapshot.busiest_thread_percent,
            schedule_lag_p99_ms: snapshot.schedule_lag_p99_ms,
        },
        reporters: snapshot
            .reporters
            .into_iter()
            .map(|(name, delivered, queued, dropped)| ReporterState {
                name,
                delivered,
                queued,
                dropped,
            })
            .collect(),
        series: snapshot
            .series
            .into_iter()
            .map(|(name, rate, failed, response)| SeriesState {
                name,
                rate,
                failed,
                response: response.map(percentiles),
            })
            .collect(),
    }
}

fn percentiles([p50, p95, p99]: [f64; 3]) -> Percentiles {
    Percentiles { p50, p95, p99 }
}
