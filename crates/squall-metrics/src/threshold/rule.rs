//! What a rule looks at, and what it wants.

use crate::series::SeriesKind;
use crate::series_part::Measure;

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What is looked at.
    pub quantity: Quantity,
    /// Whose.
    pub select: Select,
    /// How the value is held against the limit.
    pub comparison: Comparison,
    /// The limit: of times in milliseconds, of shares in percent.
    pub limit: f64,
    /// Seconds of the sliding window; `None` looks at everything since the start.
    pub over: Option<u32>,
    /// Seconds for which the limit must be passed without a break.
    pub hold: Option<u32>,
    /// The rule ends the run when it is broken, and is first judged after so many seconds with data.
    pub abort_after: Option<u32>,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// A statistic of times.
    Time {
        /// The series that have them.
        kind: SeriesKind,
        /// The times, taken together.
        measures: &'static [Measure],
        /// What of them, in milliseconds.
        statistic: Statistic,
    },
    /// A statistic of numbers of the test.
    Metric {
        /// Name of the metric.
        name: String,
        /// What of them.
        statistic: Statistic,
    },
    /// How many.
    Count(Counted),
    /// How many a second.
    Rate(Counted),
    /// How many percent.
    Share(Counted),
    /// (satisfied + tolerating / 2) / all operations; failed ones are neither.
    Apdex {
        /// Operations are satisfied up to here, and tolerating up to four times as long.
        target_ns: u64,
    },
    /// Share of failed operations over the allowed share.
    BurnRate {
        /// The allowed share, between 0 and 1.
        allowed: f64,
    },
}

/// A statistic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// Nearest rank, e.g. 0.99.
    Quantile(f64),
    /// Smallest value.
    Min,
    /// Arithmetic mean.
    Mean,
    /// Largest value.
    Max,
    /// Number of values.
    Count,
    /// Sum of all values.
    Sum,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Of what.
    pub subject: Subject,
    /// Which of them.
    pub part: Part,
}

/// Things that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Operations that ended.
    Operations,
    /// Iterations that ended.
    Iterations,
    /// Transactions that ended.
    Transactions,
    /// Operations whose answer was held against what was expected.
    Checks,
    /// Iterations that were due; the part is always that of the dropped ones.
    Dropped,
}

/// Which of the things that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All.
    All,
    /// The good ones.
    Ok,
    /// The others.
    Failed,
}

/// How a value is held against the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

/// Whose numbers are looked at; everything where nothing is said. `*` in a pattern stands for any text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Select {
    /// Pattern of the stage.
    pub stage: Option<String>,
    /// Pattern of the scenario.
    pub scenario: Option<String>,
    /// Pattern of the name.
    pub name: Option<String>,
}

impl Quantity {
    /// The series that have it.
    pub(super) fn kind(&self) -> SeriesKind {
        match self {
            Self::Time { kind, .. } => *kind,
            Self::Metric { .. } => SeriesKind::Metric,
            Self::Count(counted) | Self::Rate(counted) | Self::Share(counted) => {
                match counted.subject {
                    Subject::Operations | Subject::Checks => SeriesKind::Operation,
                    Subject::Iterations | Subject::Dropped => SeriesKind::Iteration,
                    Subject::Transactions => SeriesKind::Transaction,
                }
            }
            Self::Apdex { .. } | Self::BurnRate { .. } => SeriesKind::Operation,
        }
    }
}

impl Comparison {
    /// Whether a value is as it should be.
    #[expect(
        clippy::float_cmp,
        reason = "a rule that says `==` means it; counts are whole"
    )]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            Self::Equal => value == limit,
            Self::Unequal => value != limit,
        }
    }

    /// How far a value is on the right side of the limit; negative on the wrong one.
    pub fn margin(self, value: f64, limit: f64) -> f64 {
        match self {
            Self::Below | Self::AtMost => limit - value,
            Self::Above | Self::AtLeast => value - limit,
            Self::Equal => -(value - limit).abs(),
            Self::Unequal => (value - limit).abs(),
        }
    }
}

impl Select {
    /// Whether a stage and a scenario are selected.
    pub(super) fn scenario(&self, stage: &str, scenario: &str) -> bool {
        fits(self.stage.as_deref(), stage) && fits(self.scenario.as_deref(), scenario)
    }

    /// Whether a name is selected.
    pub(super) fn name(&self, name: &str) -> bool {
        fits(self.name.as_deref(), name)
    }
}

fn fits(pattern: Option<&str>, text: &str) -> bool {
    let Some(pattern) = pattern else { return true };
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expect) in [
            ("GET /", "GET /", true),
            ("GET /", "GET /x", false),
            ("GET *", "GET /x", true),
            ("*", "", true),
            ("*/x", "GET /x", true),
            ("*/x", "GET /y", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("ab*bc", "abc", false),
        ] {
            assert_eq!(fits(Some(pattern), text), expect, "{pattern} {text}");
        }
        assert!(fits(None, "x"));
    }
}
