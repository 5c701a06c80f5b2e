use std::fmt;

use serde_json::Value;

/// What a placeholder is filled with.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// `random_int(1, 5000)`: a whole number, ends included.
    RandomInt {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// `random_choice("a", "b", 3)`: one of these JSON scalars, evenly; there is at least one.
    RandomChoice(Vec<Value>),
    /// `uuid4()`: a random UUID, RFC 9562 version 4.
    Uuid4,
    /// `counter()`, `counter(start)`, `counter(start, step)`: counts over the whole run, one counter for each place of use.
    Counter {
        /// First value. Default: 0.
        start: i64,
        /// Difference to the next value, not 0. Default: 1.
        step: i64,
    },
    /// `timestamp()`, `timestamp("ms")`: the time when the template is rendered.
    Timestamp(TimestampUnit),
    /// `user_id()`: number of the virtual user.
    UserId,
    /// `iteration()`: number of the virtual user's iteration.
    Iteration,
    /// `data.POOL.FIELD`: a field of the row that the iteration got; names that are no identifiers are quoted.
    Data {
        /// Name of the pool.
        pool: String,
        /// Name of the field.
        field: String,
    },
    /// `NAME`: a value that an earlier step extracted.
    Variable(String),
}

/// Unit of a `timestamp(…)`, counted from the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampUnit {
    /// `timestamp()`: seconds with a fraction.
    FractionalSeconds,
    /// `timestamp("s")`: whole seconds.
    Seconds,
    /// `timestamp("ms")`: whole milliseconds.
    Milliseconds,
    /// `timestamp("us")`: whole microseconds.
    Microseconds,
    /// `timestamp("ns")`: whole nanoseconds.
    Nanoseconds,
}

/// Names of the functions that placeholders may call, each with an example.
pub const FUNCTIONS: [(&str, &str); 7] = [
    ("random_int", "random_int(1, 5000)"),
    ("random_choice", "random_choice(\"a\", \"b\")"),
    ("uuid4", "uuid4()"),
    ("counter", "counter()"),
    ("timestamp", "timestamp(\"ms\")"),
    ("user_id", "user_id()"),
    ("iteration", "iteration()"),
];

/// True for a name that templates can use without quotes: a letter or `_`, then letters, digits and `_`.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RandomInt { min, max } => write!(f, "random_int({min}, {max})"),
            Self::RandomChoice(values) => {
                let values: Vec<String> = values.iter().map(Value::to_string).collect();
                write!(f, "random_choice({})", values.join(", "))
            }
            Self::Uuid4 => f.write_str("uuid4()"),
            Self::Counter { start: 0, step: 1 } => f.write_str("counter()"),
            Self::Counter { start, step: 1 } => write!(f, "counter({start})"),
            Self::Counter { start, step } => write!(f, "counter({start}, {step})"),
            Self::Timestamp(unit) => write!(f, "timestamp({})", unit.argument()),
            Self::UserId => f.write_str("user_id()"),
            Self::Iteration => f.write_str("iteration()"),
            Self::Data { pool, field } => write!(f, "data.{}.{}", Name(pool), Name(field)),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

impl TimestampUnit {
    pub(super) fn from_argument(argument: &str) -> Option<Self> {
        match argument {
            "s" => Some(Self::Seconds),
            "ms" => Some(Self::Milliseconds),
            "us" => Some(Self::Microseconds),
            "ns" => Some(Self::Nanoseconds),
            _ => None,
        }
    }

    fn argument(self) -> &'static str {
        match self {
            Self::FractionalSeconds => "",
            Self::Seconds => "\"s\"",
            Self::Milliseconds => "\"ms\"",
            Self::Microseconds => "\"us\"",
            Self::Nanoseconds => "\"ns\"",
        }
    }
}

/// A pool's or field's name, quoted where it is no identifier.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_identifier(self.0) {
            f.write_str(self.0)
        } else {
            write!(f, "{}", Value::from(self.0))
        }
    }
}
