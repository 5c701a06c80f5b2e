//! The graph of stages: independent ones run at the same time, dependent ones after those that they depend on.
//!
//! | a stage's dependencies | Execute | Analyze, Submit, Setup |
//! |---|---|---|
//! | all completed | starts | starts |
//! | one failed or skipped | is skipped | is skipped; reporters still get what there is when the run ends |
//! | one interrupted | is interrupted | starts: results are kept |

use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use squall_metrics::RunTotals;
use squall_plan::{CheckedKind, CheckedLoad, CheckedPlan};

use crate::prepare::PreparedRun;
use crate::run::{Running, lock};
use crate::snapshot::{StageProgress, StageStatus};
use crate::{summarize, verdict};
use squall_engine::schedule::Ramp;

const NS_PER_S: f64 = 1e9;

/// How far each stage is.
#[derive(Debug)]
pub(crate) struct Board(Mutex<Vec<Entry>>);

/// One stage's progress.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) status: StageStatus,
    pub(crate) started_ns: u64,
    pub(crate) ended_ns: u64,
    pub(crate) planned_s: Option<f64>,
    pub(crate) error: Option<String>,
}

impl Board {
    pub(crate) fn new(plan: &CheckedPlan) -> Self {
        let entries = plan.stages.iter().map(|stage| Entry {
            name: stage.name.clone(),
            status: StageStatus::Waiting,
            started_ns: 0,
            ended_ns: 0,
            planned_s: planned_of(&stage.kind),
            error: None,
        });
        Self(Mutex::new(entries.collect()))
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        lock(&self.0).clone()
    }

    pub(crate) fn progress(&self, now: u64) -> Vec<StageProgress> {
        let entries = self.entries();
        let progress = entries.into_iter().map(|entry| StageProgress {
            started_s: entry.started_ns as f64 / NS_PER_S,
            elapsed_s: entry.elapsed_s(now),
            name: entry.name,
            status: entry.status,
            planned_s: entry.planned_s,
        });
        progress.collect()
    }

    fn update(&self, index: usize, change: impl FnOnce(&mut Entry)) {
        change(&mut lock(&self.0)[index]);
    }
}

impl Entry {
    pub(crate) fn elapsed_s(&self, now: u64) -> f64 {
        let end = match self.status {
            StageStatus::Running => now,
            _ => self.ended_ns,
        };
        end.saturating_sub(self.started_ns) as f64 / NS_PER_S
    }
}

/// What a stage that ended says.
struct Outcome {
    index: usize,
    status: StageStatus,
    error: Option<String>,
}

/// Runs all stages.
pub(crate) fn run(running: &Arc<Running>) {
    let (sender, ended) = channel();
    std::thread::scope(|scope| {
        let mut active = 0_usize;
        loop {
            for index in settle(running) {
                active += 1;
                let (sender, running) = (sender.clone(), Arc::clone(running));
                scope.spawn(move || {
                    let (status, error) = run_stage(&running, index);
                    // The receiver outlives all stages.
                    sender
                        .send(Outcome {
                            index,
                            status,
                            error,
                        })
                        .ok();
                });
            }
            if active == 0 {
                break;
            }
            let Ok(outcome) = ended.recv() else { break };
            active -= 1;
            let now = running.clock.now();
            tracing::info!(
                stage = running.run.checked.stages[outcome.index].name,
                status = outcome.status.as_str(),
                "stage ended"
            );
            running.board.update(outcome.index, |entry| {
                entry.status = outcome.status;
                entry.ended_ns = now;
                entry.error = outcome.error;
            });
        }
    });
}

/// Decides what can be decided: returns the stages to start and marks those that will not run.
fn settle(running: &Running) -> Vec<usize> {
    let plan = &running.run.checked;
    let stopping = running.stopping.load(Ordering::Relaxed);
    let mut start = Vec::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        let entries = running.board.entries();
        if entries[index].status != StageStatus::Waiting {
            continue;
        }
        let is_execute = matches!(stage.kind, CheckedKind::Execute(_));
        let before: Vec<StageStatus> = stage
            .after
            .iter()
            .map(|before| entries[*before].status)
            .collect();
        let has = |wanted: &[StageStatus]| before.iter().any(|status| wanted.contains(status));
        if has(&[StageStatus::Waiting, StageStatus::Running]) {
            continue;
        }
        let now = running.clock.now();
        let skipped = |status: StageStatus, error: &str| {
            running.board.update(index, |entry| {
                (entry.status, entry.started_ns, entry.ended_ns) = (status, now, now);
                entry.error = Some(error.to_owned());
            });
        };
        if has(&[StageStatus::Failed, StageStatus::Skipped]) {
            skipped(StageStatus::Skipped, "a stage before it failed");
        } else if is_execute && (stopping || has(&[StageStatus::Interrupted])) {
            skipped(StageStatus::Interrupted, "the run was stopped before it");
        } else {
            tracing::info!(stage = stage.name, "stage started");
            running.board.update(index, |entry| {
                (entry.status, entry.started_ns) = (StageStatus::Running, now)
            });
            start.push(index);
        }
    }
    start
}

fn run_stage(running: &Running, index: usize) -> (StageStatus, Option<String>) {
    match &running.run.checked.stages[index].kind {
        CheckedKind::Setup | CheckedKind::Analyze => (StageStatus::Completed, None),
        CheckedKind::Execute(_) => execute(running, index),
        CheckedKind::Submit(_) => match deliver(running, index) {
            None => (StageStatus::Completed, None),
            Some(error) => (StageStatus::Failed, Some(error)),
        },
    }
}

fn execute(running: &Running, index: usize) -> (StageStatus, Option<String>) {
    let Some(scenarios) = running.run.scenarios.get(&index) else {
        return (StageStatus::Completed, None);
    };
    let started = lock(&running.engine)
        .as_ref()
        .map(|engine| engine.run(scenarios));
    let Some(started) = started else {
        return (StageStatus::Interrupted, None);
    };
    if running.stopping.load(Ordering::Relaxed) {
        // The order to stop may have come before the order to start.
        if let Some(engine) = &*lock(&running.engine) {
            engine.stop();
        }
    }
    running
        .board
        .update(index, |entry| entry.started_ns = started.start_ns());
    started.wait();
    if running.stopping.load(Ordering::Relaxed) {
        return (StageStatus::Interrupted, None);
    }
    let name = &running.run.checked.stages[index].name;
    match running.totals_now().stage_iterations(name).started {
        0 => (
            StageStatus::Failed,
            Some("no iteration was started".to_owned()),
        ),
        _ => (StageStatus::Completed, None),
    }
}

/// Delivers the results of all stages before a Submit stage; returns what went wrong.
pub(crate) fn deliver(running: &Running, index: usize) -> Option<String> {
    let totals: RunTotals = running.totals_now();
    let entries = running.board.entries();
    let verdict = verdict::verdict(&summarize::facts(running, &totals, None));
    let stages = upstream(&running.run.checked, index);
    let records = summarize::final_records(&totals, &stages, &verdict, |stage| {
        let entry = entries.iter().find(|entry| entry.name == stage);
        entry.map_or(0.0, |entry| entry.elapsed_s(running.clock.now()))
    });
    let reports = running.reporting.finish(index, &records);
    let lost = reports.iter().filter(|report| report.lost_data());
    let messages: Vec<String> = lost
        .map(|report| {
            let why = report
                .message
                .as_deref()
                .unwrap_or("it did not take everything");
            format!(
                "reporter `{}` lost {} records: {why}",
                report.name, report.dropped
            )
        })
        .collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

/// Returns the names of all stages before a stage.
pub(crate) fn upstream(plan: &CheckedPlan, index: usize) -> Vec<String> {
    let mut open = plan.stages[index].after.clone();
    let mut found: Vec<usize> = Vec::new();
    while let Some(stage) = open.pop() {
        if !found.contains(&stage) {
            found.push(stage);
            open.extend(&plan.stages[stage].after);
        }
    }
    found.sort_unstable();
    found
        .into_iter()
        .map(|stage| plan.stages[stage].name.clone())
        .collect()
}

fn planned_of(kind: &CheckedKind) -> Option<f64> {
    let CheckedKind::Execute(execute) = kind else {
        return None;
    };
    let loads = execute
        .scenarios
        .iter()
        .map(|scenario| match &scenario.load {
            // A number of iterations takes as long as it takes.
            CheckedLoad::Iterations { .. } => None,
            load => Some(load.duration().as_secs_f64()),
        });
    loads.fold(Some(0.0), |longest: Option<f64>, load| {
        Some(longest?.max(load?))
    })
}

/// Returns how long the longest path through the graph takes, where all its stages know.
pub(crate) fn planned_s(run: &PreparedRun) -> Option<f64> {
    let mut ends: Vec<f64> = Vec::new();
    for stage in &run.checked.stages {
        let start = stage
            .after
            .iter()
            .map(|before| ends[*before])
            .fold(0.0, f64::max);
        let own = match &stage.kind {
            kind @ CheckedKind::Execute(_) => planned_of(kind)?,
            _ => 0.0,
        };
        ends.push(start + own);
    }
    ends.into_iter().reduce(f64::max)
}

/// Returns the iterations per second that the open models of running stages ask for now.
pub(crate) fn asked_rate<'a>(
    run: &PreparedRun,
    active: impl Iterator<Item = (&'a str, f64)>,
) -> Option<f64> {
    let mut asked = None;
    for (name, elapsed_s) in active {
        let stage = run.checked.stages.iter().find(|stage| stage.name == name);
        let Some(CheckedKind::Execute(execute)) = stage.map(|stage| &stage.kind) else {
            continue;
        };
        for scenario in &execute.scenarios {
            if let CheckedLoad::Open {
                start_rate, ramps, ..
            } = &scenario.load
            {
                let at = squall_plan::Span::from_secs_f64(elapsed_s)
                    .map_or(0, squall_plan::Span::as_nanos);
                *asked.get_or_insert(0.0) += Ramp::new(*start_rate, ramps).level(at);
            }
        }
    }
    asked
}
