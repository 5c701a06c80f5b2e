//! From rules of the plan to rules that are judged.

use squall_metrics::threshold as judged;
use squall_metrics::{Measure, SeriesKind};
use squall_plan::threshold as written;

/// Turns a rule into one that is judged.
pub(super) fn judged_rule(rule: &written::Rule) -> judged::Rule {
    judged::Rule {
        quantity: quantity(&rule.quantity),
        select: judged::Select {
            stage: rule.select.stage.clone(),
            scenario: rule.select.scenario.clone(),
            name: rule.select.name.clone(),
        },
        comparison: comparison(rule.comparison),
        limit: rule.limit,
        over: rule.over,
        hold: rule.hold,
        abort_after: match rule.action {
            written::Action::Abort { after } => Some(after),
            written::Action::Fail | written::Action::Warn => None,
        },
    }
}

fn quantity(quantity: &written::Quantity) -> judged::Quantity {
    match quantity {
        written::Quantity::Time(of, timing) => {
            let (kind, measures) = times(*timing);
            judged::Quantity::Time {
                kind,
                measures,
                statistic: statistic(*of),
            }
        }
        written::Quantity::Metric(of, name) => judged::Quantity::Metric {
            name: name.clone(),
            statistic: statistic(*of),
        },
        written::Quantity::Count(of) => judged::Quantity::Count(counted(*of)),
        written::Quantity::Rate(of) => judged::Quantity::Rate(counted(*of)),
        written::Quantity::Share(of) => judged::Quantity::Share(counted(*of)),
        written::Quantity::Apdex { target } => judged::Quantity::Apdex {
            target_ns: target.as_nanos(),
        },
        written::Quantity::BurnRate { objective } => judged::Quantity::BurnRate {
            allowed: 1.0 - objective / 100.0,
        },
    }
}

fn times(timing: written::Timing) -> (SeriesKind, &'static [Measure]) {
    let response: &[Measure] = &[Measure::OkResponse, Measure::FailedResponse];
    let measures: &[Measure] = match timing {
        written::Timing::Response => response,
        written::Timing::Service => &[Measure::OkService, Measure::FailedService],
        written::Timing::Waiting => &[Measure::Waiting],
        written::Timing::Connecting => &[Measure::Connecting],
        written::Timing::Securing => &[Measure::Securing],
        written::Timing::Writing => &[Measure::Writing],
        written::Timing::FirstByte => &[Measure::FirstByte],
        written::Timing::Reading => &[Measure::Reading],
        written::Timing::Iteration => return (SeriesKind::Iteration, response),
        written::Timing::Transaction => return (SeriesKind::Transaction, response),
    };
    (SeriesKind::Operation, measures)
}

fn statistic(statistic: written::Statistic) -> judged::Statistic {
    match statistic {
        written::Statistic::Percentile(percent) => judged::Statistic::Quantile(percent / 100.0),
        written::Statistic::Min => judged::Statistic::Min,
        written::Statistic::Mean => judged::Statistic::Mean,
        written::Statistic::Max => judged::Statistic::Max,
        written::Statistic::Count => judged::Statistic::Count,
        written::Statistic::Sum => judged::Statistic::Sum,
    }
}

fn counted(counted: written::Counted) -> judged::Counted {
    judged::Counted {
        subject: match counted.subject {
            written::Subject::Operations => judged::Subject::Operations,
            written::Subject::Iterations => judged::Subject::Iterations,
            written::Subject::Transactions => judged::Subject::Transactions,
            written::Subject::Checks => judged::Subject::Checks,
            written::Subject::Dropped => judged::Subject::Dropped,
        },
        part: match counted.part {
            written::Part::All => judged::Part::All,
            written::Part::Ok => judged::Part::Ok,
            written::Part::Failed => judged::Part::Failed,
        },
    }
}

fn comparison(comparison: written::Comparison) -> judged::Comparison {
    match comparison {
        written::Comparison::Below => judged::Comparison::Below,
        written::Comparison::AtMost => judged::Comparison::AtMost,
        written::Comparison::Above => judged::Comparison::Above,
        written::Comparison::AtLeast => judged::Comparison::AtLeast,
        written::Comparison::Equal => judged::Comparison::Equal,
        written::Comparison::Unequal => judged::Comparison::Unequal,
    }
}
