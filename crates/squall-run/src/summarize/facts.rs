//! What the verdict is made from.

use std::sync::atomic::Ordering;

use squall_metrics::{Histogram, RunTotals};
use squall_plan::CheckedKind;

use super::NS_PER_S;
use super::operations::{each_operation, errors, quantile_ms};
use crate::aggregate::Latest;
use crate::running::Running;
use crate::snapshot::StageStatus;
use crate::stages::{Entry, planned_s};
use crate::verdict::Facts;

/// Gathers what the verdict is made from; without `latest` the seconds at the limit are not known yet.
pub(crate) fn facts(running: &Running, totals: &RunTotals, latest: Option<&Latest>) -> Facts {
    let entries = running.board.entries();
    let sums = totals.totals();
    let iterations = entries
        .iter()
        .map(|entry| totals.stage_iterations(&entry.name).started);
    let mut response = Histogram::new();
    each_operation(totals, |_, _, series| response.merge(&series.response()));
    Facts {
        failed_stages: failed_stages(running, &entries),
        ok: sums.ok,
        failed: sums.failed,
        first_error: errors(totals)
            .first()
            .map(|error| format!("{}: {}", error.class, error.message)),
        iterations_started: iterations.sum(),
        dropped: sums.dropped_iterations,
        seconds_saturated: latest.map_or(0, |latest| latest.seconds_saturated),
        seconds_loaded: latest.map_or(0, |latest| latest.seconds_loaded),
        schedule_error_p99_ms: quantile_ms(totals.schedule_error(), 0.99),
        generator_delay_p99_ms: quantile_ms(totals.generator_delay(), 0.99),
        response_p99_ms: quantile_ms(&response, 0.99),
        lost_by_reporters: lost_by_reporters(running),
        stopped: stopped(running, &entries),
    }
}

/// Names the stages that failed; what a Submit stage lost is told by its reporters.
fn failed_stages(running: &Running, entries: &[Entry]) -> Vec<(String, String)> {
    entries
        .iter()
        .zip(&running.run.checked.stages)
        .filter(|(entry, _)| entry.status == StageStatus::Failed)
        .filter(|(_, stage)| !matches!(stage.kind, CheckedKind::Submit(_)))
        .map(|(entry, _)| (entry.name.clone(), entry.error.clone().unwrap_or_default()))
        .collect()
}

fn lost_by_reporters(running: &Running) -> Vec<String> {
    let delivered = running.reporting.delivered();
    let mut lost: Vec<String> = delivered
        .iter()
        .filter(|report| report.lost_data())
        .map(|report| {
            let why = report
                .message
                .as_ref()
                .map_or(String::new(), |message| format!(": {message}"));
            format!(
                "reporter `{}` lost {} of {} records{why}",
                report.name, report.dropped, report.offered
            )
        })
        .collect();
    let overflowed = running.reporting.overflowed();
    if overflowed > 0 {
        lost.push(format!(
            "{overflowed} events were lost before they reached a reporter: the load was faster than they are written"
        ));
    }
    lost
}

/// Says after how many of how many seconds the user stopped the run, if so.
fn stopped(running: &Running, entries: &[Entry]) -> Option<(f64, Option<f64>)> {
    let ended = entries.iter().map(|entry| entry.ended_ns).max();
    let elapsed = ended.unwrap_or(0) as f64 / NS_PER_S;
    running
        .stopping
        .load(Ordering::Relaxed)
        .then(|| (elapsed, planned_s(&running.run)))
}
