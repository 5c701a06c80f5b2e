use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::UnitError;
use super::decimal::{scale, take_decimal};

const MICRO: u64 = 1_000;
const MILLI: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// A duration in whole nanoseconds, as people write it: `250ms`, `90s`, `1h30m`, `1.5s`; a bare number is seconds.
///
/// Units are `ns`, `us`, `ms`, `s`, `m` (minutes), `h`, `d` and `w`, in either case. At most 584 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of so many nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A span of so many microseconds; the longest span where that is too many.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros.saturating_mul(MICRO))
    }

    /// A span of so many milliseconds; the longest span where that is too many.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(MILLI))
    }

    /// A span of so many seconds; the longest span where that is too many.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// A span of so many seconds, rounded to a nanosecond; `None` for a negative, infinite or too large number.
    pub fn from_secs_f64(seconds: f64) -> Option<Self> {
        Duration::try_from_secs_f64(seconds).ok()?.try_into().ok()
    }

    /// Nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.as_duration().as_secs_f64()
    }

    /// The same as a standard [`Duration`].
    pub const fn as_duration(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// True if there is no time in it.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; the longest span where it is too large.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        span.as_duration()
    }
}

impl TryFrom<Duration> for Span {
    type Error = UnitError;

    fn try_from(duration: Duration) -> Result<Self, UnitError> {
        u64::try_from(duration.as_nanos()).map(Self).map_err(|_| {
            UnitError(format!(
                "`{duration:?}` is too long; the longest duration is 584 years"
            ))
        })
    }
}

impl FromStr for Span {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let trimmed = text.trim();
        let (number, rest) = take_decimal(trimmed);
        if rest.is_empty() && !number.is_empty() {
            return scale(number, SECOND)
                .map(Self)
                .ok_or_else(|| unreadable(text));
        }
        let mut total = Self::ZERO;
        let mut rest = trimmed;
        while !rest.is_empty() {
            let (part, after) = take_part(rest, text)?;
            total = Self(total.0.checked_add(part).ok_or_else(|| unreadable(text))?);
            rest = after.trim_start();
        }
        if trimmed.is_empty() {
            Err(unreadable(text))
        } else {
            Ok(total)
        }
    }
}

/// One number with its unit at the start of `rest`, in nanoseconds, and what follows it.
fn take_part<'a>(rest: &'a str, text: &str) -> Result<(u64, &'a str), UnitError> {
    let (number, after) = take_decimal(rest);
    if number.is_empty() {
        return Err(unreadable(text));
    }
    let after = after.trim_start();
    let end = after
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(after.len());
    let (name, after) = after.split_at(end);
    if name.is_empty() {
        return Err(UnitError(format!(
            "`{text}` is not a duration: `{number}` has no unit; write it like `250ms`, `90s` or `1h30m`"
        )));
    }
    let unit = unit(name).ok_or_else(|| unreadable(text))?;
    let nanos = scale(number, unit).ok_or_else(|| unreadable(text))?;
    Ok((nanos, after))
}

fn unit(name: &str) -> Option<u64> {
    Some(match name.to_lowercase().as_str() {
        "ns" => 1,
        // Both the micro sign and the Greek letter are in use; lowercasing leaves them apart.
        "us" | "µs" | "μs" => MICRO,
        "ms" => MILLI,
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
        "h" | "hr" | "hour" | "hours" => HOUR,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => WEEK,
        _ => return None,
    })
}

fn unreadable(text: &str) -> UnitError {
    let digits = text.trim().trim_end_matches(char::is_alphabetic).trim_end();
    let reason = if text.trim_start().starts_with('-') {
        "it must not be negative; "
    } else if digits.len() > 10 && digits.chars().all(|c| c.is_ascii_digit()) {
        "the longest is 584 years; "
    } else {
        ""
    };
    UnitError(format!(
        "`{text}` is not a duration; {reason}write it like `250ms`, `90s` or `1h30m`"
    ))
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "m")] {
            if rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        match rest {
            0 if self.0 > 0 => Ok(()),
            0 => f.write_str("0s"),
            1..MICRO => write!(f, "{rest}ns"),
            MICRO..MILLI => write_fraction(f, rest, MICRO, "us"),
            MILLI..SECOND => write_fraction(f, rest, MILLI, "ms"),
            _ => write_fraction(f, rest, SECOND, "s"),
        }
    }
}

/// Writes `nanos` as a decimal number of `unit`, with as many digits as it needs.
fn write_fraction(f: &mut fmt::Formatter<'_>, nanos: u64, unit: u64, name: &str) -> fmt::Result {
    let (whole, part) = (nanos / unit, nanos % unit);
    if part == 0 {
        return write!(f, "{whole}{name}");
    }
    let width = usize::try_from(unit.ilog10()).unwrap_or_default();
    let digits = format!("{part:0width$}");
    write!(f, "{whole}.{}{name}", digits.trim_end_matches('0'))
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SpanVisitor)
    }
}

struct SpanVisitor;

impl Visitor<'_> for SpanVisitor {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration like `250ms`, `90s` or `1h30m`, or a number of seconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Span, E> {
        self.visit_str(&seconds.to_string())
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Span, E> {
        self.visit_str(&seconds.to_string())
    }

    // By way of text: `0.1` stays a tenth of a second exactly, and every error has the same form.
    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Span, E> {
        self.visit_str(&seconds.to_string())
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number"],
            "description": "A duration like `250ms`, `90s`, `1h30m` or `1.5s`; a number is seconds.",
            "examples": ["250ms", "90s", "1h30m", 1.5],
        })
    }
}
