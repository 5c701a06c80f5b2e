//! The life of a run: from a prepared plan to a stored summary.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Zoned;
use squall_engine::{Engine, EngineSettings};
use squall_metrics::RunTotals;
use squall_metrics::summary::{Summary, VerdictStatus};
use squall_protocol::Clock;
use squall_report::{RunRecord, WallTime};

use crate::aggregate::{Aggregator, Latest};
use crate::machine::{Usage, usage};
use crate::prepare::PreparedRun;
use crate::reporting::Reporting;
use crate::snapshot::{Snapshot, StageStatus};
use crate::stages::{Board, upstream};
use crate::store::RunDirectory;
use crate::{StartError, stages, summarize};

/// A run that goes on.
#[derive(Debug)]
pub struct RunHandle {
    running: Arc<Running>,
    thread: Option<JoinHandle<Latest>>,
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

/// Everything that the threads of a run share.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) run: PreparedRun,
    pub(crate) id: String,
    pub(crate) started_at: String,
    pub(crate) clock: Clock,
    pub(crate) usage_before: Usage,
    pub(crate) engine: Mutex<Option<Engine>>,
    pub(crate) aggregator: Mutex<Option<Aggregator>>,
    pub(crate) reporting: Reporting,
    pub(crate) board: Board,
    pub(crate) directory: RunDirectory,
    pub(crate) stopping: AtomicBool,
    cpu: Mutex<CpuMeter>,
}

/// CPU time at the last look, for the share in between.
#[derive(Debug, Default)]
struct CpuMeter {
    at_ns: u64,
    cpu_s: f64,
    percent: f64,
}

impl RunHandle {
    /// Starts a run: its directory, its reporters, its I/O threads, and then its stages on a thread of their own.
    ///
    /// # Errors
    /// The directory cannot be made, a reporter does not open, or the system gives no threads.
    pub fn start(run: PreparedRun) -> Result<Self, StartError> {
        let id = run_id(&run.plan.name, run.seed);
        let directory = RunDirectory::create(&run.options.runs_dir, &id, &run.plan)?;
        let reporters = std::mem::take(&mut *lock(&run.reporters));
        let (wall, clock) = (SystemTime::now(), Clock::start());
        let record = RunRecord {
            id: id.clone(),
            name: run.plan.name.clone(),
            seed: run.seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: WallTime::from(wall),
            verdict: None,
        };
        let reporting = Reporting::start(reporters, record, &run.series, |stage| {
            upstream(&run.checked, stage)
        })?;
        let store_error = |source| StartError::Store {
            path: directory.path().to_owned(),
            source,
        };
        let file = directory.intervals().map_err(store_error)?;
        let aggregator =
            Aggregator::start(run.threads, run.series.clone(), file).map_err(store_error)?;
        let engine = Engine::start(&EngineSettings {
            threads: run.threads,
            seed: run.seed,
            clock: clock.clone(),
            wall_origin_ns: unix_ns(wall),
            parts: Arc::new(aggregator.inlet()),
            records: reporting.queue(),
        })?;
        let running = Arc::new(Running {
            id,
            started_at: WallTime::from(wall).to_string(),
            clock,
            usage_before: usage(),
            engine: Mutex::new(Some(engine)),
            aggregator: Mutex::new(Some(aggregator)),
            reporting,
            board: Board::new(&run.checked),
            directory,
            stopping: AtomicBool::new(false),
            cpu: Mutex::default(),
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
        self.running.stop(Engine::stop);
    }

    /// Ends the load at once; what is in flight counts as interrupted, and everything is still reported.
    pub fn abort(&self) {
        self.running.stop(Engine::abort);
    }

    /// Tells whether all stages have ended.
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Returns what a live view shows now.
    pub fn snapshot(&self) -> Snapshot {
        self.running.snapshot()
    }

    /// Waits for the end, stores the summary and returns it.
    pub fn finish(mut self) -> FinishedRun {
        let joined = self.thread.take().and_then(|thread| thread.join().ok());
        let latest = joined.unwrap_or_else(|| self.running.end());
        let summary = summarize::summary(&self.running, &latest);
        if let Err(error) = self.running.directory.store_summary(&summary) {
            tracing::error!(%error, "the summary could not be stored");
        }
        FinishedRun {
            summary,
            directory: self.running.directory.path().to_owned(),
            stopped: self.running.stopping.load(Ordering::Relaxed),
        }
    }
}

impl Running {
    fn execute(self: &Arc<Self>) -> Latest {
        stages::run(self);
        self.end()
    }

    /// Ends the engine and whatever reporters are still open.
    fn end(&self) -> Latest {
        if let Some(mut engine) = lock(&self.engine).take() {
            engine.shutdown();
        }
        let open = self.reporting.open_stages();
        for stage in open {
            stages::deliver(self, stage);
        }
        match lock(&self.aggregator).take() {
            Some(aggregator) => aggregator.finish(),
            None => Latest::empty(self.run.series.clone()),
        }
    }

    fn stop(&self, how: impl Fn(&Engine)) {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(engine) = &*lock(&self.engine) {
            how(engine);
        }
    }

    /// Returns totals that hold everything measured until now.
    pub(crate) fn totals_now(&self) -> RunTotals {
        if let Some(engine) = &*lock(&self.engine) {
            engine.flush();
        }
        match &*lock(&self.aggregator) {
            Some(aggregator) => aggregator.totals(),
            None => RunTotals::new(self.run.series.clone()),
        }
    }

    fn snapshot(&self) -> Snapshot {
        let now = self.clock.now();
        let latest = lock(&self.aggregator)
            .as_ref()
            .map(|aggregator| aggregator.latest(Clone::clone));
        let mut snapshot = summarize::snapshot(&self.run, latest.as_ref(), now);
        snapshot.stages = self.board.progress(now);
        let load = snapshot
            .stages
            .iter()
            .filter(|stage| stage.status == StageStatus::Running);
        snapshot.asked_rate = stages::asked_rate(
            &self.run,
            load.map(|stage| (stage.name.as_str(), stage.elapsed_s)),
        );
        snapshot.planned_s = stages::planned_s(&self.run);
        snapshot.cpu_percent = self.cpu_percent(now);
        snapshot.reporters = self.reporting.counts();
        snapshot
    }

    fn cpu_percent(&self, now: u64) -> f64 {
        let mut meter = lock(&self.cpu);
        let passed = now.saturating_sub(meter.at_ns);
        if passed > Duration::from_millis(500).as_nanos() as u64 {
            let cpu_s = usage().cpu_s;
            meter.percent = (cpu_s - meter.cpu_s.max(self.usage_before.cpu_s)).max(0.0)
                / (passed as f64 / 1e9)
                * 100.0;
            (meter.at_ns, meter.cpu_s) = (now, cpu_s);
        }
        meter.percent
    }
}

impl FinishedRun {
    /// Tells whether the verdict is `passed`.
    pub fn passed(&self) -> bool {
        self.summary.verdict.status == VerdictStatus::Passed
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
