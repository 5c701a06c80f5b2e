//! The words and numbers of a row.

use squall_compare::Metric;
use squall_compare::comparison::{Difference, Shown, Verdict};
use squall_compare::words;

use crate::number::{NONE, rate, time};
use crate::text::Role;

/// A p-value below this is shown as that.
const LEAST_P: f64 = 0.001;

/// How a verdict is said, and how it looks.
pub(super) fn verdict(verdict: Verdict) -> (Role, &'static str) {
    match verdict {
        Verdict::Faster => (Role::Good, "✔ faster"),
        Verdict::Slower => (Role::Bad, "✘ slower"),
        Verdict::Mixed => (Role::Warn, "! faster and slower"),
        Verdict::NoEvidence => (Role::Strong, "– no evidence"),
        Verdict::NotComparable => (Role::Warn, "! not comparable"),
    }
}

/// What is shown of a difference, and how it looks.
pub(super) fn finding(one: &Difference) -> (Role, &'static str) {
    match (one.shown, one.metric) {
        (Shown::TooFew, _) => (Role::Faint, "too few operations"),
        (Shown::NoEvidence, _) => (Role::Faint, "no evidence"),
        (Shown::More, Metric::Rate) => (Role::Plain, "higher"),
        (Shown::Less, Metric::Rate) => (Role::Warn, "lower"),
        (Shown::More, Metric::Failed) => (Role::Bad, "more"),
        (Shown::Less, Metric::Failed) => (Role::Good, "fewer"),
        (Shown::More, _) => (Role::Bad, "slower"),
        (Shown::Less, _) => (Role::Good, "faster"),
    }
}

/// A value of a run in the unit of its metric.
pub(super) fn value(metric: Metric, value: Option<f64>) -> String {
    match (metric, value) {
        (_, None) => NONE.to_owned(),
        (Metric::Rate, Some(value)) => rate(value),
        (Metric::Failed, Some(value)) => format!("{value:.2} %"),
        (_, Some(value)) => time(value),
    }
}

pub(super) fn change(one: &Difference) -> String {
    let change = one.change.map(|change| words::change(change, one.unit));
    change.unwrap_or_else(|| NONE.to_owned())
}

pub(super) fn interval(one: &Difference) -> String {
    match one.change {
        Some(_) => words::interval(one.low, one.high, one.unit),
        None => NONE.to_owned(),
    }
}

pub(super) fn probability(one: &Difference) -> String {
    match one.p_adjusted {
        None => NONE.to_owned(),
        Some(p) if p < LEAST_P => format!("< {LEAST_P}"),
        Some(p) => format!("{p:.3}"),
    }
}

/// `95 %`, `99.9 %`.
pub(super) fn confidence(confidence: f64) -> String {
    let percent = format!("{:.2}", confidence * 100.0);
    let percent = percent.trim_end_matches('0').trim_end_matches('.');
    format!("{percent} %")
}

/// How the numbers are to be read.
pub(super) fn legend(level: f64, tests: usize) -> String {
    format!(
        "each interval holds the true difference with {} confidence; p is adjusted for {tests} tests, and below {:.3} a difference is shown",
        confidence(level),
        1.0 - level
    )
}
