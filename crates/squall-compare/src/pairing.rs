//! What of two runs is put beside each other, and what speaks against it.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use squall_metrics::summary::VerdictStatus;
use squall_metrics::{SeriesKey, SeriesKind};

use crate::comparison::Kind;
use crate::contrast::Contrast;
use crate::metric::Metric;
use crate::plans::PlanDifferences;
use crate::run::{Measured, Second, StoredRun};

/// Fewer seconds than this leave nothing to estimate from.
pub(crate) const LEAST_SECONDS: usize = 10;

/// What both runs have.
#[derive(Debug, Default)]
pub(crate) struct Paired {
    pub(crate) series: Vec<PairedSeries>,
    pub(crate) only_in_base: Vec<String>,
    pub(crate) only_in_other: Vec<String>,
}

/// One series of both runs.
#[derive(Debug)]
pub(crate) struct PairedSeries {
    pub(crate) kind: Kind,
    pub(crate) stage: String,
    pub(crate) scenario: String,
    pub(crate) name: String,
    pub(crate) base_seconds: usize,
    pub(crate) other_seconds: usize,
    /// Nothing where there are too few operations; no metric at all where there are too few seconds.
    pub(crate) contrasts: Vec<(Metric, Option<Contrast>)>,
}

impl Paired {
    pub(crate) fn of(base: &StoredRun, other: &StoredRun, metrics: &[Metric]) -> Self {
        let (base, other) = (Measured::of(base), Measured::of(other));
        let both: Vec<&SeriesKey> = base.keys().filter(|key| other.has(key)).collect();
        let operations = both.iter().copied();
        let operations = operations.filter(|key| key.kind == SeriesKind::Operation);
        let operations: Vec<&SeriesKey> = operations.collect();
        let mut series = Vec::new();
        if operations.len() > 1 {
            let seconds = (base.seconds_of(&operations), other.seconds_of(&operations));
            series.push(PairedSeries::of(None, &seconds.0, &seconds.1, metrics));
        }
        series.extend(at_once(&both, |key| {
            let seconds = (base.seconds(key), other.seconds(key));
            PairedSeries::of(Some(key), &seconds.0, &seconds.1, metrics)
        }));
        Self {
            series,
            only_in_base: alone(&base, &other),
            only_in_other: alone(&other, &base),
        }
    }
}

/// Does something for each of many, on all cores; the order stays.
fn at_once<T: Sync, R: Send>(many: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = many.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let workers = many.chunks(share);
        let workers = workers.map(|part| scope.spawn(|| part.iter().map(&one).collect::<Vec<R>>()));
        let workers: Vec<_> = workers.collect();
        let done = workers.into_iter().map(ScopedJoinHandle::join);
        done.flat_map(|done| done.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

fn alone(run: &Measured<'_>, without: &Measured<'_>) -> Vec<String> {
    let alone = run.keys().filter(|key| !without.has(key));
    alone.map(|key| key.name.to_string()).collect()
}

impl PairedSeries {
    /// Puts a series of both runs together; without a key it is all operations.
    fn of(
        key: Option<&SeriesKey>,
        base: &[Second<'_>],
        other: &[Second<'_>],
        metrics: &[Metric],
    ) -> Self {
        let enough = base.len().min(other.len()) >= LEAST_SECONDS;
        let metrics = if enough { metrics } else { &[] };
        let contrasts = metrics.iter();
        let contrasts = contrasts.map(|metric| (*metric, Contrast::of(*metric, base, other)));
        Self {
            kind: match key.map(|key| key.kind) {
                None => Kind::Overall,
                Some(SeriesKind::Transaction) => Kind::Transaction,
                Some(_) => Kind::Operation,
            },
            stage: key.map(|key| key.stage.to_string()).unwrap_or_default(),
            scenario: key.map(|key| key.scenario.to_string()).unwrap_or_default(),
            name: key.map_or_else(|| "all operations".to_owned(), |key| key.name.to_string()),
            base_seconds: base.len(),
            other_seconds: other.len(),
            contrasts: contrasts.collect(),
        }
    }
}

/// What speaks against a comparison of two runs, and what a reader should know of it.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    pub(crate) obstacles: Vec<String>,
    pub(crate) notes: Vec<String>,
}

impl Doubts {
    pub(crate) fn of(base: &StoredRun, other: &StoredRun) -> Self {
        let mut doubts = Self::default();
        for run in [base, other] {
            let verdict = &run.summary.verdict;
            let reasons = verdict.reasons.join("; ");
            let told = |word: &str| format!("run `{}` {word}: {reasons}", run.summary.run.id);
            match verdict.status {
                VerdictStatus::Passed => {}
                VerdictStatus::Failed => doubts.notes.push(told("failed")),
                VerdictStatus::Invalid => doubts.obstacles.push(told("is invalid")),
            }
        }
        let plans = PlanDifferences::of(&base.plan, &other.plan);
        if !plans.load.is_empty() {
            let told = format!("the plans differ: {}", plans.load.join(", "));
            doubts.obstacles.push(told);
        }
        let hosts = plans.hosts.iter();
        doubts
            .notes
            .extend(hosts.map(|hosts| format!("the targets differ: {hosts}")));
        doubts
    }
}

/// Tells in what two plans differ that matters for a comparison.
pub fn plan_differences(base: &serde_json::Value, other: &serde_json::Value) -> Vec<String> {
    PlanDifferences::of(base, other).load
}
