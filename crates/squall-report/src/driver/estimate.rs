//! About how many bytes a record becomes when a reporter encodes it.
//!
//! Batches are cut by it, so a factor of two does not matter; what does is that long names, messages and errors count.

use serde_json::Value;

use crate::records::{IntervalRecord, MessageRecord, Names, RawEvent, Tags};

/// The numbers of an event, as JSON with their names.
const EVENT: usize = 450;
const INTERVAL: usize = 900;
/// One value of a histogram with its count.
const BUCKET: usize = 16;
const MESSAGE: usize = 250;
/// A number, a boolean or the punctuation of a value.
const VALUE: usize = 8;

pub(super) fn event(event: &RawEvent, names: &Names) -> usize {
    let series = names.get(event.series).map_or(0, |series| {
        series.stage.len() + series.scenario.len() + series.name.len() + tags(&series.tags)
    });
    let check = event.check.as_ref().map_or(0, |check| check.len());
    let error = event
        .error
        .as_ref()
        .map_or(0, |error| error.class.len() + error.message.len());
    EVENT + series + check + error
}

pub(super) fn interval(interval: &IntervalRecord) -> usize {
    INTERVAL
        + interval.name.len()
        + interval.stage.len()
        + interval.scenario.len()
        + tags(&interval.tags)
        + BUCKET * interval.response_times.values.len()
}

pub(super) fn message(message: &MessageRecord) -> usize {
    let fields = message.fields.iter();
    MESSAGE
        + fields
            .map(|(name, field)| name.len() + value(field))
            .sum::<usize>()
}

fn tags(tags: &Tags) -> usize {
    let tags = tags.iter();
    tags.map(|(name, tag)| name.len() + tag.len() + VALUE).sum()
}

fn value(value: &Value) -> usize {
    VALUE
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(self::value).sum(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, field)| name.len() + self::value(field))
                .sum(),
        }
}
