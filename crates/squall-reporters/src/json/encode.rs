//! Batches as JSON text.

use indexmap::IndexMap;
use serde::Serialize;
use squall_report::{
    EventBatch, FinalBatch, IntervalBatch, MessageBatch, MetricRecord, SystemRecord,
};

/// About what one event takes, so that the buffer rarely grows.
const TYPICAL_EVENT_BYTES: usize = 640;

/// Writes one line per event.
pub(super) fn events(batch: &EventBatch) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::with_capacity(batch.len() * TYPICAL_EVENT_BYTES);
    for event in batch.iter() {
        serde_json::to_writer(&mut text, &event)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Writes one line per message of a script; `"kind": "message"` tells them from events.
pub(super) fn messages(batch: &MessageBatch) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::new();
    for message in batch.messages() {
        serde_json::to_writer(&mut text, message)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Writes one line per second and series.
pub(super) fn intervals(batch: &IntervalBatch) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::new();
    for interval in batch.intervals() {
        serde_json::to_writer(&mut text, interval)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Writes one document: `session` and the stages, each with its groups.
pub(super) fn system(batch: &FinalBatch) -> Result<Vec<u8>, serde_json::Error> {
    let mut document: IndexMap<&str, IndexMap<&str, &SystemRecord>> = IndexMap::new();
    for record in batch.system() {
        let name = if record.stage.is_empty() {
            SESSION
        } else {
            record.stage.as_str()
        };
        let own = document.entry(name).or_default();
        own.insert(record.group.as_str(), record);
    }
    let mut text = serde_json::to_vec_pretty(&document)?;
    text.push(b'\n');
    Ok(text)
}

/// Name of the whole run among the stages.
const SESSION: &str = "session";

/// Writes one document with an entry per series, in the order in which the series come.
pub(super) fn metrics(batch: &FinalBatch) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = serde_json::to_vec_pretty(&keyed(collect(batch)))?;
    text.push(b'\n');
    Ok(text)
}

/// Stage, scenario, name.
type SeriesKey<'a> = (&'a str, &'a str, &'a str);

#[derive(Debug, Default, Serialize)]
struct SeriesEntry<'a> {
    name: &'a str,
    stage: &'a str,
    scenario: &'a str,
    errors: Vec<ErrorEntry<'a>>,
    total: u64,
    succeeded: u64,
    failed: u64,
    actions_per_second: f64,
    groups: IndexMap<&'static str, &'a MetricRecord>,
    /// Numbers that the test made, by group and name.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    custom: IndexMap<&'a str, IndexMap<&'a str, f64>>,
}

#[derive(Debug, Serialize)]
struct ErrorEntry<'a> {
    class: &'a str,
    message: &'a str,
    count: u64,
}

fn collect(batch: &FinalBatch) -> IndexMap<SeriesKey<'_>, SeriesEntry<'_>> {
    let mut series = IndexMap::new();
    for record in batch.common() {
        let entry = entry(&mut series, (&record.stage, &record.scenario, &record.name));
        entry.total = record.total;
        entry.succeeded = record.succeeded;
        entry.failed = record.failed;
        entry.actions_per_second = record.actions_per_second;
    }
    for record in batch.metrics() {
        let entry = entry(&mut series, (&record.stage, &record.scenario, &record.name));
        entry.groups.insert(record.group.as_str(), record);
    }
    for record in batch.custom() {
        let known = series.iter().find_map(|(key, _)| {
            let (stage, _, name) = *key;
            (stage == record.stage && name == record.name).then_some(*key)
        });
        let key = known.unwrap_or((&record.stage, "", &record.name));
        let group = entry(&mut series, key)
            .custom
            .entry(&record.group)
            .or_default();
        group.insert(&record.metric, record.value);
    }
    for record in batch.errors() {
        let entry = entry(&mut series, (&record.stage, &record.scenario, &record.name));
        entry.errors.push(ErrorEntry {
            class: &record.error_class,
            message: &record.error_message,
            count: record.error_count,
        });
    }
    series
}

fn entry<'m, 'a>(
    series: &'m mut IndexMap<SeriesKey<'a>, SeriesEntry<'a>>,
    key: SeriesKey<'a>,
) -> &'m mut SeriesEntry<'a> {
    let (stage, scenario, name) = key;
    series.entry(key).or_insert_with(|| SeriesEntry {
        name,
        stage,
        scenario,
        ..SeriesEntry::default()
    })
}

/// Names the entries `Stage.name`; where several scenarios of a stage share a name, the later ones
/// `Stage.scenario.name`.
fn keyed<'a>(
    series: IndexMap<SeriesKey<'a>, SeriesEntry<'a>>,
) -> IndexMap<String, SeriesEntry<'a>> {
    let mut document = IndexMap::with_capacity(series.len());
    for ((stage, scenario, name), entry) in series {
        let mut key = format!("{stage}.{name}");
        if document.contains_key(&key) {
            key = format!("{stage}.{scenario}.{name}");
        }
        // Names may contain dots, so that even these can meet; no entry may replace another.
        let mut n = 2;
        while document.contains_key(&key) {
            key = format!("{stage}.{scenario}.{name} ({n})");
            n += 1;
        }
        document.insert(key, entry);
    }
    document
}
