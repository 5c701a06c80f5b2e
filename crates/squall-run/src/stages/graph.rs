//! Which stage starts when.

use std::sync::Arc;
use std::sync::mpsc::channel;

use squall_plan::{CheckedKind, CheckedPlan};

use super::perform::run_stage;
use crate::running::Running;
use crate::snapshot::StageStatus;

/// What a stage that ended says.
#[derive(Debug)]
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
    let stopping = running.ending.is_asked();
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
                (entry.status, entry.started_ns) = (StageStatus::Running, now);
            });
            start.push(index);
        }
    }
    start
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
