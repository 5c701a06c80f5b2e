//! Batches as JSON text.

use indexmap::IndexMap;
use serde::Serialize;
use squall_report::{
    CommonRecord, EventBatch, EventKind, FinalBatch, IntervalBatch, LifecycleBatch, MessageBatch,
    MetricRecord, SystemRecord, Tags,
};

use crate::files::rows::RunRow;

/// About what one event takes, so that the buffer rarely grows.
const TYPICAL_EVENT_BYTES: usize = 640;

/// Writes one line per event.
pub(super) fn events(batch: &EventBatch) -> Result<Vec<u8>, serde_json::Error> {
    lines(batch.iter(), batch.len() * TYPICAL_EVENT_BYTES)
}

/// Writes one line per message of a script; `"kind": "message"` tells them from events.
pub(super) fn messages(batch: &MessageBatch) -> Result<Vec<u8>, serde_json::Error> {
    lines(batch.messages().iter(), 0)
}

/// Writes one line per interval and series.
pub(super) fn intervals(batch: &IntervalBatch) -> Result<Vec<u8>, serde_json::Error> {
    lines(batch.intervals().iter(), 0)
}

/// Writes one line for each beginning and end.
pub(super) fn lifecycle(batch: &LifecycleBatch) -> Result<Vec<u8>, serde_json::Error> {
    lines(RunRow::of_lifecycle(batch), 0)
}

/// Writes the line of the verdict, with its thresholds.
pub(super) fn verdict(batch: &FinalBatch) -> Result<Vec<u8>, serde_json::Error> {
    lines([RunRow::of_verdict(batch)].into_iter(), 0)
}

fn lines<T: Serialize>(
    records: impl Iterator<Item = T>,
    capacity: usize,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::with_capacity(capacity);
    for record in records {
        serde_json::to_writer(&mut text, &record)?;
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

/// What tells a series from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct SeriesKey<'a> {
    stage: &'a str,
    scenario: &'a str,
    name: &'a str,
    kind: EventKind,
    tags: &'a Tags,
}

static NO_TAGS: Tags = Tags::new();

impl<'a> SeriesKey<'a> {
    fn of_common(record: &'a CommonRecord) -> Self {
        Self {
            kind: record.kind,
            tags: &record.tags,
            ..Self::named(&record.stage, &record.scenario, &record.name)
        }
    }

    fn of_metric(record: &'a MetricRecord) -> Self {
        Self {
            kind: record.kind,
            tags: &record.tags,
            ..Self::named(&record.stage, &record.scenario, &record.name)
        }
    }

    fn named(stage: &'a str, scenario: &'a str, name: &'a str) -> Self {
        Self {
            stage,
            scenario,
            name,
            kind: EventKind::Operation,
            tags: &NO_TAGS,
        }
    }
}

#[derive(Debug, Default, Serialize)]
struct SeriesEntry<'a> {
    name: &'a str,
    stage: &'a str,
    scenario: &'a str,
    kind: EventKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a Tags>,
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

type Series<'a> = IndexMap<SeriesKey<'a>, SeriesEntry<'a>>;

fn collect(batch: &FinalBatch) -> Series<'_> {
    let mut series = Series::new();
    for record in batch.common() {
        let entry = entry(&mut series, SeriesKey::of_common(record));
        entry.total = record.total;
        entry.succeeded = record.succeeded;
        entry.failed = record.failed;
        entry.actions_per_second = record.actions_per_second;
    }
    for record in batch.metrics() {
        let entry = entry(&mut series, SeriesKey::of_metric(record));
        entry.groups.insert(record.group.as_str(), record);
    }
    for record in batch.custom() {
        let of = |key: &SeriesKey<'_>| key.stage == record.stage && key.name == record.name;
        let other = SeriesKey::named(&record.stage, "", &record.name);
        let group = first(&mut series, of, other)
            .custom
            .entry(&record.group)
            .or_default();
        group.insert(&record.metric, record.value);
    }
    for record in batch.errors() {
        let other = SeriesKey::named(&record.stage, &record.scenario, &record.name);
        let of = |key: &SeriesKey<'_>| {
            (key.stage, key.scenario, key.name) == (other.stage, other.scenario, other.name)
        };
        first(&mut series, of, other).errors.push(ErrorEntry {
            class: &record.error_class,
            message: &record.error_message,
            count: record.error_count,
        });
    }
    series
}

fn entry<'m, 'a>(series: &'m mut Series<'a>, key: SeriesKey<'a>) -> &'m mut SeriesEntry<'a> {
    series.entry(key).or_insert_with(|| SeriesEntry {
        name: key.name,
        stage: key.stage,
        scenario: key.scenario,
        kind: key.kind,
        tags: Some(key.tags).filter(|tags| !tags.is_empty()),
        ..SeriesEntry::default()
    })
}

/// Returns the entry of the first series that fits: the record does not say its kind and tags.
fn first<'m, 'a>(
    series: &'m mut Series<'a>,
    fits: impl Fn(&SeriesKey<'a>) -> bool,
    other: SeriesKey<'a>,
) -> &'m mut SeriesEntry<'a> {
    let key = series.keys().copied().find(fits);
    entry(series, key.unwrap_or(other))
}

/// Names the entries `Stage.name`; where several series of a stage share a name, the later ones `Stage.scenario.name`, or
/// `Stage.scenario.name{tag=value}`.
fn keyed(series: Series<'_>) -> IndexMap<String, SeriesEntry<'_>> {
    let mut document = IndexMap::with_capacity(series.len());
    for (id, entry) in series {
        let (stage, scenario, name) = (id.stage, id.scenario, id.name);
        let mut key = format!("{stage}.{name}");
        if document.contains_key(&key) {
            key = format!("{stage}.{scenario}.{name}");
        }
        if document.contains_key(&key) && !id.tags.is_empty() {
            let tags = id.tags.iter();
            let tags: Vec<String> = tags.map(|(tag, value)| format!("{tag}={value}")).collect();
            key = format!("{stage}.{scenario}.{name}{{{}}}", tags.join(","));
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
