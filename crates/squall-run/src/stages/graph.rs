//! Which stage starts when.

use std::sync::Arc;
use std::sync::mpsc::channel;

use squall_plan::{CheckedKind, CheckedPlan, CheckedStage, Priority, StageKind};
use squall_report::{Lifecycle, LifecycleRecord};

use super::board::Entry;
use super::perform::{StageEnd, run_stage};
use crate::running::Running;
use crate::snapshot::StageStatus;

/// What a stage that ended says.
#[derive(Debug)]
struct Outcome {
    index: usize,
    end: StageEnd,
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
                    let end = run_stage(&running, index);
                    // The receiver outlives all stages.
                    sender.send(Outcome { index, end }).ok();
                });
            }
            if active == 0 {
                break;
            }
            let Ok(outcome) = ended.recv() else { break };
            active -= 1;
            note(running, outcome);
        }
    });
}

fn note(running: &Running, Outcome { index, end }: Outcome) {
    let now = running.clock.now();
    tracing::info!(
        stage = running.run.checked.stages[index].name,
        status = end.status.as_str(),
        "stage ended"
    );
    let error = end.error.clone();
    running.board.update(index, |entry| {
        entry.status = end.status;
        entry.ended_ns = now;
        entry.error = end.error;
    });
    tell_end(running, index, (end.status, error), now);
}

/// Tells reporters that a stage has ended, or will not run.
fn tell_end(
    running: &Running,
    index: usize,
    (status, error): (StageStatus, Option<String>),
    now: u64,
) {
    let reporting = &running.reporting;
    let name = &running.run.checked.stages[index].name;
    reporting.lifecycle(&LifecycleRecord {
        status: status.as_str().to_owned(),
        error,
        ..reporting.moment(Lifecycle::StageEnded, name, now)
    });
}

/// Decides what can be decided: returns the stages to start and marks those that will not run.
fn settle(running: &Running) -> Vec<usize> {
    let plan = &running.run.checked;
    // What comes after a stage is decided after it, as stages are in the order of the graph.
    for (index, stage) in plan.stages.iter().enumerate() {
        let entries = running.board.entries();
        let Some((status, why)) = passed_over(stage, &entries, running.ending.is_asked()) else {
            continue;
        };
        if entries[index].status == StageStatus::Waiting {
            let now = running.clock.now();
            running.board.update(index, |entry| {
                (entry.status, entry.started_ns, entry.ended_ns) = (status, now, now);
                entry.error = Some(why.to_owned());
            });
            tell_end(running, index, (status, Some(why.to_owned())), now);
        }
    }
    let start = admitted(plan, &running.board.entries());
    for &index in &start {
        let now = running.clock.now();
        tracing::info!(stage = plan.stages[index].name, "stage started");
        running.board.update(index, |entry| {
            (entry.status, entry.started_ns) = (StageStatus::Running, now);
        });
        let reporting = &running.reporting;
        let name = &plan.stages[index].name;
        reporting.lifecycle(&reporting.moment(Lifecycle::StageStarted, name, now));
    }
    start
}

/// Returns how a stage ends without having run, and why; `None` for one that waits or can start.
fn passed_over(
    stage: &CheckedStage,
    entries: &[Entry],
    stopping: bool,
) -> Option<(StageStatus, &'static str)> {
    if !is_settled(stage, entries) {
        return None;
    }
    let has = |wanted: &[StageStatus]| {
        let mut before = stage.after.iter();
        before.any(|before| wanted.contains(&entries[*before].status))
    };
    let kind = stage.kind.kind();
    let sends = matches!(
        kind,
        StageKind::Execute | StageKind::Act | StageKind::Validate
    );
    if kind != StageKind::Teardown {
        if has(&[StageStatus::Failed, StageStatus::Skipped]) {
            return Some((StageStatus::Skipped, "a stage before it failed"));
        }
        if sends && (stopping || has(&[StageStatus::Interrupted])) {
            return Some((StageStatus::Interrupted, "the run was stopped before it"));
        }
    }
    let skip = (StageStatus::LeftOut, "it is to be skipped");
    stage.skip.then_some(skip)
}

/// Tells whether all stages before a stage have ended.
fn is_settled(stage: &CheckedStage, entries: &[Entry]) -> bool {
    let open = [StageStatus::Waiting, StageStatus::Running];
    let mut before = stage.after.iter();
    !before.any(|before| open.contains(&entries[*before].status))
}

/// Returns the stages that can start now, the most important first; those that must run alone one at a time.
fn admitted(plan: &CheckedPlan, entries: &[Entry]) -> Vec<usize> {
    let stages = plan.stages.iter().zip(entries).enumerate();
    let ready = stages.filter(|(_, (stage, entry))| {
        entry.status == StageStatus::Waiting && is_settled(stage, entries)
    });
    let mut ready: Vec<usize> = ready.map(|(index, _)| index).collect();
    ready.sort_by_key(|index| rank(plan.stages[*index].priority));
    let running = |index: &usize| entries[*index].status == StageStatus::Running;
    let mut loading: Vec<usize> = (0..plan.stages.len())
        .filter(running)
        .filter(|index| sends_load(&plan.stages[*index]))
        .collect();
    ready.retain(|&index| {
        let stage = &plan.stages[index];
        if !sends_load(stage) {
            return true;
        }
        let alone = |index: &usize| plan.stages[*index].priority == Priority::Exclusive;
        let may = match stage.priority {
            Priority::Exclusive => loading.is_empty(),
            _ => !loading.iter().any(alone),
        };
        if may {
            loading.push(index);
        }
        may
    });
    ready
}

fn sends_load(stage: &CheckedStage) -> bool {
    matches!(stage.kind, CheckedKind::Execute(_))
}

/// The order in which stages that could start at the same moment do.
fn rank(priority: Priority) -> u8 {
    match priority {
        Priority::High => 0,
        Priority::Normal => 1,
        Priority::Auto => 2,
        Priority::Low => 3,
        Priority::Exclusive => 4,
    }
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
