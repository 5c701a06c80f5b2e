//! From runs to a comparison.

use squall_metrics::summary::Summary;

use crate::comparison::{
    ComparedRun, ComparedSeries, Comparison, Difference, RunLabel, SCHEMA_VERSION, Shown, Verdict,
};
use crate::contrast::Contrast;
use crate::holm;
use crate::metric::Metric;
use crate::pairing::{Doubts, Paired, PairedSeries};
use crate::run::StoredRun;
use crate::words;

/// What is done with runs whose numbers do not answer the question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Care {
    /// They are not compared.
    #[default]
    Strict,
    /// They are compared, and what speaks against it is said.
    Anyway,
}

/// How runs are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareSettings {
    /// What is compared; fewer metrics find smaller differences. Default: all.
    pub metrics: Vec<Metric>,
    /// Confidence, above 0 and below 1. Default: 0.95.
    pub confidence: f64,
    /// What is done with runs that are not comparable.
    pub care: Care,
}

impl Default for CompareSettings {
    fn default() -> Self {
        Self {
            metrics: Metric::ALL.to_vec(),
            confidence: 0.95,
            care: Care::Strict,
        }
    }
}

/// One run put beside the base.
struct Beside<'a> {
    run: &'a StoredRun,
    doubts: Doubts,
    paired: Paired,
}

/// Compares each of `others` with `base`.
pub fn compare(base: &StoredRun, others: &[&StoredRun], settings: &CompareSettings) -> Comparison {
    let beside = others.iter().map(|other| {
        let doubts = Doubts::of(base, other);
        let refused = settings.care == Care::Strict && !doubts.obstacles.is_empty();
        Beside {
            run: other,
            doubts,
            paired: if refused {
                Paired::default()
            } else {
                Paired::of(base, other, &settings.metrics)
            },
        }
    });
    let beside: Vec<Beside<'_>> = beside.collect();
    let contrasts = beside.iter().flat_map(|one| contrasts(&one.paired));
    let found: Vec<f64> = contrasts.map(Contrast::p).collect();
    let adjusted = holm::adjust(&found);
    let tests = found.len();
    let mut probabilities = found.into_iter().zip(adjusted);
    let error = 1.0 - settings.confidence;
    let others = beside.into_iter().map(|one| {
        let series = one.paired.series.iter();
        let series = series.map(|series| compared(series, error, &mut probabilities));
        let series = series.collect();
        told(one, series, settings.care)
    });
    Comparison {
        schema_version: SCHEMA_VERSION,
        confidence: settings.confidence,
        base: label(&base.summary),
        others: others.collect(),
        tests,
    }
}

fn contrasts(paired: &Paired) -> impl Iterator<Item = &Contrast> {
    let all = paired.series.iter().flat_map(|series| &series.contrasts);
    all.filter_map(|(_, contrast)| contrast.as_ref())
}

fn label(summary: &Summary) -> RunLabel {
    RunLabel {
        id: summary.run.id.clone(),
        name: summary.run.name.clone(),
        started_at: summary.run.started_at.clone(),
    }
}

fn told(beside: Beside<'_>, series: Vec<ComparedSeries>, care: Care) -> ComparedRun {
    let Doubts { obstacles, notes } = beside.doubts;
    let refused = care == Care::Strict && !obstacles.is_empty();
    let (verdict, sentence) = if refused {
        let sentence = format!("not comparable: {}", obstacles.join("; "));
        (Verdict::NotComparable, sentence)
    } else {
        let verdict = words::verdict_of_all(&series);
        (verdict, words::sentence_of_all(verdict, &series))
    };
    ComparedRun {
        run: label(&beside.run.summary),
        verdict,
        sentence,
        obstacles,
        notes,
        series,
        only_in_base: beside.paired.only_in_base,
        only_in_other: beside.paired.only_in_other,
    }
}

/// Takes as many probabilities as the series has contrasts.
fn compared(
    paired: &PairedSeries,
    error: f64,
    probabilities: &mut impl Iterator<Item = (f64, f64)>,
) -> ComparedSeries {
    let differences = paired
        .contrasts
        .iter()
        .map(|(metric, contrast)| match contrast {
            Some(contrast) => {
                let p = probabilities.next().unwrap_or((1.0, 1.0));
                difference(*metric, contrast, error, p)
            }
            None => too_few(*metric),
        });
    let differences: Vec<Difference> = differences.collect();
    let (verdict, sentence) = if differences.is_empty() {
        let sentence = words::too_few_seconds(paired.base_seconds, paired.other_seconds);
        (Verdict::NotComparable, sentence)
    } else {
        (words::verdict(&differences), words::sentence(&differences))
    };
    ComparedSeries {
        kind: paired.kind,
        stage: paired.stage.clone(),
        scenario: paired.scenario.clone(),
        name: paired.name.clone(),
        verdict,
        sentence,
        base_seconds: paired.base_seconds,
        other_seconds: paired.other_seconds,
        differences,
    }
}

fn difference(
    metric: Metric,
    contrast: &Contrast,
    error: f64,
    (p, p_adjusted): (f64, f64),
) -> Difference {
    let change = contrast.change();
    let (base, other) = contrast.values();
    let (low, high) = contrast.interval(error);
    let end = |value: f64| value.is_finite().then_some(value);
    Difference {
        metric,
        shown: match change {
            _ if p_adjusted >= error => Shown::NoEvidence,
            change if change > 0.0 => Shown::More,
            _ => Shown::Less,
        },
        base: Some(base),
        other: Some(other),
        unit: metric.unit(),
        change: Some(change),
        low: end(low).filter(|low| *low > -100.0),
        high: end(high),
        p: Some(p),
        p_adjusted: Some(p_adjusted),
    }
}

fn too_few(metric: Metric) -> Difference {
    Difference {
        metric,
        shown: Shown::TooFew,
        base: None,
        other: None,
        unit: metric.unit(),
        change: None,
        low: None,
        high: None,
        p: None,
        p_adjusted: None,
    }
}
