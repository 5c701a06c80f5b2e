//! What a number is, and what it is about.

use std::collections::BTreeMap;

use squall_report::{EventKind, Tags, WallTime};

/// One number.
#[derive(Debug)]
pub(crate) struct Number<'a> {
    /// Index of its record in the batch; what is about the run as a whole has none.
    pub(crate) record: Option<usize>,
    /// Its whole name, below the prefix.
    pub(crate) name: &'a str,
    pub(crate) kind: Type,
    pub(crate) value: f64,
    pub(crate) time: WallTime,
    pub(crate) subject: &'a Subject<'a>,
}

/// What a number does to those of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// It is added.
    Counter,
    /// It takes their place.
    Gauge,
    /// A time in milliseconds, one of many.
    Timer,
}

/// What a number is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subject<'a> {
    pub(crate) stage: &'a str,
    pub(crate) scenario: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: Option<EventKind>,
    pub(crate) tags: Option<&'a Tags>,
    /// Status of the protocol, of a single event that has one.
    pub(crate) status: u16,
}

/// What differs between backends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) prefix: String,
    /// Whether the backend gets tags as such; they are part of the name otherwise.
    pub(crate) tagged: bool,
    /// What numbers that the test made are, by their names; the others are what the test says.
    pub(crate) types: BTreeMap<String, Type>,
    /// What stands in the names of errors: Hedra has `errors`, and `error` in Graphite.
    pub(crate) errors: &'static str,
}
