//! From totals to what people and other tools read.

use std::sync::atomic::Ordering;

use squall_metrics::summary::{
    GeneratorSummary, ReporterSummary, RunInfo, SCHEMA_VERSION, StageSummary, Summary, Verdict,
    VerdictStatus,
};
use squall_metrics::{Histogram, Measure, RunTotals, SeriesKey, SeriesKind, SeriesTotal};
use squall_plan::CheckedKind;
use squall_report::{CommonRecord, ErrorRecord, FinalRecords, Group, MetricRecord, RunVerdict};

use crate::aggregate::{Latest, operations};
use crate::machine::usage;
use crate::prepare::PreparedRun;
use crate::run::Running;
use crate::snapshot::{ErrorCount, Snapshot, StageStatus};
use crate::stages::{Entry, planned_s};
use crate::verdict::{Facts, verdict};

const NS_PER_MS: f64 = 1e6;
const NS_PER_S: f64 = 1e9;

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

/// Gathers what the verdict is made from; without `latest` the seconds at the limit are not known yet.
pub(crate) fn facts(running: &Running, totals: &RunTotals, latest: Option<&Latest>) -> Facts {
    let entries = running.board.entries();
    let failed = entries
        .iter()
        .filter(|entry| entry.status == StageStatus::Failed);
    let is_submit = |entry: &Entry| {
        let stage = running
            .run
            .checked
            .stages
            .iter()
            .find(|stage| stage.name == entry.name);
        matches!(stage.map(|stage| &stage.kind), Some(CheckedKind::Submit(_)))
    };
    let sums = totals.totals();
    let iterations: u64 = entries
        .iter()
        .map(|entry| totals.stage_iterations(&entry.name).started)
        .sum();
    let mut response = Histogram::new();
    each_operation(totals, |_, series| response.merge(&series.response()));
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
        lost.push(format!("{overflowed} events were lost before they reached a reporter: the load was faster than they are written"));
    }
    let stopped = running.stopping.load(Ordering::Relaxed);
    let elapsed = entries
        .iter()
        .map(|entry| entry.ended_ns)
        .max()
        .unwrap_or(0) as f64
        / NS_PER_S;
    Facts {
        failed_stages: failed
            .filter(|entry| !is_submit(entry))
            .map(|entry| (entry.name.clone(), entry.error.clone().unwrap_or_default()))
            .collect(),
        ok: sums.ok,
        failed: sums.failed,
        first_error: errors(totals)
            .first()
            .map(|error| format!("{}: {}", error.class, error.message)),
        iterations_started: iterations,
        dropped: sums.dropped_iterations,
        seconds_saturated: latest.map_or(0, |latest| latest.seconds_saturated),
        seconds_loaded: latest.map_or(0, |latest| latest.seconds_loaded),
        schedule_error_p99_ms: quantile_ms(totals.schedule_error(), 0.99),
        generator_delay_p99_ms: quantile_ms(totals.generator_delay(), 0.99),
        response_p99_ms: quantile_ms(&response, 0.99),
        lost_by_reporters: lost,
        stopped: stopped.then(|| (elapsed, planned_s(&running.run))),
    }
}

fn generator(running: &Running, totals: &RunTotals, elapsed_s: f64) -> GeneratorSummary {
    let now = usage();
    let cpu_s = (now.cpu_s - running.usage_before.cpu_s).max(0.0);
    GeneratorSummary {
        cpu_s,
        cpu_percent: if elapsed_s > 0.0 {
            cpu_s / elapsed_s * 100.0
        } else {
            0.0
        },
        max_rss_bytes: now.max_rss_bytes,
        threads: running.run.threads,
        thread_busy_max_percent: totals.thread_busy_max_percent().min(100.0),
        schedule_error_ms: totals.schedule_error().distribution(),
        generator_delay_ms: totals.generator_delay().distribution(),
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

fn quantile_ms(histogram: &Histogram, quantile: f64) -> f64 {
    if histogram.is_empty() {
        0.0
    } else {
        histogram.value_at(quantile) as f64 / NS_PER_MS
    }
}

fn each_operation(totals: &RunTotals, mut see: impl FnMut(&SeriesKey, &SeriesTotal)) {
    let snapshot = totals.table().snapshot();
    for (index, key) in snapshot
        .series
        .iter()
        .enumerate()
        .filter(|(_, key)| key.kind == SeriesKind::Operation)
    {
        let id = squall_metrics::SeriesId(u32::try_from(index).unwrap_or(u32::MAX));
        if let Some(series) = totals.series(id) {
            see(key, series);
        }
    }
}

/// Groups the failures of all operations, the most frequent first.
fn errors(totals: &RunTotals) -> Vec<ErrorCount> {
    let mut errors: Vec<ErrorCount> = Vec::new();
    each_operation(totals, |_, series| {
        for group in series.failures.iter() {
            let known = errors
                .iter_mut()
                .find(|error| error.class == *group.class && error.message == group.message);
            match known {
                Some(error) => error.count += group.count,
                None => errors.push(ErrorCount {
                    class: group.class.to_string(),
                    message: group.message.clone(),
                    count: group.count,
                }),
            }
        }
    });
    errors.sort_by_key(|error| std::cmp::Reverse(error.count));
    errors
}

fn percentiles(histogram: &Histogram) -> Option<[f64; 3]> {
    (!histogram.is_empty())
        .then(|| [0.5, 0.95, 0.99].map(|quantile| quantile_ms(histogram, quantile)))
}

/// Makes what live views show of the numbers.
pub(crate) fn snapshot(run: &PreparedRun, latest: Option<&Latest>, now: u64) -> Snapshot {
    let mut snapshot = Snapshot {
        name: run.plan.name.clone(),
        elapsed_s: now as f64 / NS_PER_S,
        ..Snapshot::default()
    };
    let Some(latest) = latest else {
        return snapshot;
    };
    let sums = latest.totals.totals();
    let window = operations(&latest.window, &latest.totals);
    let second = operations(&latest.last_second, &latest.totals);
    snapshot.rate = second.rate_per_s();
    snapshot.history.clone_from(&latest.history);
    snapshot.in_flight = second.in_flight;
    snapshot.ok = sums.ok;
    snapshot.failed = sums.failed;
    snapshot.interrupted = sums.interrupted.saturating_sub(latest.totals.in_flight());
    snapshot.dropped = sums.dropped_iterations;
    snapshot.response_ms = percentiles(&window.response);
    snapshot.errors = errors(&latest.totals);
    let table = latest.totals.table();
    let iterations = |id| {
        table
            .key(id)
            .is_some_and(|key| key.kind == SeriesKind::Iteration)
    };
    snapshot.iteration_rate = latest.last_second.times(iterations).started as f64;
    if let Some(interval) = latest.last_second.intervals().next_back() {
        snapshot.users = interval.users();
        snapshot.busiest_thread_percent = interval.thread_busy_max_percent().min(100.0);
        let mut lag = Histogram::new();
        lag.merge_sparse(&interval.schedule_error);
        snapshot.schedule_lag_p99_ms = (!lag.is_empty()).then(|| quantile_ms(&lag, 0.99));
    }
    each_operation(&latest.totals, |key, series| {
        let own = latest
            .last_second
            .times(|id| table.key(id).as_ref() == Some(key));
        snapshot.series.push((
            key.name.to_string(),
            own.rate_per_s(),
            series.failed,
            percentiles(&own.response),
        ));
    });
    snapshot
}

/// Makes the records that reporters get at the end, of some stages.
pub(crate) fn final_records(
    totals: &RunTotals,
    stages: &[String],
    verdict: &Verdict,
    load_s: impl Fn(&str) -> f64,
) -> FinalRecords {
    let mut records = FinalRecords {
        verdict: Some(match verdict.status {
            VerdictStatus::Passed => RunVerdict::Passed,
            VerdictStatus::Failed => RunVerdict::Failed,
            VerdictStatus::Invalid => RunVerdict::Invalid,
        }),
        ..FinalRecords::default()
    };
    each_operation(totals, |key, series| {
        if stages.iter().any(|stage| **stage == *key.stage) {
            push_series(key, series, load_s(&key.stage), &mut records);
        }
    });
    records
}

fn push_series(key: &SeriesKey, series: &SeriesTotal, load_s: f64, records: &mut FinalRecords) {
    let (name, stage, scenario) = (
        key.name.to_string(),
        key.stage.to_string(),
        key.scenario.to_string(),
    );
    let total = series.ok + series.failed;
    records.common.push(CommonRecord {
        name: name.clone(),
        stage: stage.clone(),
        scenario: scenario.clone(),
        group: CommonRecord::GROUP.to_owned(),
        total,
        succeeded: series.ok,
        failed: series.failed,
        actions_per_second: if load_s > 0.0 {
            total as f64 / load_s
        } else {
            0.0
        },
    });
    for group in series.failures.iter() {
        records.errors.push(ErrorRecord {
            name: name.clone(),
            stage: stage.clone(),
            scenario: scenario.clone(),
            error_class: group.class.to_string(),
            error_message: group.message.clone(),
            error_count: group.count,
        });
    }
    let groups = [
        (Group::ResponseTime, series.response()),
        (Group::ServiceTime, series.service()),
        (Group::Waiting, series.times(Measure::Waiting).clone()),
        (Group::Connecting, series.times(Measure::Connecting).clone()),
        (Group::Securing, series.times(Measure::Securing).clone()),
        (Group::Writing, series.times(Measure::Writing).clone()),
        (Group::FirstByte, series.times(Measure::FirstByte).clone()),
        (Group::Reading, series.times(Measure::Reading).clone()),
    ];
    for (group, histogram) in groups {
        records.metrics.push(metric(
            MetricRecord::empty(&stage, &scenario, &name, group),
            &histogram,
        ));
    }
}

fn metric(mut record: MetricRecord, histogram: &Histogram) -> MetricRecord {
    if histogram.is_empty() {
        return record;
    }
    let at = |quantile| quantile_ms(histogram, quantile);
    let distribution = histogram.distribution();
    let count = distribution.count as f64;
    record.count = distribution.count;
    record.mean = distribution.mean;
    record.stdev = distribution.stdev;
    record.variance = if count > 1.0 {
        distribution.stdev.powi(2) * count / (count - 1.0)
    } else {
        0.0
    };
    record.minimum = distribution.min;
    record.maximum = distribution.max;
    record.median = at(0.5);
    record.quantile_10th = at(0.1);
    record.quantile_20th = at(0.2);
    record.quantile_25th = at(0.25);
    record.quantile_30th = at(0.3);
    record.quantile_40th = at(0.4);
    record.quantile_50th = at(0.5);
    record.quantile_60th = at(0.6);
    record.quantile_70th = at(0.7);
    record.quantile_75th = at(0.75);
    record.quantile_80th = at(0.8);
    record.quantile_90th = at(0.9);
    record.quantile_95th = at(0.95);
    record.quantile_99th = at(0.99);
    record.p99_9 = at(0.999);
    record.p99_99 = at(0.9999);
    record
}
