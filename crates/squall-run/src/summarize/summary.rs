//! What is stored and shown of a run that has ended.

use squall_metrics::RunTotals;
use squall_metrics::summary::{
    GeneratorSummary, ReporterSummary, RunInfo, SCHEMA_VERSION, StageSummary, Summary,
};
use squall_plan::CheckedKind;

use super::{NS_PER_S, facts};
use crate::aggregate::Latest;
use crate::prepare::PreparedRun;
use crate::running::Running;
use crate::stages::Entry;
use crate::verdict::verdict;

/// Makes the summary of a run that has ended.
pub(crate) fn summary(running: &Running, latest: &Latest) -> Summary {
    let totals = &latest.totals;
    let entries = running.board.entries();
    let elapsed = |stage: &str| {
        entries
            .iter()
            .find(|entry| entry.name == stage)
            .map_or(0.0, |entry| entry.elapsed_s(0))
    };
    let started = entries
        .iter()
        .map(|entry| entry.started_ns)
        .min()
        .unwrap_or(0);
    let ended = entries
        .iter()
        .map(|entry| entry.ended_ns)
        .max()
        .unwrap_or(0);
    let elapsed_s = ended.saturating_sub(started) as f64 / NS_PER_S;
    Summary {
        schema_version: SCHEMA_VERSION,
        run: RunInfo {
            id: running.id.clone(),
            name: running.run.plan.name.clone(),
            started_at: running.started_at.clone(),
            elapsed_s,
            seed: running.run.seed,
            squall_version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        verdict: verdict(&facts(running, totals, Some(latest))),
        totals: totals.totals(),
        stages: stages(&running.run, &entries, totals),
        series: totals.series_summaries(elapsed),
        transactions: totals.transaction_summaries(),
        metrics: totals.metric_summaries(),
        generator: generator(running, totals, elapsed_s),
        warnings: warnings(running, totals),
        reporters: reporters(running),
    }
}

fn stages(run: &PreparedRun, entries: &[Entry], totals: &RunTotals) -> Vec<StageSummary> {
    let mut stages: Vec<StageSummary> = entries
        .iter()
        .zip(&run.checked.stages)
        .map(|(entry, stage)| {
            let iterations = totals.stage_iterations(&entry.name);
            StageSummary {
                name: entry.name.clone(),
                kind: match stage.kind {
                    CheckedKind::Setup => "setup",
                    CheckedKind::Execute(_) => "execute",
                    CheckedKind::Analyze => "analyze",
                    CheckedKind::Submit(_) => "submit",
                }
                .to_owned(),
                status: entry.status.as_str().to_owned(),
                error: entry.error.clone(),
                started_at_s: entry.started_ns as f64 / NS_PER_S,
                elapsed_s: entry.elapsed_s(0),
                totals: totals.stage_totals(&entry.name),
                iterations_started: iterations.started,
                iterations_failed: iterations.failed,
                users_max: iterations.users_max,
            }
        })
        .collect();
    stages.sort_by(|a, b| a.started_at_s.total_cmp(&b.started_at_s));
    stages
}

fn generator(running: &Running, totals: &RunTotals, elapsed_s: f64) -> GeneratorSummary {
    let now = running.usage();
    let cpu_s = (now.cpu_s - running.usage_before.cpu_s).max(0.0);
    GeneratorSummary {
        cpu_s,
        cpu_percent: if elapsed_s > 0.0 {
            cpu_s / elapsed_s * 100.0
        } else {
            0.0
        },
        max_rss_bytes: now.max_rss_bytes,
        threads: running.run.threads * running.run.processes,
        thread_busy_max_percent: totals.thread_busy_max_percent().min(100.0),
        schedule_error_ms: totals.schedule_error().distribution(),
        generator_delay_ms: totals.generator_delay().distribution(),
        interpreters: totals.interpreters().summary(),
        agents_lost: totals.agents_lost(),
    }
}

fn warnings(running: &Running, totals: &RunTotals) -> Vec<String> {
    let mut warnings = Vec::new();
    if totals.table().overflowed() > 0 {
        warnings.push(format!(
            "there were more than {} names of operations; the rest is counted under `(other)`: use fewer values in `name`",
            running.run.options.max_series
        ));
    }
    for (scenario, times) in totals.clamped() {
        warnings.push(format!(
            "the volume of scenario `{}` of stage `{}` was above its `max_users` {times} times; it had `max_users` virtual users then",
            scenario.scenario, scenario.stage
        ));
    }
    let thresholds = running.run.checked.thresholds.len();
    if thresholds > 0 {
        warnings.push(format!(
            "{thresholds} thresholds are stored with the run; this version does not evaluate them"
        ));
    }
    warnings
}

fn reporters(running: &Running) -> Vec<ReporterSummary> {
    let delivered = running.reporting.delivered().into_iter();
    delivered
        .map(|report| ReporterSummary {
            name: report.name,
            accepted: report.accepted,
            delivered: report.delivered,
            dropped: report.dropped,
            message: report.message.or(report.location),
        })
        .collect()
}
