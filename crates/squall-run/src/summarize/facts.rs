//! What the verdict is made from.

use squall_metrics::threshold::Judgment;
use squall_metrics::{Histogram, RunTotals, SeriesKind};
use squall_plan::{CheckedKind, CheckedPlan, CheckedStage};

use squall_protocol::connect::{NO_DESCRIPTOR, NO_PORT};

use super::NS_PER_S;
use super::operations::{Failures, each_of, each_operation, errors, quantile_ms};
use crate::aggregate::Latest;
use crate::health::HealthFacts;
use crate::load::LostShare;
use crate::machine::free_cores;
use crate::running::{Running, lock};
use crate::snapshot::StageStatus;
use crate::stages::{Entry, planned_s};
use crate::thresholds;
use crate::verdict::{Facts, FailedIterations, InterpreterFacts, ScriptFacts};

/// Gathers what the verdict is made from; without `latest` the seconds at the limit are not known yet.
pub(crate) fn facts(
    running: &Running,
    totals: &RunTotals,
    judgments: &[Judgment],
    latest: Option<&Latest>,
) -> Facts {
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
        seconds: latest
            .map(|latest| *latest.totals.seconds())
            .unwrap_or_default(),
        schedule_error_p99_ms: late_ms(totals.schedule_error()),
        generator_delay_p99_ms: late_ms(totals.generator_delay()),
        response_p99_ms: quantile_ms(&response, 0.99),
        lost_by_reporters: lost_by_reporters(running),
        thresholds: thresholds::reasons(&running.run.checked.thresholds, judgments),
        ended_by_test: running.ending.reason(),
        last_errors: lock(&running.last_errors)
            .iter()
            .map(|error| error.message.clone())
            .collect(),
        scripts: scripts(running, totals),
        must_succeed: must_succeed(&running.run.checked, totals),
        interpreters: interpreters(totals),
        agents_lost: totals.agents_lost(),
        agent_losses: lost_agents(running),
        health: HealthFacts::of(totals.health()),
        no_descriptor: unconnected(totals, NO_DESCRIPTOR),
        no_port: unconnected(totals, NO_PORT),
        stopped: stopped(running, &entries),
    }
}

/// Counts the operations that could not connect for a reason of this machine.
fn unconnected(totals: &RunTotals, message: &str) -> u64 {
    let groups = errors(totals).into_iter();
    let ours = groups.filter(|group| group.message == message);
    ours.map(|group| group.count).sum()
}

/// Adds up the iterations of all scenarios that run scripts.
fn scripts(running: &Running, totals: &RunTotals) -> ScriptFacts {
    let mut facts = ScriptFacts::default();
    let mut failures = Failures::default();
    each_of(totals, SeriesKind::Iteration, |_, key, series| {
        if runs_scripts(&running.run.checked, &key.stage, &key.scenario) {
            facts.ok += series.ok;
            facts.failed += series.failed;
            failures.add(&series.failures);
        }
    });
    facts.first_error = failures.most_frequent();
    facts
}

/// Returns the scenarios all of whose iterations must succeed and of which some failed.
fn must_succeed(plan: &CheckedPlan, totals: &RunTotals) -> Vec<FailedIterations> {
    let mut failed = Vec::new();
    each_of(totals, SeriesKind::Iteration, |_, key, series| {
        let must_succeed = plan.stages.iter().any(|stage| {
            *stage.name == *key.stage
                && matches!(&stage.kind, CheckedKind::Execute(execute) if execute.must_succeed)
        });
        if must_succeed && series.failed > 0 {
            failed.push(FailedIterations {
                scenario: key.scenario.to_string(),
                failed: series.failed,
                ended: series.ok + series.failed,
            });
        }
    });
    failed
}

fn runs_scripts(plan: &CheckedPlan, stage: &str, scenario: &str) -> bool {
    let stages = plan.stages.iter().filter(|known| known.name == stage);
    let mut scenarios = stages
        .flat_map(CheckedStage::executes)
        .flat_map(|execute| &execute.scenarios);
    scenarios.any(|known| known.name == scenario && known.runs_scripts())
}

/// Says how busy interpreters were in the seconds in which one was at its limit.
fn interpreters(totals: &RunTotals) -> InterpreterFacts {
    let used = totals.interpreters();
    let seconds = used.seconds_saturated.max(1) as f64;
    InterpreterFacts {
        processes: used.processes,
        seconds_saturated: used.seconds_saturated,
        seconds_loaded: used.seconds_loaded,
        delay_p99_ms: late_ms(&used.delays),
        busiest_percent: used.saturated_max_percent / seconds,
        cores_used: used.saturated_percent / seconds / 100.0,
        cores: free_cores(),
    }
}

/// Returns the 99th percentile; of few values one that is not the largest alone, as one late answer is no rule.
fn late_ms(delays: &Histogram) -> f64 {
    let count = delays.count() as f64;
    quantile_ms(delays, (1.0 - 2.0 / count).clamp(0.0, 0.99))
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

fn lost_agents(running: &Running) -> Vec<String> {
    let lost = running.load.lost().into_iter();
    lost.map(|lost| {
        let share = match lost.share {
            LostShare::Inherited => ", its share went to the others",
            LostShare::Abandoned => ", nobody was left to send its share",
            LostShare::Over => "",
        };
        format!(
            "agent {} of {} was lost after {:.1} s; what it had delivered is counted{share}",
            lost.agent,
            lost.of,
            lost.at_ns as f64 / NS_PER_S
        )
    })
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
        .ending
        .by_user()
        .then(|| (elapsed, planned_s(&running.run)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(delays: &[(u64, u64)], expected_ms: f64) {
        let mut histogram = Histogram::new();
        for &(ms, times) in delays {
            (0..times).for_each(|_| histogram.record(ms * 1_000_000));
        }
        let late = late_ms(&histogram);
        assert!((late - expected_ms).abs() <= expected_ms * 0.002, "{late}");
    }

    #[test]
    fn one_late_answer_among_few_is_no_rule() {
        check(&[], 0.0);
        check(&[(80, 1)], 80.0);
        check(&[(1, 19), (80, 1)], 1.0);
        check(&[(1, 18), (80, 2)], 1.0);
        check(&[(1, 17), (80, 3)], 80.0);
        check(&[(1, 989), (80, 11)], 80.0);
    }
}
