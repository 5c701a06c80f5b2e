//! What the threads of a run share, and what they do with it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use squall_metrics::RunTotals;
use squall_plan::PlanError;
use squall_protocol::Clock;

use crate::aggregate::{Aggregator, Latest, SoFar};
use crate::control::Controls;
use crate::ending::Ending;
use crate::load::Load;
use crate::machine::{CpuMeter, Usage, usage};
use crate::prepare::PreparedRun;
use crate::reporting::Reporting;
use crate::snapshot::{Snapshot, StageStatus};
use crate::stages::{Board, CustomMetric};
use crate::store::RunDirectory;
use crate::system::{SystemMonitor, Watching};
use crate::{stages, summarize, thresholds};

/// Everything that the threads of a run share.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) run: PreparedRun,
    pub(crate) id: String,
    pub(crate) started_at: String,
    pub(crate) clock: Clock,
    /// What the process had used when the run started.
    pub(crate) usage_before: Usage,
    pub(crate) load: Arc<dyn Load>,
    pub(crate) aggregator: Mutex<Option<Aggregator>>,
    /// What the aggregator had when it ended.
    pub(crate) ended: OnceLock<Latest>,
    pub(crate) reporting: Arc<Reporting>,
    pub(crate) board: Arc<Board>,
    pub(crate) directory: RunDirectory,
    pub(crate) ending: Arc<Ending>,
    /// What went wrong in the test's own code after the load.
    pub(crate) last_errors: Mutex<Vec<PlanError>>,
    pub(crate) cpu: Mutex<CpuMeter>,
    /// Numbers that the test made of its results.
    pub(crate) custom_metrics: Mutex<Vec<CustomMetric>>,
    pub(crate) system: SystemMonitor,
    pub(crate) controls: Controls,
}

impl Running {
    /// Runs all stages and ends everything.
    pub(crate) fn execute(self: &Arc<Self>) {
        let watching = Watching::start(self);
        stages::run(self);
        if let Some(watching) = watching {
            watching.end();
        }
        self.end();
    }

    /// Ends the engine and whatever reporters are still open, and returns everything that was measured.
    pub(crate) fn end(&self) -> &Latest {
        let errors = self.load.shutdown();
        lock(&self.last_errors).extend(errors);
        let open = self.reporting.open_stages();
        for stage in open {
            stages::deliver(self, stage, None);
        }
        let aggregator = lock(&self.aggregator).take();
        self.ended.get_or_init(|| match aggregator {
            Some(aggregator) => aggregator.finish(),
            None => Latest::empty(self.run.series.clone()),
        })
    }

    /// Returns what all processes of the run used so far.
    pub(crate) fn usage(&self) -> Usage {
        usage().with(self.load.usage())
    }

    /// Returns totals that hold everything measured until now.
    pub(crate) fn totals_now(&self) -> RunTotals {
        self.so_far().totals
    }

    /// Returns everything measured until now, and how rules stand by it.
    pub(crate) fn so_far(&self) -> SoFar {
        self.load.flush();
        match &*lock(&self.aggregator) {
            Some(aggregator) => aggregator.so_far(),
            None => SoFar {
                totals: RunTotals::new(self.run.series.clone()),
                measured: None,
                judgments: Vec::new(),
            },
        }
    }

    /// Returns what has been measured, and how many seconds are complete.
    fn measured(&self) -> (Snapshot, u64) {
        let thresholds = &self.run.checked.thresholds;
        let open = stages::open_models(&self.run);
        let read = |latest: &Latest| {
            let mut snapshot = summarize::snapshot(latest, |stage, scenario| {
                open.is_empty() || open.contains(&(stage, scenario))
            });
            snapshot.thresholds = thresholds::live(thresholds, &latest.live);
            (snapshot, latest.next)
        };
        if let Some(latest) = self.ended.get() {
            return read(latest);
        }
        lock(&self.aggregator)
            .as_ref()
            .map(|aggregator| aggregator.latest(read))
            .unwrap_or_default()
    }

    /// Returns the iterations that were due in the last complete second, against which those started in it are to be held.
    fn due(&self, seconds: u64, now: u64) -> Option<f64> {
        const SECOND_NS: u64 = 1_000_000_000;
        let end = seconds * SECOND_NS;
        let entries = self.board.entries();
        let active = entries.iter().filter_map(|entry| {
            let to_ns = match entry.status {
                StageStatus::Waiting | StageStatus::Skipped | StageStatus::LeftOut => return None,
                StageStatus::Running => now,
                StageStatus::Completed | StageStatus::Failed | StageStatus::Interrupted => {
                    entry.ended_ns
                }
            };
            let (stage, from_ns) = (entry.name.as_str(), entry.started_ns);
            Some(stages::Active {
                stage,
                from_ns,
                to_ns,
            })
        });
        let second = end.saturating_sub(SECOND_NS)..end;
        let course = |stage: &str, scenario: &str| self.controls.course(stage, scenario);
        stages::due(&self.run, active, second, course)
    }

    /// Returns what a live view shows now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let now = self.clock.now();
        let (mut snapshot, seconds) = self.measured();
        snapshot.name.clone_from(&self.run.plan.name);
        snapshot.elapsed_s = now as f64 / 1e9;
        snapshot.stages = self.board.progress(now);
        snapshot.asked_rate = self.due(seconds, now);
        // A run that is being stopped ends when what is in flight has ended, and nobody knows when.
        let stopping = self.ending.is_asked();
        if stopping {
            for stage in &mut snapshot.stages {
                stage.planned_s = None;
                stage.until_stopped = false;
            }
        } else {
            snapshot.planned_s = stages::planned_s(&self.run);
        }
        snapshot.cpu_percent = lock(&self.cpu).percent(now, || self.usage());
        snapshot.reporters = self.reporting.counts();
        snapshot.loads = self.controls.loads(self, now);
        snapshot.paused = self.controls.is_paused();
        snapshot.stopping = stopping;
        snapshot.controls = self.controls.records();
        snapshot
    }
}

/// Locks a mutex, also after a thread panicked with it: what it guards is read once more for the report.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
