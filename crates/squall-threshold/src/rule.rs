//! What a rule says.

use crate::select::Select;

/// A rule that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What is looked at.
    pub quantity: Quantity,
    /// Whose.
    pub select: Select,
    /// How it is held against the limit.
    pub comparison: Comparison,
    /// The limit, in `unit`.
    pub limit: f64,
    /// Unit of the limit and of the quantity.
    pub unit: Unit,
    /// Length of the sliding window in seconds; `None` looks at everything since the start.
    pub over: Option<u32>,
    /// Seconds for which the rule must be broken without a break to count as broken.
    pub hold: Option<u32>,
    /// What happens when it is broken.
    pub action: Action,
}

/// What a broken rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The run fails.
    Fail,
    /// The run fails and ends at once; the rule is first judged when so many seconds with data have passed.
    Abort {
        /// Seconds of grace.
        after: u32,
    },
    /// The summary says so.
    Warn,
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

/// Unit of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// Percent.
    Percent,
    /// So many a second.
    PerSecond,
    /// A number without a unit, or in one that only the test knows.
    Number,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// A statistic of a time, in milliseconds.
    Time(Statistic, Timing),
    /// A statistic of a number that the test measures itself.
    Metric(Statistic, String),
    /// How many.
    Count(Counted),
    /// How many a second.
    Rate(Counted),
    /// How many percent of all of the subject.
    Share(Counted),
    /// (satisfied + tolerating / 2) / all operations: satisfied within the target, tolerating within four times the target, failed
    /// operations are neither.
    Apdex {
        /// The target, in nanoseconds.
        target_ns: u64,
    },
    /// Share of failed operations over the share that the objective allows; at 1 an error budget is used up exactly at its end.
    BurnRate {
        /// Percent of operations that are to succeed.
        objective: f64,
    },
}

/// A statistic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The percentile, in percent, by nearest rank.
    Percentile(f64),
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

/// A time that Squall measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Response time of operations, good and failed.
    Response,
    /// Service time of operations, good and failed.
    Service,
    /// Waiting of operations.
    Waiting,
    /// TCP connect.
    Connecting,
    /// TLS handshake.
    Securing,
    /// Request written.
    Writing,
    /// Request written to first byte.
    FirstByte,
    /// First to last byte.
    Reading,
    /// Time of iterations.
    Iteration,
    /// Time of transactions.
    Transaction,
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
    /// Operations.
    Operations,
    /// Iterations.
    Iterations,
    /// Transactions.
    Transactions,
    /// Answers held against what was expected: status, checks, extractions.
    Checks,
    /// Iterations that were due and found no free user; all are those and the started ones.
    Dropped,
}

/// Which of the things that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All that ended.
    All,
    /// Those that ended well.
    Ok,
    /// Those that failed.
    Failed,
}

impl Rule {
    /// Tells whether the rule can be broken before the run ends.
    pub fn is_judged_early(&self) -> bool {
        self.over.is_some() || self.hold.is_some() || matches!(self.action, Action::Abort { .. })
    }

    /// Seconds of grace, of a rule that ends the run.
    pub fn abort_after(&self) -> Option<u32> {
        match self.action {
            Action::Abort { after } => Some(after),
            Action::Fail | Action::Warn => None,
        }
    }
}

impl Comparison {
    /// Tells whether a value is as it should be.
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

    /// Returns how far a value is on the right side of the limit; negative on the wrong one.
    pub fn margin(self, value: f64, limit: f64) -> f64 {
        match self {
            Self::Below | Self::AtMost => limit - value,
            Self::Above | Self::AtLeast => value - limit,
            Self::Equal => -(value - limit).abs(),
            Self::Unequal => (value - limit).abs(),
        }
    }
}
