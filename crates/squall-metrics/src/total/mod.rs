//! A whole run.

mod series;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::failures::FailureGroups;
use crate::health::HealthTotals;
use crate::histogram::Histogram;
use crate::interpreter::InterpreterTotals;
use crate::interval::Interval;
use crate::seconds::LoadedSeconds;
use crate::series::{ScenarioId, ScenarioKey, SeriesId, SeriesKey, SeriesKind, SeriesTable};
use crate::series_part::Measure;
use crate::summary::{
    CheckSummary, Distribution, MetricSummary, SeriesSummary, Totals, TransactionSummary,
};

use self::series::Nesting;
pub use self::series::SeriesTotal;
pub(crate) use self::series::error_summaries;

/// Failure groups of a series over a whole run.
pub(crate) const FAILURE_LIMIT: usize = 256;
/// Names of checks of a series over a whole run.
const CHECK_LIMIT: usize = 256;
const NS_PER_S: f64 = 1e9;

/// Everything that was measured in a run so far.
#[derive(Clone, Debug)]
pub struct RunTotals {
    table: SeriesTable,
    /// By [`SeriesId`].
    series: Vec<Option<Box<SeriesTotal>>>,
    stages: Vec<StageUsers>,
    clamped: BTreeMap<ScenarioId, u64>,
    schedule_error: Histogram,
    generator_delay: Histogram,
    thread_busy_max_percent: f64,
    interpreters: InterpreterTotals,
    health: HealthTotals,
    seconds: LoadedSeconds,
    agents_lost: u32,
}

#[derive(Clone, Debug)]
struct StageUsers {
    stage: std::sync::Arc<str>,
    dropped: u64,
    users_max: u64,
}

/// The iterations of a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IterationTotals {
    /// Started.
    pub started: u64,
    /// Ended well.
    pub ok: u64,
    /// In which something failed.
    pub failed: u64,
    /// Due, but no virtual user was free.
    pub dropped: u64,
    /// Largest number of virtual users at once.
    pub users_max: u64,
}

/// Counts the iterations that began in an interval.
fn iterations_started(table: &SeriesTable, interval: &Interval) -> u64 {
    let is_iteration = |id| {
        let key = table.key(id);
        key.is_some_and(|key| key.kind == SeriesKind::Iteration)
    };
    let series = interval.series.iter();
    let iterations = series.filter(|(id, part)| part.started > 0 && is_iteration(**id));
    iterations.map(|(_, part)| part.started).sum()
}

impl RunTotals {
    /// Nothing yet; `table` is the one that the intervals' ids are of.
    pub fn new(table: SeriesTable) -> Self {
        Self {
            table,
            series: Vec::new(),
            stages: Vec::new(),
            clamped: BTreeMap::new(),
            schedule_error: Histogram::new(),
            generator_delay: Histogram::new(),
            thread_busy_max_percent: 0.0,
            interpreters: InterpreterTotals::default(),
            health: HealthTotals::default(),
            seconds: LoadedSeconds::default(),
            agents_lost: 0,
        }
    }

    /// Adds an interval. All parts of the interval must have been merged into it.
    pub fn add(&mut self, interval: &Interval) {
        for (id, part) in &interval.series {
            self.total(*id).add(part);
        }
        self.add_scenarios(interval, |_| true);
        self.add_generator(interval);
    }

    /// Adds of an interval what ended in it, of some stages alone: so that each operation is in the totals of one interval, one that
    /// ended in it counts as started in it too.
    pub(crate) fn add_ended(&mut self, interval: &Interval, of_stage: impl Fn(&str) -> bool) {
        for (id, part) in &interval.series {
            if part.ended() == 0 && part.values.is_none() {
                continue;
            }
            let key = self.table.key(*id);
            if key.is_some_and(|key| of_stage(&key.stage)) {
                let total = self.total(*id);
                let started = total.started + part.ended();
                total.add(part);
                total.started = started;
            }
        }
        self.add_scenarios(interval, of_stage);
        self.add_generator(interval);
    }

    fn total(&mut self, id: SeriesId) -> &mut SeriesTotal {
        if self.series.len() <= id.index() {
            self.series.resize_with(id.index() + 1, || None);
        }
        self.series[id.index()].get_or_insert_default()
    }

    fn add_generator(&mut self, interval: &Interval) {
        self.schedule_error.merge_sparse(&interval.schedule_error);
        self.generator_delay.merge_sparse(&interval.generator_delay);
        self.thread_busy_max_percent = self
            .thread_busy_max_percent
            .max(interval.thread_busy_max_percent());
        self.interpreters.add(interval);
        self.health.add(interval);
        self.seconds
            .add(interval, || iterations_started(&self.table, interval));
        self.agents_lost += interval.agents_lost;
    }

    fn add_scenarios(&mut self, interval: &Interval, of_stage: impl Fn(&str) -> bool) {
        let mut users: Vec<u64> = Vec::new();
        for (&id, part) in &interval.scenarios {
            if part.clamped > 0 {
                *self.clamped.entry(id).or_default() += part.clamped;
            }
            let Some(ScenarioKey { stage, .. }) = self.table.scenario(id) else {
                continue;
            };
            if !of_stage(&stage) || self.table.is_hooks(id) {
                continue;
            }
            let at = self
                .stages
                .iter()
                .position(|known| known.stage == stage)
                .unwrap_or_else(|| {
                    self.stages.push(StageUsers {
                        stage,
                        dropped: 0,
                        users_max: 0,
                    });
                    self.stages.len() - 1
                });
            self.stages[at].dropped += part.dropped;
            users.resize(self.stages.len().max(users.len()), 0);
            users[at] += part.users_peak;
        }
        for (stage, users) in self.stages.iter_mut().zip(users) {
            stage.users_max = stage.users_max.max(users);
        }
    }

    /// The table that ids are of.
    pub fn table(&self) -> &SeriesTable {
        &self.table
    }

    /// One series, if anything of it was seen.
    pub fn series(&self, id: SeriesId) -> Option<&SeriesTotal> {
        self.series.get(id.index())?.as_deref()
    }

    /// Sums over all operations of the run; what is in flight counts as interrupted.
    pub fn totals(&self) -> Totals {
        self.sum_operations(|_| true)
    }

    /// Response times of all operations of the run.
    pub fn response_time(&self) -> Distribution {
        let mut merged = Histogram::new();
        for (_, series) in self.seen(|kind| kind == SeriesKind::Operation) {
            merged.merge(series.times(Measure::OkResponse));
            merged.merge(series.times(Measure::FailedResponse));
        }
        merged.distribution()
    }

    /// Sums over all operations of a stage; what is in flight counts as interrupted.
    pub fn stage_totals(&self, stage: &str) -> Totals {
        self.sum_operations(|of| of == stage)
    }

    /// Operations that are in flight.
    pub fn in_flight(&self) -> u64 {
        self.seen(|kind| kind == SeriesKind::Operation)
            .iter()
            .map(|(_, series)| series.in_flight())
            .sum()
    }

    /// The iterations of a stage's load: those of its hooks, which run once beside it, are left out.
    pub fn stage_iterations(&self, stage: &str) -> IterationTotals {
        let mut totals = IterationTotals::default();
        let snapshot = self.table.snapshot();
        let is_hooks = |key: &SeriesKey| {
            let mut hooks = snapshot.hooks.iter();
            hooks.any(|id| {
                let hooks = &snapshot.scenarios[id.index()];
                hooks.stage == key.stage && hooks.scenario == key.scenario
            })
        };
        for (_, series) in self
            .seen(|kind| kind == SeriesKind::Iteration)
            .iter()
            .filter(|(key, _)| &*key.stage == stage && !is_hooks(key))
        {
            totals.started += series.started;
            totals.ok += series.ok;
            totals.failed += series.failed;
        }
        if let Some(users) = self.stages.iter().find(|known| &*known.stage == stage) {
            totals.dropped = users.dropped;
            totals.users_max = users.users_max;
        }
        totals
    }

    /// The iterations of one scenario of a stage; drops and users are those of the stage, and not among them.
    pub fn scenario_iterations(&self, stage: &str, scenario: &str) -> IterationTotals {
        let mut totals = IterationTotals::default();
        for (key, series) in self.seen(|kind| kind == SeriesKind::Iteration) {
            if *key.stage == *stage && *key.scenario == *scenario {
                totals.started += series.started;
                totals.ok += series.ok;
                totals.failed += series.failed;
            }
        }
        totals
    }

    /// One entry per operation series, in order of their ids; `load_s` gives the seconds of load of a stage.
    pub fn series_summaries(&self, load_s: impl Fn(&str) -> f64) -> Vec<SeriesSummary> {
        let seen = self.seen(|kind| kind == SeriesKind::Operation);
        let nesting = Nesting::of_table(&self.table);
        seen.iter()
            .map(|(key, series)| series.summary(key, nesting.of(key), load_s(&key.stage)))
            .collect()
    }

    /// One entry per single check of each operation series, in order of the series' ids.
    pub fn check_summaries(&self) -> Vec<CheckSummary> {
        let mut summaries = Vec::new();
        for (key, series) in self.seen(|kind| kind == SeriesKind::Operation) {
            summaries.extend(series.checks.iter().map(|(name, count)| CheckSummary {
                stage: key.stage.to_string(),
                scenario: key.scenario.to_string(),
                operation: key.name.to_string(),
                name: name.to_string(),
                passed: count.passed,
                failed: count.failed,
                passed_percent: match count.passed + count.failed {
                    0 => 0.0,
                    all => count.passed as f64 * 100.0 / all as f64,
                },
            }));
        }
        summaries
    }

    /// One entry per transaction and per scenario's iterations, in order of their ids.
    pub fn transaction_summaries(&self) -> Vec<TransactionSummary> {
        let seen =
            self.seen(|kind| matches!(kind, SeriesKind::Transaction | SeriesKind::Iteration));
        let nesting = Nesting::of_table(&self.table);
        seen.iter()
            .map(|(key, series)| {
                series.transaction_summary(key, nesting.of(key), &self.apart(key, series))
            })
            .collect()
    }

    /// The failures of every operation, transaction and scenario's iterations, in order of their ids, each counted once.
    pub fn failures(&self) -> Vec<(SeriesKey, Cow<'_, FailureGroups>)> {
        let seen = self.seen(|kind| kind != SeriesKind::Metric);
        let failed = seen
            .into_iter()
            .filter(|(_, series)| !series.failures.is_empty());
        failed
            .map(|(key, series)| {
                let failures = self.apart(&key, series);
                (key, failures)
            })
            .collect()
    }

    /// What failed in a series. What a script raised counts on its iterations, and, where its body is timed as an operation, on that
    /// too: then it is left out of the iterations.
    fn apart<'a>(&self, key: &SeriesKey, series: &'a SeriesTotal) -> Cow<'a, FailureGroups> {
        if key.kind != SeriesKind::Iteration || series.failures.is_empty() {
            return Cow::Borrowed(&series.failures);
        }
        let mut failures = series.failures.clone();
        for (_, operation) in self
            .seen(|kind| kind == SeriesKind::Operation)
            .iter()
            .filter(|(known, _)| known.stage == key.stage && known.scenario == key.scenario)
        {
            failures.take_away(&operation.failures);
        }
        Cow::Owned(failures)
    }

    /// One entry per number that the test measured itself, in order of their ids.
    pub fn metric_summaries(&self) -> Vec<MetricSummary> {
        let seen = self.seen(|kind| kind == SeriesKind::Metric);
        seen.iter()
            .filter_map(|(key, series)| series.metric_summary(key))
            .collect()
    }

    /// Scenarios that somebody asked more virtual users of than their load may have, and how often.
    pub fn clamped(&self) -> impl Iterator<Item = (ScenarioKey, u64)> {
        let scenarios = self.clamped.iter();
        scenarios.filter_map(|(&id, &times)| Some((self.table.scenario(id)?, times)))
    }

    /// The interpreters that ran scripts.
    pub fn interpreters(&self) -> &InterpreterTotals {
        &self.interpreters
    }

    /// Processes and the machine.
    pub fn health(&self) -> &HealthTotals {
        &self.health
    }

    /// Seconds with load, and those in which the generator was at a limit.
    pub fn seconds(&self) -> &LoadedSeconds {
        &self.seconds
    }

    /// Agents that were lost so far.
    pub fn agents_lost(&self) -> u32 {
        self.agents_lost
    }

    /// Actual − intended start of iterations as far as the generator caused it.
    pub fn schedule_error(&self) -> &Histogram {
        &self.schedule_error
    }

    /// Delay that no target caused.
    pub fn generator_delay(&self) -> &Histogram {
        &self.generator_delay
    }

    /// Largest share of an interval that a thread was busy, in percent.
    pub fn thread_busy_max_percent(&self) -> f64 {
        self.thread_busy_max_percent
    }

    fn sum_operations(&self, of_stage: impl Fn(&str) -> bool) -> Totals {
        let mut totals = Totals::default();
        for (_, series) in self
            .seen(|kind| kind == SeriesKind::Operation)
            .iter()
            .filter(|(key, _)| of_stage(&key.stage))
        {
            totals.started += series.started;
            totals.ok += series.ok;
            totals.failed += series.failed;
            totals.interrupted += series.left();
            totals.bytes_sent += series.bytes_sent;
            totals.bytes_received += series.bytes_received;
        }
        let stages = self.stages.iter().filter(|users| of_stage(&users.stage));
        totals.dropped_iterations = stages.map(|users| users.dropped).sum();
        totals
    }

    fn seen(&self, wanted: impl Fn(SeriesKind) -> bool) -> Vec<(SeriesKey, &SeriesTotal)> {
        let snapshot = self.table.snapshot();
        let keyed = snapshot.series.into_iter().zip(&self.series);
        keyed
            .filter_map(|(key, series)| Some((key, series.as_deref()?)))
            .filter(|(key, _)| wanted(key.kind))
            .collect()
    }
}
