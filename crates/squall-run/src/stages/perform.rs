//! What a stage of each kind does.

use std::sync::atomic::Ordering;

use squall_metrics::RunTotals;
use squall_plan::CheckedKind;

use super::graph::upstream;
use crate::running::{Running, lock};
use crate::snapshot::StageStatus;
use crate::{summarize, verdict};

/// Runs a stage to its end; returns how it ended, and why if it failed.
pub(super) fn run_stage(running: &Running, index: usize) -> (StageStatus, Option<String>) {
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
