//! What a stage of each kind does.

use squall_metrics::RunTotals;
use squall_plan::{CheckedExecute, CheckedKind};

use super::graph::upstream;
use crate::load::{End, LostShare};
use crate::running::Running;
use crate::snapshot::StageStatus;
use crate::steering::Steering;
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
    let stage = &running.run.checked.stages[index];
    let CheckedKind::Execute(execute) = &stage.kind else {
        return (StageStatus::Completed, None);
    };
    if let Err(error) = send_load(running, index, execute) {
        return (StageStatus::Failed, Some(error));
    }
    if running.ending.is_asked() {
        return (StageStatus::Interrupted, None);
    }
    match running.totals_now().stage_iterations(&stage.name).started {
        0 => (
            StageStatus::Failed,
            Some("no iteration was started".to_owned()),
        ),
        _ => (StageStatus::Completed, None),
    }
}

/// Runs the scenarios of a stage to their end.
fn send_load(running: &Running, index: usize, execute: &CheckedExecute) -> Result<(), String> {
    let stage = running.run.checked.stages[index].name.as_str();
    let host = running.run.options.scripts.as_ref();
    let steering = Steering::new((stage, execute), host, &running.load, &running.clock)?;
    let started = running.load.start(stage)?;
    if running.ending.is_asked() {
        // The order to stop may have come before the order to start.
        running.load.end(End::Gracefully);
    }
    let start_ns = started.start_ns();
    running
        .board
        .update(index, |entry| entry.started_ns = start_ns);
    let steered = steering.map(|steering| steering.begin(start_ns));
    started.wait();
    if let Some(steered) = steered {
        steered?.end()?;
    }
    let mut lost = running.load.lost().into_iter();
    if lost.any(|lost| lost.share == LostShare::Abandoned) {
        return Err("all agents were lost".to_owned());
    }
    Ok(())
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
