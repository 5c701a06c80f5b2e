//! Records as JSON texts, for queues and key-value stores.
//!
//! Each record becomes one object with the fields and the order of the record; `run` and `tags` (those of the run and of
//! the series) are in every one of them.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;
use squall_report::{
    Batch, Event, EventBatch, FinalBatch, IntervalRecord, LifecycleRecord, RunRecord, Tags,
};

/// About what one event takes, so that the buffer rarely grows.
const TYPICAL_EVENT_BYTES: usize = 640;

/// What a record is; each kind goes to a place of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Event,
    Message,
    Interval,
    Lifecycle,
    Run,
    Metric,
    Common,
    Custom,
    Error,
    SessionSystem,
    StageSystem,
    Threshold,
}

impl Kind {
    pub(crate) const ALL: [Self; 12] = [
        Self::Event,
        Self::Message,
        Self::Interval,
        Self::Lifecycle,
        Self::Run,
        Self::Metric,
        Self::Common,
        Self::Custom,
        Self::Error,
        Self::SessionSystem,
        Self::StageSystem,
        Self::Threshold,
    ];

    /// Names the kind as headers and fields spell it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Message => "message",
            Self::Interval => "interval",
            Self::Lifecycle => "lifecycle",
            Self::Run => "run",
            Self::Metric => "metric",
            Self::Common => "common",
            Self::Custom => "custom",
            Self::Error => "error",
            Self::SessionSystem | Self::StageSystem => "system",
            Self::Threshold => "threshold",
        }
    }
}

/// The names that the user gives to places; those of the other kinds are made of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) events: String,
    pub(crate) metrics: String,
    pub(crate) streams: String,
    pub(crate) system_metrics: String,
}

impl Places {
    /// Names the place of a kind; `shared` is what Hedra appends for the counts of series.
    pub(crate) fn name(&self, kind: Kind, shared: &str) -> String {
        let Self {
            events,
            metrics,
            streams,
            system_metrics,
        } = self;
        match kind {
            Kind::Event => events.clone(),
            Kind::Message => format!("{events}_messages"),
            Kind::Interval => streams.clone(),
            Kind::Lifecycle | Kind::Run => format!("{metrics}_runs"),
            Kind::Metric => metrics.clone(),
            Kind::Common => format!("{metrics}{shared}"),
            Kind::Custom => format!("{metrics}_custom"),
            Kind::Error => format!("{metrics}_errors"),
            Kind::SessionSystem => format!("{system_metrics}_session"),
            Kind::StageSystem => format!("{system_metrics}_stage"),
            Kind::Threshold => format!("{metrics}_thresholds"),
        }
    }

    /// Names the places of all kinds, in the order of [`Kind::ALL`].
    pub(crate) fn all(&self, shared: &str) -> [String; 12] {
        Kind::ALL.map(|kind| self.name(kind, shared))
    }
}

/// One record in its batch's text.
#[derive(Debug, Clone)]
struct Entry {
    kind: Kind,
    key: Range<usize>,
    text: Range<usize>,
}

/// A batch as JSON texts, all in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    buffer: Vec<u8>,
    entries: Vec<Entry>,
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payload<'a> {
    pub(crate) kind: Kind,
    /// Series of events, messages and intervals; of everything else what names this record among all.
    pub(crate) key: &'a [u8],
    /// The record, one JSON object without line ends.
    pub(crate) text: &'a [u8],
}

impl Payloads {
    pub(crate) fn iter(&self) -> impl Iterator<Item = Payload<'_>> {
        self.entries.iter().map(|entry| Payload {
            kind: entry.kind,
            key: &self.buffer[entry.key.clone()],
            text: &self.buffer[entry.text.clone()],
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a record, and what it does not say itself: `tail` begins with a comma and ends the object.
    fn push(
        &mut self,
        kind: Kind,
        key: &impl Serialize,
        record: &impl Serialize,
        tail: &[u8],
    ) -> Result<(), serde_json::Error> {
        let start = self.buffer.len();
        serde_json::to_writer(&mut self.buffer, key)?;
        let middle = self.buffer.len();
        serde_json::to_writer(&mut self.buffer, record)?;
        // The closing brace gives way to what follows.
        self.buffer.pop();
        self.buffer.extend_from_slice(tail);
        self.entries.push(Entry {
            kind,
            key: start..middle,
            text: middle..self.buffer.len(),
        });
        Ok(())
    }
}

/// Writes every record of a batch.
///
/// # Errors
/// When a record cannot be written as JSON.
pub(crate) fn encode(batch: &Batch) -> Result<Payloads, serde_json::Error> {
    let mut payloads = Payloads::default();
    let run = batch.run();
    match batch {
        Batch::Events(batch) => events(&mut payloads, batch)?,
        Batch::Messages(batch) => {
            let tail = tail(None, &run.tags)?;
            for one in batch.messages() {
                let key = (&run.id, &one.stage, &one.scenario, &one.message_type);
                payloads.push(Kind::Message, &key, one, &tail)?;
            }
        }
        Batch::Intervals(batch) => {
            for interval in batch.intervals() {
                let key = (&run.id, &interval.stage, &interval.scenario, &interval.name);
                let tail = tail(None, &merged(&run.tags, &interval.tags))?;
                let record = IntervalRecord {
                    tags: Tags::new(),
                    ..interval.clone()
                };
                payloads.push(Kind::Interval, &key, &record, &tail)?;
            }
        }
        Batch::Lifecycle(batch) => {
            for record in batch.records() {
                lifecycle(&mut payloads, run, record)?;
            }
        }
        Batch::Final(batch) => last(&mut payloads, batch)?,
    }
    Ok(payloads)
}

fn events(payloads: &mut Payloads, batch: &EventBatch) -> Result<(), serde_json::Error> {
    payloads.buffer.reserve(batch.len() * TYPICAL_EVENT_BYTES);
    // Events of a series share their tags, so that their text is made once.
    let mut tails: HashMap<*const Tags, Vec<u8>> = HashMap::new();
    for mut event in batch.iter() {
        let tags = std::mem::take(&mut event.tags);
        let key = match &tags {
            std::borrow::Cow::Borrowed(tags) => std::ptr::from_ref::<Tags>(tags),
            std::borrow::Cow::Owned(_) => std::ptr::null(),
        };
        let tail = match tails.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(tail(None, &merged(&batch.run().tags, &tags))?)
            }
        };
        let key = series_key(&event);
        payloads.push(Kind::Event, &key, &event, tail)?;
    }
    Ok(())
}

fn series_key<'e>(event: &'e Event<'_>) -> (&'e str, &'e str, &'e str, &'e str) {
    (&event.run, &event.stage, &event.scenario, &event.name)
}

/// A beginning or an end says what was run, too: it is what a reader looks for who does not know the run.
fn lifecycle(
    payloads: &mut Payloads,
    run: &RunRecord,
    record: &LifecycleRecord,
) -> Result<(), serde_json::Error> {
    let mut tail = Vec::new();
    named(&mut tail, "name", &run.name)?;
    named(&mut tail, "version", &run.version)?;
    named(&mut tail, "seed", &run.seed)?;
    named(&mut tail, "tags", &run.tags)?;
    tail.push(b'}');
    let key = (&run.id, record.what, &record.stage);
    payloads.push(Kind::Lifecycle, &key, record, &tail)
}

#[derive(Serialize)]
struct RunPayload<'a> {
    run: &'a str,
    what: &'static str,
    name: &'a str,
    seed: u64,
    version: &'a str,
    started_at: squall_report::WallTime,
    verdict: Option<squall_report::RunVerdict>,
    reasons: &'a [String],
}

fn last(payloads: &mut Payloads, batch: &FinalBatch) -> Result<(), serde_json::Error> {
    let run = batch.run();
    let id = Some(run.id.as_str());
    let plain = tail(id, &run.tags)?;
    let record = RunPayload {
        run: &run.id,
        what: Kind::Run.as_str(),
        name: &run.name,
        seed: run.seed,
        version: &run.version,
        started_at: run.started_at,
        verdict: run.verdict,
        reasons: &run.reasons,
    };
    payloads.push(
        Kind::Run,
        &(&run.id, Kind::Run.as_str()),
        &record,
        &tail(None, &run.tags)?,
    )?;
    series(payloads, batch)?;
    for one in batch.custom() {
        let key = (&run.id, &one.stage, &one.name, &one.group, &one.metric);
        payloads.push(Kind::Custom, &key, one, &plain)?;
    }
    for one in batch.errors() {
        let key = (
            &run.id,
            &one.stage,
            &one.scenario,
            &one.name,
            &one.error_class,
            &one.error_message,
        );
        payloads.push(Kind::Error, &key, one, &plain)?;
    }
    for one in batch.system() {
        let kind = match one.stage.as_str() {
            "" => Kind::SessionSystem,
            _ => Kind::StageSystem,
        };
        payloads.push(kind, &(&run.id, &one.stage, &one.group), one, &plain)?;
    }
    for one in batch.thresholds() {
        payloads.push(Kind::Threshold, &(&run.id, &one.rule), one, &plain)?;
    }
    Ok(())
}

/// Writes what is said of each series: its distributions and its counts.
fn series(payloads: &mut Payloads, batch: &FinalBatch) -> Result<(), serde_json::Error> {
    let run = batch.run();
    let id = Some(run.id.as_str());
    for one in batch.metrics() {
        let key = (
            &run.id,
            &one.stage,
            &one.scenario,
            &one.name,
            one.kind,
            &one.tags,
            one.group,
        );
        let tail = tail(id, &merged(&run.tags, &one.tags))?;
        let mut record = one.clone();
        record.tags = Tags::new();
        payloads.push(Kind::Metric, &key, &record, &tail)?;
    }
    for one in batch.common() {
        let key = (
            &run.id,
            &one.stage,
            &one.scenario,
            &one.name,
            one.kind,
            &one.tags,
        );
        let tail = tail(id, &merged(&run.tags, &one.tags))?;
        let mut record = one.clone();
        record.tags = Tags::new();
        payloads.push(Kind::Common, &key, &record, &tail)?;
    }
    Ok(())
}

/// Writes what ends an object: the run where the record does not name it, and the tags.
fn tail(run: Option<&str>, tags: &Tags) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::new();
    if let Some(run) = run {
        named(&mut text, "run", &run)?;
    }
    named(&mut text, "tags", tags)?;
    text.push(b'}');
    Ok(text)
}

fn named(text: &mut Vec<u8>, name: &str, value: &impl Serialize) -> Result<(), serde_json::Error> {
    text.extend_from_slice(format!(",\"{name}\":").as_bytes());
    serde_json::to_writer(text, value)
}

/// Joins the tags of a run and of a series; where both have one, the series is nearer.
pub(crate) fn merged(run: &Tags, series: &Tags) -> Tags {
    let mut tags = run.clone();
    tags.extend(
        series
            .iter()
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    tags
}
