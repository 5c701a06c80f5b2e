//! Whether cookies are kept, and how long: `true`, `false` or `"per_iteration"`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

const PER_ITERATION: &str = "per_iteration";

/// Whether cookies are kept, and how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CookiePolicy {
    /// Cookies are ignored; written `false`.
    Off,
    /// Each virtual user keeps its own from one iteration to the next; written `true`.
    #[default]
    PerUser,
    /// Each iteration starts without any, as a new visitor does; written `"per_iteration"`.
    PerIteration,
}

impl Serialize for CookiePolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_bool(false),
            Self::PerUser => serializer.serialize_bool(true),
            Self::PerIteration => serializer.serialize_str(PER_ITERATION),
        }
    }
}

impl<'de> Deserialize<'de> for CookiePolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PolicyVisitor)
    }
}

struct PolicyVisitor;

impl Visitor<'_> for PolicyVisitor {
    type Value = CookiePolicy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false or `per_iteration`")
    }

    fn visit_bool<E: de::Error>(self, keeps: bool) -> Result<CookiePolicy, E> {
        Ok(if keeps {
            CookiePolicy::PerUser
        } else {
            CookiePolicy::Off
        })
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<CookiePolicy, E> {
        if name == PER_ITERATION {
            Ok(CookiePolicy::PerIteration)
        } else {
            Err(E::invalid_value(de::Unexpected::Str(name), &self))
        }
    }
}

impl JsonSchema for CookiePolicy {
    fn schema_name() -> Cow<'static, str> {
        "CookiePolicy".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "enum": [true, false, PER_ITERATION],
            "description": "`true`: each virtual user keeps its own from one iteration to the next. `false`: cookies are ignored. \
                            `per_iteration`: each iteration starts without any, as a new visitor does.",
        })
    }
}
