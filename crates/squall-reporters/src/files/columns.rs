//! Records as rows of named cells: what tables and documents of every text format have in common.

use std::fmt::Write;

use serde_json::{Map, Value};
use squall_report::{EventId, Tags, WallTime};

/// A kind of row: what a table of it is called, and its columns.
pub(crate) trait Row: 'static {
    /// What one row is made of.
    type Of<'b>;

    /// Name of the table, in the plural.
    #[allow(dead_code, reason = "a build may have no format that names tables")]
    const TABLE: &'static str;

    /// Name of one row.
    #[allow(dead_code, reason = "a build may have no format that names rows")]
    const NAME: &'static str;

    /// The columns in their order.
    const COLUMNS: &'static [Column<Self>];
}

/// One column: its name, what its cells hold, and how a cell is found.
#[derive(Debug)]
pub(crate) struct Column<R: Row + ?Sized> {
    pub(crate) name: &'static str,
    #[allow(dead_code, reason = "a schema is made of it")]
    pub(crate) kind: Kind,
    pub(crate) cell: for<'a, 'b> fn(&'a R::Of<'b>) -> Cell<'a>,
}

/// What the cells of a column hold, those that are not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// A whole number, 0 or more.
    Count,
    /// Any number.
    Float,
    /// A moment.
    Time,
    /// Names and values.
    Tags,
}

/// The content of one cell.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Empty,
    Text(&'a str),
    Count(u64),
    Float(f64),
    Time(WallTime),
    Tags(&'a Tags),
    Id(EventId),
    TraceId(u128),
    SpanId(u64),
    /// Written with `; ` between them.
    Texts(&'a [String]),
    Json(&'a Value),
    Fields(&'a Map<String, Value>),
}

impl Cell<'_> {
    /// Says whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.is_empty(),
            Self::Tags(tags) => tags.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            _ => false,
        }
    }

    /// Returns its text; `scratch` holds it where it is not text already. Tags are a JSON object.
    pub(crate) fn text<'s>(&'s self, scratch: &'s mut String) -> &'s str {
        if let Self::Text(text) = self {
            return text;
        }
        scratch.clear();
        if !self.is_empty() {
            self.write(scratch);
        }
        scratch
    }

    fn write(&self, out: &mut String) {
        let written = match self {
            Self::Empty => Ok(()),
            Self::Text(text) => out.write_str(text),
            Self::Count(count) => write!(out, "{count}"),
            // `Debug` keeps `.0`, so that a column of numbers looks like one.
            Self::Float(number) => write!(out, "{number:?}"),
            Self::Time(time) => write!(out, "{time}"),
            Self::Id(id) => write!(out, "{id}"),
            Self::TraceId(id) => write!(out, "{id:032x}"),
            Self::SpanId(id) => write!(out, "{id:016x}"),
            Self::Texts(texts) => out.write_str(&texts.join("; ")),
            Self::Json(value) => write!(out, "{value}"),
            Self::Tags(tags) => out.write_str(&json(tags)),
            Self::Fields(fields) => out.write_str(&json(fields)),
        };
        // Writing to a text cannot fail.
        debug_assert!(written.is_ok());
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<u32> for Cell<'_> {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl From<u16> for Cell<'_> {
    fn from(count: u16) -> Self {
        Self::Count(count.into())
    }
}

impl From<f64> for Cell<'_> {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<WallTime> for Cell<'_> {
    fn from(time: WallTime) -> Self {
        Self::Time(time)
    }
}

impl<'a> From<&'a Tags> for Cell<'a> {
    fn from(tags: &'a Tags) -> Self {
        Self::Tags(tags)
    }
}

impl<'a> From<&'a [String]> for Cell<'a> {
    fn from(texts: &'a [String]) -> Self {
        Self::Texts(texts)
    }
}

impl<'a> From<&'a Value> for Cell<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Json(value)
    }
}

impl<'a> From<&'a Map<String, Value>> for Cell<'a> {
    fn from(fields: &'a Map<String, Value>) -> Self {
        Self::Fields(fields)
    }
}

impl From<EventId> for Cell<'_> {
    fn from(id: EventId) -> Self {
        Self::Id(id)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell<'_> {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Empty, Into::into)
    }
}
