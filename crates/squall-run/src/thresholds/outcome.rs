//! How rules stand, in words and numbers.

use squall_metrics::summary::{ThresholdStatus, ThresholdSummary};
use squall_metrics::threshold::{Judgment, Status};
use squall_plan::CheckedThreshold;
use squall_plan::threshold::{Action, Comparison, Quantity, Rule, Select, Subject, Unit};

use crate::snapshot::{ThresholdProgress, ThresholdState};

/// Stands for a rule that nobody got to judge.
const UNJUDGED: Judgment = Judgment {
    status: Status::NoData,
    value: None,
    margin: None,
    broken_at_s: None,
};

/// Tells whether a broken rule ends the run.
pub(super) fn aborts(threshold: &CheckedThreshold) -> bool {
    matches!(threshold.rule.action, Action::Abort { .. })
}

/// Says why the run ends.
pub(super) fn ended_by(threshold: &CheckedThreshold, judgment: &Judgment) -> String {
    let at = judgment.broken_at_s.unwrap_or(0.0);
    format!(
        "ended after {at:.0} s by the threshold `{}`",
        threshold.text
    )
}

fn paired<'a>(
    thresholds: &'a [CheckedThreshold],
    judgments: &'a [Judgment],
) -> impl Iterator<Item = (&'a CheckedThreshold, &'a Judgment)> {
    let judgments = judgments.iter().chain(std::iter::repeat(&UNJUDGED));
    thresholds.iter().zip(judgments)
}

/// Says why rules failed the run, each with what may help.
pub(crate) fn reasons(thresholds: &[CheckedThreshold], judgments: &[Judgment]) -> Vec<String> {
    let failed = paired(thresholds, judgments).filter(|(threshold, judgment)| {
        judgment.status != Status::Held && threshold.rule.action != Action::Warn
    });
    failed
        .map(|(threshold, judgment)| message(threshold, judgment))
        .collect()
}

/// Returns what `summary.json` says of rules.
pub(crate) fn summaries(
    thresholds: &[CheckedThreshold],
    judgments: &[Judgment],
) -> Vec<ThresholdSummary> {
    let summaries = paired(thresholds, judgments).map(|(threshold, judgment)| {
        let rule = &threshold.rule;
        let status = match (judgment.status, rule.action) {
            (Status::Held, _) => ThresholdStatus::Passed,
            (_, Action::Warn) => ThresholdStatus::Warned,
            (Status::Broken | Status::NoData, _) => ThresholdStatus::Failed,
        };
        let place = threshold.source.as_ref();
        ThresholdSummary {
            rule: threshold.text.clone(),
            status,
            value: judgment.value,
            limit: rule.limit,
            margin: judgment.margin,
            unit: unit(rule.unit).to_owned(),
            action: match rule.action {
                Action::Fail => "fail",
                Action::Warn => "warn",
                Action::Abort { .. } => "abort",
            }
            .to_owned(),
            broken_at_s: judgment.broken_at_s,
            message: (judgment.status != Status::Held).then(|| message(threshold, judgment)),
            source: place.map(|place| format!("{}:{}", place.file, place.line)),
        }
    });
    summaries.collect()
}

/// Returns what live views show of rules.
pub(crate) fn live(
    thresholds: &[CheckedThreshold],
    judgments: &[Judgment],
) -> Vec<ThresholdProgress> {
    let shown = paired(thresholds, judgments).map(|(threshold, judgment)| ThresholdProgress {
        rule: threshold.text.clone(),
        state: match judgment.status {
            Status::Held => ThresholdState::Holds,
            Status::NoData => ThresholdState::NoData,
            Status::Broken if threshold.rule.action == Action::Warn => ThresholdState::Warns,
            Status::Broken => ThresholdState::Broken,
        },
        value: judgment.value,
        limit: threshold.rule.limit,
        margin: judgment.margin,
        unit: unit(threshold.rule.unit),
    });
    shown.collect()
}

/// The unit as `summary.json` names it.
fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Milliseconds => "ms",
        Unit::Percent => "percent",
        Unit::PerSecond => "per_s",
        Unit::Number => "",
    }
}

fn message(threshold: &CheckedThreshold, judgment: &Judgment) -> String {
    let rule = &threshold.rule;
    let at = judgment
        .broken_at_s
        .map_or(String::new(), |at| format!(" at {at:.0} s"));
    let told = format!("threshold `{}`", threshold.text);
    let Some(value) = judgment.value else {
        return format!("{told} had no data{at}; {}", no_data_hint(rule));
    };
    format!(
        "{told} did not hold{at}: {}, {}; {}",
        amount(value, rule.unit),
        distance(value, rule),
        hint(rule)
    )
}

/// How far a value is on the wrong side of the limit.
fn distance(value: f64, rule: &Rule) -> String {
    let away = amount((value - rule.limit).abs(), rule.unit);
    match rule.comparison {
        _ if (value - rule.limit).abs() <= 0.0 => "which is the limit itself".to_owned(),
        Comparison::Below | Comparison::AtMost => format!("{away} above the limit"),
        Comparison::Above | Comparison::AtLeast => format!("{away} below the limit"),
        Comparison::Equal | Comparison::Unequal => format!("{away} away from the limit"),
    }
}

fn no_data_hint(rule: &Rule) -> &'static str {
    if rule.select != Select::default() {
        return "look whether its selectors name what ran: names are in the tables of the summary";
    }
    match rule.quantity {
        Quantity::Metric(..) => {
            "look whether the test records this metric, and whether it is spelled so there"
        }
        Quantity::Time(..) | Quantity::Count(_) | Quantity::Rate(_) | Quantity::Share(_) => {
            "nothing of what it looks at has ended: look at the errors, or run for longer"
        }
        Quantity::Apdex { .. } | Quantity::BurnRate { .. } => {
            "no operation has ended: look at the errors, or run for longer"
        }
    }
}

/// Where to look when a rule does not hold.
fn hint(rule: &Rule) -> &'static str {
    match &rule.quantity {
        Quantity::Time(..) | Quantity::Apdex { .. } => {
            "look at the times of each action, and with `--show-summaries timings` at their phases"
        }
        Quantity::Metric(..) => "look at the metrics of the test",
        Quantity::Rate(of) | Quantity::Count(of) | Quantity::Share(of) => match of.subject {
            Subject::Dropped => {
                "raise the number of users (`max_users`, `--users`) or lower the rate"
            }
            Subject::Checks => "look at the errors of the classes `status`, `check` and `extract`",
            _ if is_floor(rule.comparison) => {
                "look whether enough load was asked for, and whether the target's times grew"
            }
            _ => "look at the errors, the most frequent first",
        },
        Quantity::BurnRate { .. } => "look at the errors, the most frequent first",
    }
}

fn is_floor(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::Above | Comparison::AtLeast)
}

/// A number with its unit, to four figures.
fn amount(value: f64, unit: Unit) -> String {
    let number = figures(value);
    match unit {
        Unit::Milliseconds => format!("{number} ms"),
        Unit::Percent => format!("{number} %"),
        Unit::PerSecond => format!("{number}/s"),
        Unit::Number => number,
    }
}

fn figures(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        _ if size >= 1000.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 10.0 => 2,
        _ if size >= 1.0 => 3,
        _ if size >= 0.001 => 5,
        _ => {
            return if size > 0.0 {
                format!("{value:.2e}")
            } else {
                "0".to_owned()
            };
        }
    };
    let text = format!("{value:.digits$}");
    if digits == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use squall_plan::threshold::parse_rule;

    use super::*;

    fn threshold(text: &str) -> CheckedThreshold {
        CheckedThreshold {
            rule: parse_rule(text).unwrap(),
            text: text.to_owned(),
            source: None,
        }
    }

    fn broken(value: Option<f64>, at_s: Option<f64>) -> Judgment {
        Judgment {
            status: if value.is_some() {
                Status::Broken
            } else {
                Status::NoData
            },
            value,
            margin: None,
            broken_at_s: at_s,
        }
    }

    #[test]
    fn reasons_have_words_and_numbers_and_a_hint() {
        for (rule, value, at, expect) in [
            (
                "p99(response_time) < 200ms",
                Some(312.4),
                None,
                "threshold `p99(response_time) < 200ms` did not hold: 312.4 ms, 112.4 ms above the limit; look at the times",
            ),
            (
                "rate > 1000/s over 10s",
                Some(912.0),
                Some(14.0),
                "threshold `rate > 1000/s over 10s` did not hold at 14 s: 912/s, 88/s below",
            ),
            (
                "failed.rate < 0.1%",
                Some(0.1),
                None,
                "did not hold: 0.1 %, which is the limit itself; look at the errors",
            ),
            (
                "dropped == 0",
                Some(4.0),
                None,
                ": 4, 4 away from the limit; raise",
            ),
            (
                "p50(x) < 1",
                None,
                None,
                "had no data; look whether the test records",
            ),
            (
                "rate{name=x} > 1",
                None,
                None,
                "had no data; look whether its selectors",
            ),
        ] {
            let told = reasons(&[threshold(rule)], &[broken(value, at)]).remove(0);
            assert!(told.contains(expect), "{told}");
        }
    }

    #[test]
    fn a_rule_that_warns_is_no_reason_to_fail() {
        let rule = [threshold("failed == 0 warn")];
        assert!(reasons(&rule, &[broken(Some(1.0), None)]).is_empty());
        let summary = summaries(&rule, &[broken(Some(1.0), None)]).remove(0);
        assert_eq!(summary.status, ThresholdStatus::Warned);
        assert!(summary.message.unwrap().contains("did not hold: 1, 1 away"));
    }

    #[test]
    fn numbers_have_four_figures() {
        for (value, expect) in [
            (0.0, "0"),
            (0.000_012, "1.20e-5"),
            (0.12, "0.12"),
            (1.5, "1.5"),
            (312.44, "312.4"),
            (41_200.4, "41200"),
            (-3.0, "-3"),
        ] {
            assert_eq!(figures(value), expect);
        }
    }
}
