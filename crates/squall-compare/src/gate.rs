//! Whether a run has regressed beyond what is allowed.

use serde::Serialize;

use crate::compare::Care;
use crate::contrast::Contrast;
use crate::limit::Limit;
use crate::metric::{Metric, Unit};
use crate::pairing::{Doubts, Paired};
use crate::run::StoredRun;

/// What came out for one limit and one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The whole interval is beyond the limit.
    Exceeded,
    /// The difference itself is beyond the limit, its interval is not: it may be chance.
    NotShown,
    /// The difference is within the limit.
    Within,
}

/// One limit and one series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The limit as it is written.
    pub limit: String,
    /// Name of the series.
    pub series: String,
    /// What came out.
    pub outcome: Outcome,
    /// In what the difference is said.
    pub unit: Unit,
    /// The difference.
    pub change: f64,
    /// Where its interval begins; nothing where it has no end on this side. All intervals of a gate hold together with its confidence.
    pub low: Option<f64>,
    /// Where its interval ends.
    pub high: Option<f64>,
}

/// A run judged against its baseline.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Gate {
    /// Every limit with every series that can be judged.
    pub judged: Vec<Judged>,
    /// Why there is no answer to a limit, or to any.
    pub unanswered: Vec<String>,
}

impl Gate {
    /// Whether the run may pass: nothing is exceeded, and every limit has an answer.
    pub fn passes(&self) -> bool {
        self.unanswered.is_empty() && !self.is_exceeded()
    }

    /// Whether a limit is shown to be exceeded.
    pub fn is_exceeded(&self) -> bool {
        let exceeded = |one: &Judged| one.outcome == Outcome::Exceeded;
        self.judged.iter().any(exceeded)
    }

    /// Returns one sentence for each reason not to let the run pass.
    pub fn reasons(&self) -> Vec<String> {
        let exceeded = self.judged.iter();
        let exceeded = exceeded.filter(|one| one.outcome == Outcome::Exceeded);
        let told = exceeded.map(|one| {
            format!(
                "`{}` is exceeded by `{}`: {}",
                one.limit,
                one.series,
                one.in_words()
            )
        });
        told.chain(self.unanswered.iter().cloned()).collect()
    }
}

impl Judged {
    /// Says the difference and its interval.
    pub fn in_words(&self) -> String {
        let by = crate::words::change(self.change, self.unit);
        let interval = crate::words::interval(self.low, self.high, self.unit);
        format!("{by} ({interval})")
    }
}

/// Judges a run against its baseline: every limit for all operations together, and for each series.
///
/// All intervals hold together with `confidence`: each has 1 − (1 − `confidence`)/n (Bonferroni), n being the number of limits times series.
pub fn judge(
    base: &StoredRun,
    run: &StoredRun,
    limits: &[Limit],
    (confidence, care): (f64, Care),
) -> Gate {
    let doubts = Doubts::of(base, run);
    if care == Care::Strict && !doubts.obstacles.is_empty() {
        let unanswered = format!(
            "not comparable with the baseline: {}",
            doubts.obstacles.join("; ")
        );
        return Gate {
            judged: Vec::new(),
            unanswered: vec![unanswered],
        };
    }
    let mut metrics: Vec<Metric> = limits.iter().map(Limit::metric).collect();
    metrics.sort_unstable();
    metrics.dedup();
    let paired = Paired::of(base, run, &metrics);
    let series = paired
        .series
        .iter()
        .map(|series| (series.name.as_str(), &series.contrasts));
    let known = series.flat_map(|(name, contrasts)| {
        let known = contrasts.iter();
        known.filter_map(move |(metric, contrast)| Some((name, *metric, contrast.as_ref()?)))
    });
    let known: Vec<(&str, Metric, &Contrast)> = known.collect();
    let of = |limit: &Limit| {
        let metric = limit.metric();
        known.iter().filter(move |(_, found, _)| *found == metric)
    };
    let checks: usize = limits.iter().map(|limit| of(limit).count()).sum();
    let error = (1.0 - confidence) / checks.max(1) as f64;
    let mut gate = Gate::default();
    for limit in limits {
        let found = of(limit).map(|(name, _, contrast)| judged(limit, name, contrast, error));
        let before = gate.judged.len();
        gate.judged.extend(found);
        if gate.judged.len() == before {
            let told = format!("`{limit}` has no answer: there are too few seconds or operations");
            gate.unanswered.push(told);
        }
    }
    gate
}

fn judged(limit: &Limit, series: &str, contrast: &Contrast, error: f64) -> Judged {
    let change = contrast.change();
    let interval = contrast.interval(error);
    let end = |value: f64| value.is_finite().then_some(value);
    Judged {
        limit: limit.to_string(),
        series: series.to_owned(),
        outcome: match limit.is_beyond(change) {
            true if limit.is_beyond(limit.nearest(interval)) => Outcome::Exceeded,
            true => Outcome::NotShown,
            false => Outcome::Within,
        },
        unit: limit.metric().unit(),
        change,
        low: end(interval.0).filter(|low| *low > -100.0),
        high: end(interval.1),
    }
}
