//! Findings in plain sentences.

use crate::comparison::{ComparedSeries, Difference, Kind, Shown, Verdict};
use crate::metric::{Metric, Unit};
use crate::pairing::LEAST_SECONDS;

/// Says a difference with its unit: `+10.4 %`, `-0.30 points`.
pub fn change(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent if value.abs() >= 999.95 => format!("{value:+.0} %"),
        Unit::Percent => format!("{:+.1} %", without_negative_zero(value, 0.05)),
        Unit::Points => format!("{:+.2} points", without_negative_zero(value, 0.005)),
    }
}

/// Says an interval: `+6.1 % to +14.8 %`, or what is known where a side has no end.
pub fn interval(low: Option<f64>, high: Option<f64>, unit: Unit) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{} to {}", change(low, unit), change(high, unit)),
        (Some(low), None) => format!("{} or more", change(low, unit)),
        (None, Some(high)) => format!("{} or less", change(high, unit)),
        (None, None) => "anything".to_owned(),
    }
}

fn without_negative_zero(value: f64, half: f64) -> f64 {
    if value.abs() < half { 0.0 } else { value }
}

/// The verdict on response times.
pub(crate) fn verdict(differences: &[Difference]) -> Verdict {
    let times = differences.iter().filter(|one| one.metric.is_time());
    let shown: Vec<Shown> = times.map(|one| one.shown).collect();
    both(shown.contains(&Shown::Less), shown.contains(&Shown::More))
}

/// The verdict over all series of a run.
pub(crate) fn verdict_of_all(series: &[ComparedSeries]) -> Verdict {
    let has = |verdict| series.iter().any(|one| one.verdict == verdict);
    if series
        .iter()
        .all(|one| one.verdict == Verdict::NotComparable)
    {
        return Verdict::NotComparable;
    }
    let mixed = has(Verdict::Mixed);
    both(mixed || has(Verdict::Faster), mixed || has(Verdict::Slower))
}

fn both(faster: bool, slower: bool) -> Verdict {
    match (faster, slower) {
        (true, true) => Verdict::Mixed,
        (true, false) => Verdict::Faster,
        (false, true) => Verdict::Slower,
        (false, false) => Verdict::NoEvidence,
    }
}

/// The verdict on one series in words.
pub(crate) fn sentence(differences: &[Difference]) -> String {
    let mut parts = vec![times(differences)];
    let of = |metric| differences.iter().find(|one| one.metric == metric);
    if let Some(failed) = of(Metric::Failed) {
        match failed.shown {
            Shown::More => parts.push(format!("fails more often: {}", in_words(failed))),
            Shown::Less => parts.push(format!("fails less often: {}", in_words(failed))),
            Shown::NoEvidence | Shown::TooFew => {}
        }
    }
    if let Some(rate) = of(Metric::Rate) {
        match rate.shown {
            Shown::More => parts.push(format!("higher rate: {}", in_words(rate))),
            Shown::Less => parts.push(format!("lower rate: {}", in_words(rate))),
            Shown::NoEvidence | Shown::TooFew => {}
        }
    }
    parts.join("; ")
}

fn times(differences: &[Difference]) -> String {
    let times: Vec<&Difference> = differences
        .iter()
        .filter(|one| one.metric.is_time())
        .collect();
    let with = |shown| {
        let found = times.iter().copied().filter(move |one| one.shown == shown);
        found.collect::<Vec<_>>()
    };
    let (less, more) = (with(Shown::Less), with(Shown::More));
    match verdict(differences) {
        Verdict::Faster => format!("faster: {}", clearest(&less)),
        Verdict::Slower => format!("slower: {}", clearest(&more)),
        Verdict::Mixed => {
            let (less, more) = (clearest(&less), clearest(&more));
            format!("faster in {less}; slower in {more}")
        }
        Verdict::NoEvidence | Verdict::NotComparable if times.is_empty() => {
            "response times were not compared".to_owned()
        }
        Verdict::NoEvidence | Verdict::NotComparable => nothing_shown(&times),
    }
}

/// What can be said where nothing is shown: how large the difference may be.
fn nothing_shown(times: &[&Difference]) -> String {
    let mut known = times.iter().filter(|one| one.change.is_some());
    // The tail says most, as far as it is known.
    let told = known.clone().find(|one| one.metric == Metric::P95);
    match told.or(known.next_back()) {
        Some(one) => format!("no evidence of a difference: {}", in_words(one)),
        None => "no evidence of a difference: too few operations".to_owned(),
    }
}

/// All metrics by name, the clearest with its numbers.
fn clearest(found: &[&Difference]) -> String {
    let least = found.iter().min_by(|left, right| {
        let key = |one: &Difference| one.p.unwrap_or(1.0);
        key(left).total_cmp(&key(right))
    });
    let Some(least) = least else {
        return String::new();
    };
    let others = found.iter().filter(|one| one.metric != least.metric);
    let others: Vec<&str> = others.map(|one| one.metric.name()).collect();
    if others.is_empty() {
        in_words(least)
    } else {
        format!("{}, also {}", in_words(least), others.join(", "))
    }
}

fn in_words(one: &Difference) -> String {
    let Some(by) = one.change else {
        return format!("{} not known", one.metric);
    };
    let interval = interval(one.low, one.high, one.unit);
    let by = change(by, one.unit);
    match one.metric {
        Metric::Failed | Metric::Rate => format!("{by} ({interval})"),
        metric => format!("{metric} {by} ({interval})"),
    }
}

/// What is said of a series with too few seconds.
pub(crate) fn too_few_seconds(base: usize, other: usize) -> String {
    format!(
        "not comparable: {base} and {other} seconds are left without the first and the last one, at least {LEAST_SECONDS} are needed"
    )
}

/// The verdict on a run in words.
pub(crate) fn sentence_of_all(verdict: Verdict, series: &[ComparedSeries]) -> String {
    if series.is_empty() {
        return "not comparable: the runs have no series in common".to_owned();
    }
    if let [only] = series {
        return only.sentence.clone();
    }
    let own = series.iter().filter(|one| one.kind != Kind::Overall);
    let own: Vec<&ComparedSeries> = own.collect();
    let count = |verdict| own.iter().filter(|one| one.verdict == verdict).count();
    let word = match verdict {
        Verdict::NotComparable => return series[0].sentence.clone(),
        Verdict::NoEvidence => "no evidence of a difference",
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::Mixed => "faster in some and slower in others",
    };
    let counts = [
        (Verdict::Slower, "slower"),
        (Verdict::Faster, "faster"),
        (Verdict::Mixed, "both"),
        (Verdict::NoEvidence, "without evidence"),
        (Verdict::NotComparable, "not comparable"),
    ];
    let counts = counts.map(|(verdict, word)| (count(verdict), word));
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let failing = failing(&own);
    format!(
        "{word}: of {} series {}{failing}",
        own.len(),
        told.join(", ")
    )
}

fn failing(series: &[&ComparedSeries]) -> String {
    let fails_more = |one: &&&ComparedSeries| {
        let mut differences = one.differences.iter();
        differences.any(|one| one.metric == Metric::Failed && one.shown == Shown::More)
    };
    match series.iter().filter(fails_more).count() {
        0 => String::new(),
        count => format!("; {count} fail more often"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_a_sign_and_a_unit() {
        for (value, unit, expected) in [
            (10.44, Unit::Percent, "+10.4 %"),
            (-0.04, Unit::Percent, "+0.0 %"),
            (-3.0, Unit::Percent, "-3.0 %"),
            (1_234.5, Unit::Percent, "+1234 %"),
            (0.3, Unit::Points, "+0.30 points"),
        ] {
            assert_eq!(change(value, unit), expected);
        }
    }

    #[test]
    fn an_interval_may_have_one_end_alone() {
        let told = |low, high| interval(low, high, Unit::Percent);
        assert_eq!(told(Some(-1.0), Some(2.0)), "-1.0 % to +2.0 %");
        assert_eq!(told(Some(-1.0), None), "-1.0 % or more");
        assert_eq!(told(None, Some(2.0)), "+2.0 % or less");
    }
}
