use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::UnitError;

/// So many a second: never negative, never infinite. Written as a number, or `500/s`, `30/m`, `1000/h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Rate(f64);

impl Rate {
    /// The rate of so many a second.
    ///
    /// # Errors
    /// If the number is negative, infinite or not a number.
    pub fn per_second(rate: f64) -> Result<Self, UnitError> {
        if rate.is_finite() && rate >= 0.0 {
            Ok(Self(rate))
        } else {
            Err(UnitError(format!(
                "`{rate}` is not a rate; write a number of at least 0 a second, or `500/s`, `30/m` or `1000/h`"
            )))
        }
    }

    /// How many a second.
    pub const fn as_per_second(self) -> f64 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let unreadable = || {
            UnitError(format!(
                "`{text}` is not a rate; write it like `500/s`, `30/m` or `1000/h`"
            ))
        };
        let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
        let seconds = match unit.trim().to_lowercase().as_str() {
            "s" | "sec" | "second" => 1.0,
            "m" | "min" | "minute" => 60.0,
            "h" | "hour" => 3_600.0,
            "d" | "day" => 86_400.0,
            _ => return Err(unreadable()),
        };
        let number: f64 = number.trim().parse().map_err(|_| unreadable())?;
        Self::per_second(number / seconds).map_err(|_| unreadable())
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RateVisitor)
    }
}

struct RateVisitor;

impl Visitor<'_> for RateVisitor {
    type Value = Rate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate like `500/s`, `30/m` or `1000/h`, or a number per second")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Rate, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, rate: u64) -> Result<Rate, E> {
        self.visit_f64(rate as f64)
    }

    fn visit_i64<E: de::Error>(self, rate: i64) -> Result<Rate, E> {
        self.visit_f64(rate as f64)
    }

    fn visit_f64<E: de::Error>(self, rate: f64) -> Result<Rate, E> {
        Rate::per_second(rate).map_err(E::custom)
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["number", "string"],
            "description": "So many a second, or `500/s`, `30/m`, `1000/h`.",
            "examples": [500, "500/s", "30/m"],
        })
    }
}
