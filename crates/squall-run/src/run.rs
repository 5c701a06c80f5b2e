//! The life of a run: from a prepared plan to a stored summary.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Zoned;
use squall_metrics::summary::{Summary, VerdictStatus};
use squall_plan::{CheckedKind, Plan};
use squall_protocol::Clock;
use squall_report::{Lifecycle, LifecycleRecord, RunRecord, WallTime};

use crate::aggregate::{Aggregator, Outlet, Processes};
use crate::control::{Controls, Remote};
use crate::ending::Ending;
use crate::load::{End, LoadParts};
use crate::machine::{CpuMeter, usage};
use crate::meter::RunMeter;
use crate::prepare::PreparedRun;
use crate::reporting::{Openings, Reporting, Upstream};
use crate::resend::{SPOOL, without_secrets};
use crate::running::{Running, lock};
use crate::snapshot::Snapshot;
use crate::stages::{Board, upstream};
use crate::store::{IntervalFile, RunDirectory};
use crate::system::SystemMonitor;
use crate::thresholds::{Judging, Phases};
use crate::{StartError, summarize};

/// A run that goes on.
#[derive(Debug)]
pub struct RunHandle {
    running: Arc<Running>,
    thread: Option<JoinHandle<()>>,
}

/// A run that has ended.
#[derive(Clone, Debug)]
pub struct FinishedRun {
    /// Its numbers.
    pub summary: Summary,
    /// Where it is stored.
    pub directory: PathBuf,
    /// Whether the user stopped it.
    pub stopped: bool,
}

impl RunHandle {
    /// Starts a run: its directory, its reporters, its I/O threads, and then its stages on a thread of their own.
    ///
    /// # Errors
    /// The directory cannot be made, a reporter does not open, or the system gives no threads.
    pub fn start(run: PreparedRun) -> Result<Self, StartError> {
        let id = run_id(&run.plan.name, run.seed);
        let directory =
            RunDirectory::create(&run.options.runs_dir, &id, &without_secrets(&run.plan))?;
        let (wall, clock) = (SystemTime::now(), Clock::start());
        let reporting = Arc::new(open_reporters(&run, record(&run, &id, wall), &directory)?);
        let store_error = |source| StartError::Store {
            path: directory.path().to_owned(),
            source,
        };
        let file = directory.intervals().map_err(store_error)?;
        let ending = Arc::new(Ending::default());
        let board = Arc::new(Board::new(&run.checked));
        let aggregator =
            aggregator(&run, file, (&ending, &reporting, &board, &clock)).map_err(store_error)?;
        let usage_before = usage();
        let parts = LoadParts {
            clock: clock.clone(),
            wall_origin_ns: unix_ns(wall),
            aggregator: &aggregator,
            reporting: &reporting,
            ending: &ending,
        };
        let load = parts.launch(&run)?;
        ending.of(Arc::downgrade(&load));
        let running = Arc::new(Running {
            id,
            started_at: WallTime::from(wall).to_string(),
            clock,
            usage_before,
            load,
            aggregator: Mutex::new(Some(aggregator)),
            ended: OnceLock::new(),
            reporting,
            board,
            directory,
            ending,
            last_errors: Mutex::default(),
            cpu: Mutex::new(CpuMeter::new(usage_before)),
            custom_metrics: Mutex::default(),
            system: SystemMonitor::default(),
            controls: Controls::new(),
            run,
        });
        let body = Arc::clone(&running);
        let spawned = std::thread::Builder::new()
            .name("squall-run".to_owned())
            .spawn(move || body.execute());
        let store = |source| StartError::Store {
            path: running.directory.path().to_owned(),
            source,
        };
        let thread = Some(spawned.map_err(store)?);
        Ok(Self { running, thread })
    }

    /// Returns the run's directory.
    pub fn directory(&self) -> &RunDirectory {
        &self.running.directory
    }

    /// Ends the load; what is in flight gets its grace, and everything is still reported.
    pub fn stop(&self) {
        self.running.ending.ask(End::Gracefully);
    }

    /// Ends the load at once; what is in flight counts as interrupted, and everything is still reported.
    pub fn abort(&self) {
        self.running.ending.ask(End::AtOnce);
    }

    /// Tells whether all stages have ended.
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Returns what a live view shows now.
    pub fn snapshot(&self) -> Snapshot {
        self.running.snapshot()
    }

    /// Returns how other threads look at the run and change it.
    pub fn remote(&self) -> Remote {
        Remote(Arc::clone(&self.running))
    }

    /// Waits for the end, stores the summary and returns it.
    pub fn finish(mut self) -> FinishedRun {
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; what was measured before is still here.
            thread.join().ok();
        }
        let latest = self.running.end();
        let exemplars = latest
            .exemplars
            .file(latest.totals.table(), squall_secrets::text);
        if let Err(error) = self.running.directory.store_exemplars(&exemplars) {
            tracing::error!(%error, "the exemplars could not be stored");
        }
        let summary = summarize::summary(&self.running, latest);
        if let Err(error) = self.running.directory.store_summary(&summary) {
            tracing::error!(%error, "the summary could not be stored");
        }
        FinishedRun {
            summary,
            directory: self.running.directory.path().to_owned(),
            stopped: self.running.ending.by_user(),
        }
    }
}

/// Opens the reporters, and tells them that the run begins.
fn open_reporters(
    run: &PreparedRun,
    record: RunRecord,
    directory: &RunDirectory,
) -> Result<Reporting, StartError> {
    let reporters = std::mem::take(&mut *lock(&run.reporters));
    let results = |stage| Upstream {
        stages: upstream(&run.checked, stage),
        streams: streams(run, stage),
    };
    let openings = Openings {
        when: run.options.reporters_open,
        spool: directory.path().join(SPOOL),
        processes: run.processes,
    };
    let reporting = Reporting::start(reporters, record, (&run.series, &openings), results)?;
    reporting.lifecycle(&begun(&reporting, &run.plan));
    Ok(reporting)
}

impl FinishedRun {
    /// Tells whether the verdict is `passed`.
    pub fn passed(&self) -> bool {
        self.summary.verdict.status == VerdictStatus::Passed
    }
}

/// Who is told by the aggregator, and who tells it when stages ran.
type Around<'a> = (
    &'a Arc<Ending>,
    &'a Arc<Reporting>,
    &'a Arc<Board>,
    &'a Clock,
);

fn aggregator(
    run: &PreparedRun,
    file: IntervalFile,
    (ending, reporting, board, clock): Around<'_>,
) -> io::Result<Aggregator> {
    let processes = Processes {
        count: run.processes,
        threads: run.threads,
    };
    let outlet = Outlet {
        file,
        fail_fast: run.options.fail_fast.then(|| Arc::clone(ending)),
        ending: Arc::clone(ending),
        judging: Judging::new(&run.checked, run.series.clone(), Arc::clone(board)),
        has_phases: Phases::of(&run.checked).any(),
        reporting: Arc::clone(reporting),
        meter: RunMeter::new(clock.clone()),
    };
    Aggregator::start(processes, run.series.clone(), outlet)
}

/// Tells whether a Submit stage sends each second while the load goes.
fn streams(run: &PreparedRun, stage: usize) -> bool {
    let kind = &run.checked.stages[stage].kind;
    matches!(kind, CheckedKind::Submit(submit) if submit.stream)
}

/// The beginning of the run, with its plan without secrets.
fn begun(reporting: &Reporting, plan: &Plan) -> LifecycleRecord {
    let plan = serde_json::to_value(without_secrets(plan))
        .ok()
        .map(|mut plan| {
            squall_secrets::document(&mut plan);
            Box::new(plan)
        });
    LifecycleRecord {
        plan,
        ..reporting.moment(Lifecycle::RunStarted, "", 0)
    }
}

fn record(run: &PreparedRun, id: &str, started: SystemTime) -> RunRecord {
    RunRecord {
        id: id.to_owned(),
        name: run.plan.name.clone(),
        seed: run.seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: WallTime::from(started),
        tags: run.plan.tags.clone().into_iter().collect(),
        verdict: None,
        reasons: Vec::new(),
    }
}

fn unix_ns(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Names a run so that names sort by time, people recognise it, and two runs of the same second differ.
fn run_id(name: &str, seed: u64) -> String {
    let simple = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = name.chars().take(32).map(simple).collect();
    let now = Zoned::now();
    let moment = now.strftime("%Y%m%d-%H%M%S");
    let mark =
        (seed ^ u64::from(std::process::id()) ^ u64::from(now.subsec_nanosecond().unsigned_abs()))
            & 0xffff;
    format!("{moment}-{}-{mark:04x}", name.trim_matches('-'))
}
