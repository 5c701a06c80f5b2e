//! What is stored and shown of a run that has ended.

use squall_metrics::summary::{
    CustomSummary, GeneratorSummary, Phase, ProcessSummary, ReporterSummary, RunInfo,
    SCHEMA_VERSION, StageSummary, Summary, SystemSummary, ThresholdStatus,
};
use squall_metrics::{RunTotals, ScenarioKey};
use squall_plan::{CheckedLoad, CheckedStage};

use super::{NS_PER_S, facts};
use crate::aggregate::Latest;
use crate::health::{self, HealthFacts};
use crate::prepare::PreparedRun;
use crate::running::{Running, lock};
use crate::stages::Entry;
use crate::thresholds::{self, Phases};
use crate::verdict::verdict;

/// Makes the summary of a run that has ended, or as it would be if a run that goes on ended now.
pub(crate) fn summary(running: &Running, latest: &Latest) -> Summary {
    let (whole, totals) = (&latest.totals, latest.numbers());
    // Of a run that goes on: its last stages have not ended.
    let now = running.clock.now();
    let entries = running.board.entries_until(now);
    let phases = Phases::of(&running.run.checked);
    let load_s = |stage: &str| {
        let entry = entries.iter().find(|entry| entry.name == stage);
        entry.map_or(0.0, |entry| phases.load_s(entry, entry.ended_ns))
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
            file: running.run.options.file.clone(),
            commit: running.run.options.commit.clone(),
            tags: running.run.plan.tags.clone(),
        },
        verdict: verdict(&facts(running, whole, &latest.judgments, Some(latest))),
        thresholds: thresholds::summaries(&running.run.checked.thresholds, &latest.judgments),
        measured: phases.measured_parts(&entries),
        phases: latest
            .phased
            .as_ref()
            .map_or_else(Vec::new, |phased| phases.summaries(&entries, phased)),
        whole_run: latest.phased.is_some().then(|| whole.totals()),
        totals: totals.totals(),
        response_time_ms: Some(totals.response_time()),
        stages: stages(&running.run, &entries, totals),
        series: totals.series_summaries(load_s),
        transactions: totals.transaction_summaries(),
        checks: totals.check_summaries(),
        metrics: totals.metric_summaries(),
        custom: custom(running),
        system: system(running, whole),
        generator: generator(running, whole, elapsed_s),
        processes: processes(running, whole),
        host: Some(health::host()),
        warnings: warnings(running, latest),
        reporters: reporters(running),
        controls: running.controls.records(),
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
                kind: stage.kind.kind().as_str().to_owned(),
                status: entry.status.as_str().to_owned(),
                error: entry.error.clone(),
                failed_attempts: entry.failed_attempts.clone(),
                started_at_s: entry.started_ns as f64 / NS_PER_S,
                elapsed_s: entry.elapsed_s(entry.ended_ns),
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

fn custom(running: &Running) -> Vec<CustomSummary> {
    let metrics = lock(&running.custom_metrics);
    let summaries = metrics.iter().map(|metric| CustomSummary {
        stage: metric.stage.clone(),
        name: metric.name.clone(),
        group: metric.group.clone(),
        metric: metric.metric.clone(),
        kind: metric.kind.clone(),
        value: metric.value,
    });
    summaries.collect()
}

fn system(running: &Running, totals: &RunTotals) -> Vec<SystemSummary> {
    let stages = running.run.checked.stages.iter();
    let stages: Vec<String> = stages.map(|stage| stage.name.clone()).collect();
    let users = |stage: &str| totals.stage_iterations(stage).users_max;
    let records = running.system.records(&stages, users).into_iter();
    let known = records.map(|record| SystemSummary {
        stage: record.stage,
        group: record.group,
        count: record.count,
        min: record.minimum,
        mean: record.mean,
        stdev: record.stdev,
        p50: record.median,
        p95: record.quantile_95th,
        p99: record.quantile_99th,
        max: record.maximum,
    });
    known.chain(health::summaries(totals.health())).collect()
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

/// Describes the processes that told of themselves, and those that did not.
fn processes(running: &Running, totals: &RunTotals) -> Vec<ProcessSummary> {
    let (count, threads) = (running.run.processes, running.run.threads);
    let agents = if count == 1 { 0 } else { count };
    let lost = running.load.lost();
    let known = &totals.health().processes;
    let describe = |process: u32| {
        let (role, share, threads) = match (process, agents) {
            (0, 0) => ("alone", "1/1".to_owned(), threads),
            (0, _) => ("coordinator", String::new(), 0),
            (agent, _) => ("agent", format!("{agent}/{agents}"), threads),
        };
        let of = known.iter().find(|total| total.sum.process == process);
        let of = of.cloned().unwrap_or_default();
        let lost = lost.iter().find(|one| process > 0 && one.agent == process);
        ProcessSummary {
            process,
            role: role.to_owned(),
            pid: Some(of.sum.pid).filter(|pid| *pid > 0),
            share,
            threads,
            cpu_s: of.sum.cpu_ns as f64 / NS_PER_S,
            cpu_percent: of.sum.cpu_percent(),
            cpu_max_percent: of.cpu_max_percent,
            memory_max_bytes: of.sum.memory_bytes,
            descriptors_max: of.sum.descriptors,
            descriptors_allowed: of.sum.descriptors_allowed,
            lost_at_s: lost.map(|lost| lost.at_ns as f64 / NS_PER_S),
        }
    };
    (0..=agents).map(describe).collect()
}

fn warnings(running: &Running, latest: &Latest) -> Vec<String> {
    let (totals, judgments) = (&latest.totals, &latest.judgments);
    let mut warnings = unmeasured(running, latest);
    if totals.table().overflowed() > 0 {
        warnings.push(format!(
            "there were more than {} names of operations; the rest is counted under `(other)`: use fewer values in `name`",
            running.run.options.max_series
        ));
    }
    for (scenario, times) in totals.clamped() {
        warnings.push(clamped(running, &scenario, times));
    }
    for stage in running.board.entries() {
        let attempts = stage.failed_attempts.len();
        if let Some(error) = stage.failed_attempts.last() {
            warnings.push(format!(
                "stage `{}` ran {} times; the last time but one it failed: {error}",
                stage.name,
                attempts + 1
            ));
        }
    }
    let thresholds = &running.run.checked.thresholds;
    let warned = thresholds::summaries(thresholds, judgments).into_iter();
    let warned = warned.filter(|one| one.status == ThresholdStatus::Warned);
    warnings.extend(warned.filter_map(|one| one.message));
    warnings.extend(HealthFacts::of(totals.health()).warning());
    warnings.extend(waiting_in_spools(running));
    warnings
}

/// Says what reporters' backends did not take yet.
fn waiting_in_spools(running: &Running) -> Vec<String> {
    let delivered = running.reporting.delivered().into_iter();
    delivered
        .filter(|report| report.spooled > 0)
        .map(|report| {
            format!(
                "{} records of reporter `{name}` wait in the run's spool: send them with `squall report {} --resend {name}`",
                report.spooled,
                running.id,
                name = report.name
            )
        })
        .collect()
}

/// Says which stages ended before anything of them was measured.
fn unmeasured(running: &Running, latest: &Latest) -> Vec<String> {
    let Some(phased) = &latest.phased else {
        return Vec::new();
    };
    let entries = running.board.entries();
    let parts = Phases::of(&running.run.checked).measured_parts(&entries);
    let empty = parts.iter().filter(|part| {
        phased.of(&part.stage, Phase::Measured).is_none() && phased.has(&part.stage)
    });
    empty
        .map(|part| {
            format!(
                "of stage `{}` nothing was measured: it ended in its warm-up; look at `phases`, or run for longer",
                part.stage
            )
        })
        .collect()
}

/// Says that a load met its bound.
fn clamped(running: &Running, scenario: &ScenarioKey, times: u64) -> String {
    let stages = running.run.checked.stages.iter();
    let loads = stages
        .filter(|stage| *stage.name == *scenario.stage)
        .flat_map(CheckedStage::executes)
        .flat_map(|execute| &execute.scenarios)
        .filter(|known| *known.name == *scenario.scenario)
        .map(|known| &known.load);
    let (stage, scenario) = (&scenario.stage, &scenario.scenario);
    for load in loads {
        if let CheckedLoad::Eager { max_users, .. } = load {
            return format!(
                "stage `{stage}`, which waits for nothing, met its bound of {max_users} iterations at once (memory, file descriptors or \
                 `max_users`) {times} times; it went on as iterations ended"
            );
        }
    }
    format!(
        "the volume of scenario `{scenario}` of stage `{stage}` was above its `max_users` {times} times; it had `max_users` virtual users then"
    )
}

fn reporters(running: &Running) -> Vec<ReporterSummary> {
    let delivered = running.reporting.delivered().into_iter();
    delivered
        .map(|report| ReporterSummary {
            name: report.name,
            accepted: report.accepted,
            delivered: report.delivered,
            dropped: report.dropped,
            retried: report.retried,
            spooled: report.spooled,
            message: report.message.or(report.location),
        })
        .collect()
}
