//! Values that may be written in several shapes, read by hand: what serde derives for them only says that nothing matched.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{OneOrMany, Pause, Ramps, StatusSet};
use crate::units::Span;

/// Reads a value that is there, so that `null` is a value and not an absence.
pub(super) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for Pause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PauseVisitor)
    }
}

struct PauseVisitor;

impl Visitor<'_> for PauseVisitor {
    type Value = Pause;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration like `250ms` or a range like `1s..3s`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Pause, E> {
        if text.contains("..") {
            text.parse().map(Pause::Range).map_err(E::custom)
        } else {
            text.parse().map(Pause::Fixed).map_err(E::custom)
        }
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Pause, E> {
        fixed(seconds)
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Pause, E> {
        fixed(seconds)
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Pause, E> {
        fixed(seconds)
    }
}

fn fixed<'de, E: de::Error, N: de::IntoDeserializer<'de, E>>(seconds: N) -> Result<Pause, E> {
    Span::deserialize(seconds.into_deserializer()).map(Pause::Fixed)
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor)
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany::One(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMany, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany::Many)
    }
}

impl<'de> Deserialize<'de> for StatusSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StatusSetVisitor)
    }
}

struct StatusSetVisitor;

impl<'de> Visitor<'de> for StatusSetVisitor {
    type Value = StatusSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status like `200`, `\"2xx\"` or `\"200-204\"`, or a list of those")
    }

    fn visit_u64<E: de::Error>(self, code: u64) -> Result<StatusSet, E> {
        let wrong = |_| E::invalid_value(de::Unexpected::Unsigned(code), &self);
        u16::try_from(code).map(StatusSet::Code).map_err(wrong)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<StatusSet, E> {
        Ok(StatusSet::Range(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<StatusSet, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(StatusSet::Any)
    }
}

impl<'de> Deserialize<'de> for Ramps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RampsVisitor)
    }
}

struct RampsVisitor;

impl<'de> Visitor<'de> for RampsVisitor {
    type Value = Ramps;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ramps like `30s:100,1m:100`, or a list of `duration` and `target`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Ramps, E> {
        Ok(Ramps::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Ramps, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(Ramps::List)
    }
}
