//! Runs of plans, and what they leave.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use squall_metrics::summary::{Distribution, SeriesSummary, Summary, Totals};
use squall_metrics::{Interval, SeriesId, SeriesKind, SeriesSnapshot};
use squall_plan::Plan;
use squall_run::{FinishedRun, RunHandle, RunOptions, prepare};
use squall_target::{RunningTarget, Target, TargetConfig};

/// A folder in which runs are stored.
#[derive(Debug)]
pub(crate) struct Rig {
    folder: tempfile::TempDir,
    pub(crate) max_series: usize,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            max_series: 10_000,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a run on two I/O threads.
    pub(crate) fn start(&self, plan: Value) -> RunHandle {
        let options = RunOptions {
            threads: Some(2),
            base_dir: self.folder().to_owned(),
            runs_dir: self.folder().join("runs"),
            max_series: self.max_series,
            ..RunOptions::default()
        };
        let plan = Plan::from_value(plan).unwrap();
        RunHandle::start(prepare(&plan, options).unwrap()).unwrap()
    }

    /// Runs a plan to its end, and checks its account.
    pub(crate) fn run(&self, plan: Value) -> Done {
        Done::of(self.start(plan).finish())
    }
}

/// Runs a plan to its end, and checks its account.
pub(crate) fn run(plan: Value) -> Done {
    Rig::new().run(plan)
}

/// A plan with one stage `load` and one scenario `all`. Iterations in flight at its end get the time that they need.
pub(crate) fn plan(base_url: &str, load: Value, flow: Value) -> Value {
    plan_of(base_url, json!({"load": stage(load, flow)}))
}

/// A plan of some stages.
pub(crate) fn plan_of(base_url: &str, stages: Value) -> Value {
    json!({"version": 1, "name": "accuracy", "seed": 1, "http": {"base_url": base_url}, "stages": stages})
}

/// An Execute stage with one scenario `all`.
pub(crate) fn stage(load: Value, flow: Value) -> Value {
    json!({"execute": {
        "scenarios": {"all": {"load": load, "flow": flow}},
        "settings": {"graceful_stop": "30s"},
    }})
}

/// A flow of one request.
pub(crate) fn get(url: &str) -> Value {
    json!([{"http": {"url": url}}])
}

/// Virtual users for a time.
pub(crate) fn closed(users: u32, duration: &str) -> Value {
    json!({"closed": {"users": users, "duration": duration}})
}

/// Starts a target with one thread.
pub(crate) fn target() -> RunningTarget {
    let config = TargetConfig {
        threads: 1,
        ..TargetConfig::default()
    };
    Target::start(config).unwrap()
}

/// Base URL of a target.
pub(crate) fn url(target: &RunningTarget) -> String {
    format!("http://{}", target.http_addr())
}

/// Waits until something holds; ends the test when it never does.
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..30_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("after 30 s it still does not hold that {what}");
}

/// A run that has ended, its account checked.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) summary: Summary,
    pub(crate) names: SeriesSnapshot,
    pub(crate) intervals: Vec<Interval>,
    pub(crate) directory: PathBuf,
    pub(crate) stopped: bool,
}

impl Done {
    pub(crate) fn of(finished: FinishedRun) -> Self {
        let stored = std::fs::read_to_string(finished.directory.join("intervals.jsonl")).unwrap();
        let (names, intervals) = read_intervals(&stored);
        let done = Self {
            names,
            intervals,
            directory: finished.directory,
            stopped: finished.stopped,
            summary: finished.summary,
        };
        done.check_account();
        done
    }

    pub(crate) fn totals(&self) -> Totals {
        self.summary.totals
    }

    /// The only series of operations.
    pub(crate) fn only(&self) -> &SeriesSummary {
        assert_eq!(self.summary.series.len(), 1, "{:#?}", self.summary.series);
        &self.summary.series[0]
    }

    /// Iterations that were started.
    pub(crate) fn iterations(&self) -> u64 {
        let stages = self.summary.stages.iter();
        stages.map(|stage| stage.iterations_started).sum()
    }

    /// Iterations started in each second of the run.
    pub(crate) fn iterations_by_second(&self) -> Vec<u64> {
        let is_iteration =
            |id: &SeriesId| self.names.series[id.index()].kind == SeriesKind::Iteration;
        let started = |interval: &Interval| -> u64 {
            let series = interval.series.iter().filter(|(id, _)| is_iteration(id));
            series.map(|(_, part)| part.started).sum()
        };
        self.intervals.iter().map(started).collect()
    }

    /// How late the generator was at most, in milliseconds: starting iterations, or looking after anything else.
    ///
    /// It looks every 10 ms, so that a shorter delay between two looks may go unseen.
    pub(crate) fn late_ms(&self) -> f64 {
        let generator = &self.summary.generator;
        generator.schedule_error_ms.max + generator.generator_delay_ms.max
    }

    /// How many times something of this rhythm may have been missed for being late.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count that is not negative"
    )]
    pub(crate) fn missed(&self, every_ms: f64) -> u64 {
        (self.late_ms() / every_ms).ceil() as u64
    }

    fn check_account(&self) {
        let totals = self.totals();
        let balanced = |what: &str, started: u64, [ok, failed, interrupted]: [u64; 3]| {
            assert_eq!(
                started,
                ok + failed + interrupted,
                "{what}: {ok} + {failed} + {interrupted}"
            );
        };
        let of = |t: Totals| [t.ok, t.failed, t.interrupted];
        balanced("totals", totals.started, of(totals));
        for stage in &self.summary.stages {
            balanced(&stage.name, stage.totals.started, of(stage.totals));
        }
        for one in &self.summary.series {
            balanced(
                &one.name,
                one.started,
                [one.ok, one.failed, one.interrupted],
            );
            let finished = one.ok + one.failed;
            for times in [&one.response_time_ms, &one.service_time_ms, &one.waiting_ms] {
                assert_eq!(times.count, finished, "{}", one.name);
            }
            let answered: u64 = one.statuses.values().sum();
            assert!(answered <= finished, "{}", one.name);
            assert_eq!(one.ok_times.service_time_ms.count, one.ok, "{}", one.name);
            assert_eq!(
                one.failed_times.service_time_ms.count, one.failed,
                "{}",
                one.name
            );
        }
        for one in &self.summary.transactions {
            balanced(
                &one.name,
                one.started,
                [one.ok, one.failed, one.interrupted],
            );
        }
        let stages = self.summary.stages.iter().map(|stage| stage.totals.started);
        assert_eq!(stages.sum::<u64>(), totals.started);
        let series = self.summary.series.iter().map(|one| one.started);
        assert_eq!(series.sum::<u64>(), totals.started);
        self.check_intervals();
    }

    /// At the end of every interval, what was started is ok, failed, interrupted or in flight.
    fn check_intervals(&self) {
        let indices: Vec<u64> = self
            .intervals
            .iter()
            .map(|interval| interval.index)
            .collect();
        let expect: Vec<u64> = (0..indices.len() as u64).collect();
        assert_eq!(indices, expect, "one line for each second, in order");
        let mut sums: BTreeMap<SeriesId, [u64; 4]> = BTreeMap::new();
        for interval in &self.intervals {
            for (id, part) in &interval.series {
                let [started, ok, failed, interrupted] = sums.entry(*id).or_default();
                *started += part.started;
                *ok += part.ok;
                *failed += part.failed;
                *interrupted += part.interrupted;
            }
            for (id, [started, ok, failed, interrupted]) in &sums {
                let in_flight = interval.series.get(id).map_or(0, |part| part.in_flight);
                assert_eq!(
                    *started,
                    ok + failed + interrupted + in_flight,
                    "{interval:?}"
                );
            }
        }
        let operations = sums
            .iter()
            .filter(|(id, _)| self.names.series[id.index()].kind == SeriesKind::Operation);
        let started: u64 = operations.map(|(_, [started, ..])| started).sum();
        assert_eq!(started, self.totals().started);
    }
}

/// Reads the lines of `intervals.jsonl`; a last line that is cut off does not count.
pub(crate) fn read_intervals(stored: &str) -> (SeriesSnapshot, Vec<Interval>) {
    let mut names = SeriesSnapshot::default();
    let mut intervals = Vec::new();
    let end = stored.rfind('\n').map_or(0, |at| at + 1);
    for line in stored[..end].lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        match line
            .get_mut("series")
            .filter(|series| series["series"].is_array())
        {
            Some(series) => names = serde_json::from_value(series.take()).unwrap(),
            None => intervals.push(serde_json::from_value(line).unwrap()),
        }
    }
    (names, intervals)
}

/// The percentiles that summaries hold.
pub(crate) fn quantiles(times: &Distribution) -> [(f64, f64); 5] {
    [
        (0.5, times.p50),
        (0.9, times.p90),
        (0.95, times.p95),
        (0.99, times.p99),
        (0.999, times.p99_9),
    ]
}

/// The value at a quantile by nearest rank.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank is a small whole number"
)]
pub(crate) fn value_at(sorted: &[f64], quantile: f64) -> f64 {
    let rank = (quantile * sorted.len() as f64 - 1e-9).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}
