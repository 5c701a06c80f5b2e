use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Span, UnitError};

/// A range of durations, ends included, written `1s..3s`. The lower end is never above the upper one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanRange {
    lo: Span,
    hi: Span,
}

impl SpanRange {
    /// The range from `lo` to `hi`.
    ///
    /// # Errors
    /// If `lo` is above `hi`.
    pub fn new(lo: Span, hi: Span) -> Result<Self, UnitError> {
        if lo > hi {
            return Err(UnitError(format!(
                "the range `{lo}..{hi}` ends before it starts; write the shorter duration first"
            )));
        }
        Ok(Self { lo, hi })
    }

    /// Lower end, included.
    pub const fn lo(self) -> Span {
        self.lo
    }

    /// Upper end, included.
    pub const fn hi(self) -> Span {
        self.hi
    }
}

impl FromStr for SpanRange {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (lo, hi) = text.split_once("..").ok_or_else(|| {
            UnitError(format!(
                "`{text}` is not a range of durations; write it like `1s..3s`"
            ))
        })?;
        Self::new(lo.parse()?, hi.parse()?)
    }
}

impl fmt::Display for SpanRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.lo, self.hi)
    }
}

impl Serialize for SpanRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpanRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for SpanRange {
    fn schema_name() -> Cow<'static, str> {
        "SpanRange".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A range of durations, ends included, like `1s..3s`.",
            "examples": ["1s..3s"],
        })
    }
}
