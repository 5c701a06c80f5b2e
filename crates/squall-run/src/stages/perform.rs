//! What a stage of each kind does.

use std::time::Duration;

use squall_metrics::summary::ThresholdStatus;
use squall_metrics::threshold::Judgment;
use squall_plan::{CheckedExecute, CheckedKind, StageKind};
use squall_report::{CustomRecord, ThresholdRecord};

use super::deadline::Deadline;
use super::graph::upstream;
use super::hooks::{self, Gate};
use crate::load::{End, LostShare};
use crate::running::{Running, lock};
use crate::snapshot::StageStatus;
use crate::steering::Steering;
use crate::thresholds::{self, Phases};
use crate::{summarize, verdict};

/// How a stage ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StageEnd {
    pub(super) status: StageStatus,
    /// Why it failed, or was left out.
    pub(super) error: Option<String>,
}

impl StageEnd {
    fn new(status: StageStatus, error: Option<String>) -> Self {
        Self { status, error }
    }

    fn failed(error: String) -> Self {
        Self::new(StageStatus::Failed, Some(error))
    }
}

/// Runs a stage to its end, again while it fails and has retries left.
pub(super) fn run_stage(running: &Running, index: usize) -> StageEnd {
    let stage = &running.run.checked.stages[index];
    let mut left = stage.retries;
    loop {
        let end = attempt(running, index);
        if end.status != StageStatus::Failed || left == 0 || running.ending.is_asked() {
            return end;
        }
        left -= 1;
        let error = end.error.unwrap_or_default();
        tracing::warn!(
            stage = stage.name,
            error,
            left,
            "stage failed, it runs again"
        );
        running
            .board
            .update(index, |entry| entry.failed_attempts.push(error));
    }
}

/// Runs a stage once.
fn attempt(running: &Running, index: usize) -> StageEnd {
    let stage = &running.run.checked.stages[index];
    let deadline = Deadline::new(running, stage.timeout);
    if stage.hooks.is_some() {
        match hooks::run(running, stage, &deadline) {
            Ok(Gate::Open) => {}
            Ok(Gate::Closed) => {
                let why = "a condition of the stage did not hold".to_owned();
                return StageEnd::new(StageStatus::LeftOut, Some(why));
            }
            Err(_) if running.ending.is_asked() && stage.kind.kind() != StageKind::Teardown => {
                return StageEnd::new(StageStatus::Interrupted, None);
            }
            Err(error) => return StageEnd::failed(error),
        }
    }
    match &stage.kind {
        CheckedKind::Execute(execute) => self::execute(running, index, execute, &deadline),
        CheckedKind::Submit(_) => match deliver(running, index, deadline.left(running)) {
            None => StageEnd::new(StageStatus::Completed, None),
            Some(error) => StageEnd::failed(error),
        },
        CheckedKind::Setup
        | CheckedKind::Analyze
        | CheckedKind::Act
        | CheckedKind::Validate
        | CheckedKind::Checkpoint
        | CheckedKind::Teardown
        | CheckedKind::Wait => StageEnd::new(StageStatus::Completed, None),
    }
}

fn execute(
    running: &Running,
    index: usize,
    execute: &CheckedExecute,
    deadline: &Deadline,
) -> StageEnd {
    let stage = &running.run.checked.stages[index];
    let started = || running.totals_now().stage_iterations(&stage.name).started;
    let before = if stage.retries == 0 { 0 } else { started() };
    if let Err(error) = send_load(running, index, execute, deadline) {
        return StageEnd::failed(error);
    }
    if running.ending.is_asked() {
        return StageEnd::new(StageStatus::Interrupted, None);
    }
    if started() == before {
        return StageEnd::failed("no iteration was started".to_owned());
    }
    StageEnd::new(StageStatus::Completed, None)
}

/// Runs the scenarios of a stage to their end.
fn send_load(
    running: &Running,
    index: usize,
    execute: &CheckedExecute,
    deadline: &Deadline,
) -> Result<(), String> {
    let stage = running.run.checked.stages[index].name.as_str();
    let host = running.run.options.scripts.as_ref();
    let steering = Steering::new((stage, execute), host, &running.load, &running.clock)?;
    let started = running.load.start(stage)?;
    if running.ending.is_asked() {
        // The order to stop may have come before the order to start.
        running.load.end(End::Gracefully);
    }
    let start_ns = started.start_ns();
    running.board.update(index, |entry| {
        if entry.failed_attempts.is_empty() {
            entry.started_ns = start_ns;
        }
    });
    let steered = steering.map(|steering| steering.begin(start_ns));
    running.controls.begin(running, stage, start_ns);
    let waited = deadline.wait(running, stage, started);
    running.controls.end(stage);
    if let Some(steered) = steered {
        steered?.end()?;
    }
    waited?;
    let mut lost = running.load.lost().into_iter();
    if lost.any(|lost| lost.share == LostShare::Abandoned) {
        return Err("all agents were lost".to_owned());
    }
    Ok(())
}

/// Delivers the results of all stages before a Submit stage; returns what went wrong.
pub(crate) fn deliver(running: &Running, index: usize, limit: Option<Duration>) -> Option<String> {
    let so_far = running.so_far();
    let (totals, judgments) = (&so_far.totals, &so_far.judgments);
    let entries = running.board.entries();
    let verdict = verdict::verdict(&summarize::facts(running, totals, judgments, None));
    let stages = upstream(&running.run.checked, index);
    let phases = Phases::of(&running.run.checked);
    let mut records = summarize::final_records(so_far.numbers(), &stages, &verdict, |stage| {
        let entry = entries.iter().find(|entry| entry.name == stage);
        entry.map_or(0.0, |entry| phases.load_s(entry, running.clock.now()))
    });
    records.thresholds = threshold_records(running, judgments);
    records.custom = custom_records(running, &stages);
    let users = |stage: &str| totals.stage_iterations(stage).users_max;
    records.system = running.system.records(&stages, users);
    if let Some(aggregator) = &*lock(&running.aggregator) {
        aggregator.stream_rest(index);
    }
    let limits = (running.clock.now(), limit);
    let reports = running.reporting.finish(index, &records, limits);
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

/// Returns the rules of the verdict as they stand.
fn threshold_records(running: &Running, judgments: &[Judgment]) -> Vec<ThresholdRecord> {
    let rules = thresholds::summaries(&running.run.checked.thresholds, judgments);
    let records = rules.into_iter().map(|rule| ThresholdRecord {
        rule: rule.rule,
        status: match rule.status {
            ThresholdStatus::Passed => "passed",
            ThresholdStatus::Failed => "failed",
            ThresholdStatus::Warned => "warned",
        }
        .to_owned(),
        value: rule.value,
        limit: rule.limit,
        unit: rule.unit,
        action: rule.action,
        message: rule.message,
    });
    records.collect()
}

/// Returns the numbers that the test made of the results of these stages.
fn custom_records(running: &Running, stages: &[String]) -> Vec<CustomRecord> {
    let metrics = lock(&running.custom_metrics);
    let ours = metrics
        .iter()
        .filter(|metric| stages.contains(&metric.stage));
    let records = ours.map(|metric| CustomRecord {
        name: metric.name.clone(),
        stage: metric.stage.clone(),
        group: metric.group.clone(),
        metric: metric.metric.clone(),
        kind: metric.kind.clone(),
        value: metric.value,
    });
    records.collect()
}
