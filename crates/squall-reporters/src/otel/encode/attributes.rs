//! What all signals share: attributes, the resource, the scope.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use serde_json::Value;
use squall_report::{RunRecord, Tags, WallTime};

/// How deep a script's message may nest; what is deeper becomes JSON text.
const DEPTH: usize = 32;

/// Attributes of one record; a name occurs once.
#[derive(Debug, Default)]
pub(super) struct Attributes(Vec<KeyValue>);

impl Attributes {
    pub(super) fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    pub(super) fn text(&mut self, key: &str, text: &str) -> &mut Self {
        self.push(key, Any::StringValue(text.to_owned()))
    }

    /// Adds a text unless it is empty.
    pub(super) fn some_text(&mut self, key: &str, text: &str) -> &mut Self {
        if text.is_empty() {
            return self;
        }
        self.text(key, text)
    }

    pub(super) fn integer(&mut self, key: &str, number: u64) -> &mut Self {
        self.push(key, Any::IntValue(signed(number)))
    }

    pub(super) fn number(&mut self, key: &str, number: f64) -> &mut Self {
        self.push(key, Any::DoubleValue(number))
    }

    /// Adds tags under their own names. A tag that is named like one of ours stands under `squall.tag.` and its name.
    pub(super) fn tags(&mut self, tags: &Tags) -> &mut Self {
        for (name, value) in tags {
            if self.0.iter().any(|known| known.key == *name) || name.starts_with("squall.") {
                self.text(&format!("squall.tag.{name}"), value);
            } else {
                self.text(name, value);
            }
        }
        self
    }

    pub(super) fn take(&mut self) -> Vec<KeyValue> {
        std::mem::take(&mut self.0)
    }

    fn push(&mut self, key: &str, value: Any) -> &mut Self {
        self.0.push(KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue { value: Some(value) }),
            ..KeyValue::default()
        });
        self
    }
}

/// Says what sent the records: the service, its run, and the tags of the run. What the settings name comes last and wins.
pub(super) fn resource(run: &RunRecord, settings: &BTreeMap<String, String>) -> Resource {
    let mut all: BTreeMap<&str, &str> = BTreeMap::new();
    let seed = run.seed.to_string();
    for (name, value) in &run.tags {
        all.insert(name, value);
    }
    all.extend([
        ("service.version", run.version.as_str()),
        ("service.instance.id", run.id.as_str()),
        ("squall.run.id", run.id.as_str()),
        ("squall.run.name", run.name.as_str()),
        ("squall.run.seed", seed.as_str()),
    ]);
    for (name, value) in settings {
        all.insert(name, value);
    }
    let mut attributes = Attributes::with_capacity(all.len());
    for (name, value) in all {
        attributes.text(name, value);
    }
    Resource {
        attributes: attributes.take(),
        ..Resource::default()
    }
}

pub(super) fn scope(run: &RunRecord) -> InstrumentationScope {
    InstrumentationScope {
        name: "squall".to_owned(),
        version: run.version.clone(),
        ..InstrumentationScope::default()
    }
}

/// Returns nanoseconds since the epoch, as OTLP has them: never negative.
pub(super) fn nanos(time: WallTime) -> u64 {
    time.unix_ns().try_into().unwrap_or(0)
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Returns seconds of milliseconds, to the nanosecond that was measured.
pub(super) fn seconds(millis: f64) -> f64 {
    millis / 1e3
}

pub(super) fn string(text: &str) -> AnyValue {
    AnyValue {
        value: Some(Any::StringValue(text.to_owned())),
    }
}

/// Gives JSON the types of OTLP.
pub(super) fn json(value: &Value) -> AnyValue {
    AnyValue {
        value: any(value, DEPTH),
    }
}

fn any(value: &Value, depth: usize) -> Option<Any> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => Any::BoolValue(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Any::IntValue(number),
            None => Any::DoubleValue(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Any::StringValue(text.clone()),
        other if depth == 0 => Any::StringValue(other.to_string()),
        Value::Array(items) => Any::ArrayValue(ArrayValue {
            values: items
                .iter()
                .map(|item| AnyValue {
                    value: any(item, depth - 1),
                })
                .collect(),
        }),
        Value::Object(fields) => Any::KvlistValue(KeyValueList {
            values: fields
                .iter()
                .map(|(key, field)| KeyValue {
                    key: key.clone(),
                    value: Some(AnyValue {
                        value: any(field, depth - 1),
                    }),
                    ..KeyValue::default()
                })
                .collect(),
        }),
    })
}
