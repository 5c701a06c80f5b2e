//! Text to a tree. Stricter than [`Value`]'s own reader: no key twice in an object, no number that JSON cannot hold, no endless depth.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{PlanError, PlanErrors};

/// Deepest nesting: enough for any plan, little enough for the stack of any thread.
const MAX_DEPTH: usize = 100;

pub(super) fn from_json(text: &str) -> Result<Value, PlanErrors> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let node = Node { depth: 0 }.deserialize(&mut deserializer);
    let value = node
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = error.to_string();
            let place = format!(" at line {line} column {column}");
            syntax_error(
                "JSON",
                message.strip_suffix(&place).unwrap_or(&message),
                Some((line, column)),
            )
        })?;
    Ok(value)
}

pub(super) fn from_yaml(text: &str) -> Result<Value, PlanErrors> {
    let options = serde_saphyr::Options {
        strict_booleans: true,
        ..Default::default()
    };
    let document: Document =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let place = error.location().map(|at| (at.line(), at.column()));
            let message = error.to_string();
            let end = message.rfind(" at line ").unwrap_or(message.len());
            // The library's advice after the semicolon is for programmers.
            let what = message[..end].split(';').next().unwrap_or_default();
            let place = place.and_then(|(line, column)| {
                Some((usize::try_from(line).ok()?, usize::try_from(column).ok()?))
            });
            syntax_error("YAML", what, place)
        })?;
    Ok(document.0)
}

fn syntax_error(language: &str, what: &str, place: Option<(usize, usize)>) -> PlanError {
    let place = match place {
        Some((line, column)) if line > 0 => format!(" at line {line} column {column}"),
        _ => String::new(),
    };
    PlanError::new("", format!("this is not valid {language}{place}: {what}"))
}

/// A whole document.
struct Document(Value);

impl<'de> de::Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Node { depth: 0 }.deserialize(deserializer).map(Self)
    }
}

/// One value, `depth` levels below the root.
#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn below<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!(
                "nested more than {MAX_DEPTH} levels deep"
            )));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).map(Value::Number);
        number.ok_or_else(|| {
            E::custom(format_args!(
                "`{value}` is not a number that a plan can hold"
            ))
        })
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        let below = self.below()?;
        while let Some(item) = access.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let below = self.below()?;
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(de::Error::custom(format_args!(
                    "the key `{key}` is there twice"
                )));
            }
            map.insert(key, access.next_value_seed(below)?);
        }
        Ok(Value::Object(map))
    }
}
