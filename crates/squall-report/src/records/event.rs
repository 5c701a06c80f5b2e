//! One operation, as a reader sees it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{EventKind, Outcome, RawEvent, RunRecord, SeriesName, Tags, TraceIds, WallTime};

const SEQUENCE_BITS: u32 = 48;
const NANOS_PER_MILLI: f64 = 1e6;
const NANOS_PER_SECOND: f64 = 1e9;

/// Names one event within its run; the same run with the same seed and threads gives the same ids.
///
/// Written as 16 hexadecimal digits, because a JSON number cannot hold 64 bits exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(u64);

impl EventId {
    /// Joins the recording thread's number and its event counter.
    pub fn new(source: u16, sequence: u64) -> Self {
        let kept = sequence & ((1 << SEQUENCE_BITS) - 1);
        Self((u64::from(source) << SEQUENCE_BITS) | kept)
    }

    /// Returns the number of the thread that recorded it.
    pub fn source(self) -> u16 {
        u16::try_from(self.0 >> SEQUENCE_BITS).unwrap_or(u16::MAX)
    }

    /// Returns which event of its thread it is.
    pub fn sequence(self) -> u64 {
        self.0 & ((1 << SEQUENCE_BITS) - 1)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16)
            .map(Self)
            .map_err(de::Error::custom)
    }
}

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventError<'a> {
    /// The kind of error, from a small fixed set such as `connect` or `check`.
    pub class: Cow<'a, str>,
    /// What happened, in words.
    pub message: Cow<'a, str>,
}

/// One operation with its names, in the units and the field order of the records.
///
/// The text is borrowed from the batch, so that encoding copies it once, into the output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event<'a> {
    /// Unique within the run.
    pub id: EventId,
    /// Id of the run, so that records of several runs can share one file or table.
    pub run: Cow<'a, str>,
    /// What happened: an operation, a transaction, or one check of an operation.
    pub kind: EventKind,
    /// Name of the operation or the transaction; of a check, that of its operation.
    pub name: Cow<'a, str>,
    /// Name of the check, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Cow<'a, str>>,
    /// Stage that it belongs to.
    pub stage: Cow<'a, str>,
    /// Scenario that it belongs to.
    pub scenario: Cow<'a, str>,
    /// Wall-clock time of the actual start.
    pub time: WallTime,
    /// When the schedule wanted it to start, in seconds since the start of the run.
    pub intended_s: f64,
    /// When it was handed to the client, in seconds since the start of the run.
    pub started_s: f64,
    /// When it ended, in seconds since the start of the run.
    pub ended_s: f64,
    /// How it ended.
    pub outcome: Outcome,
    /// Status of the protocol, 0 when there was no answer.
    pub status: u16,
    /// Last byte − intended start: what a user would have waited.
    pub response_time_ms: f64,
    /// Last byte − actual start: what the target took.
    pub service_time_ms: f64,
    /// Inside the generator, before the client took the operation.
    pub waiting_ms: f64,
    /// Opening the connection; 0 on a reused one.
    pub connecting_ms: f64,
    /// The TLS handshake; 0 on a reused connection.
    pub securing_ms: f64,
    /// Until the kernel had the last byte of the request.
    pub writing_ms: f64,
    /// From there to the first byte of the response.
    pub first_byte_ms: f64,
    /// From the first byte to the last byte of the response.
    pub reading_ms: f64,
    /// Bytes written to the connection.
    pub bytes_sent: u64,
    /// Bytes read from the connection.
    pub bytes_received: u64,
    /// Number of the process that sent it, from 0.
    pub agent: u32,
    /// Number of the virtual user.
    pub user: u32,
    /// Number of the iteration of this user.
    pub iteration: u64,
    /// Tags of the series, without those of the run.
    #[serde(default, skip_serializing_if = "tags_are_empty")]
    pub tags: Cow<'a, Tags>,
    /// The trace that the target was told of with this request, where the iteration was sampled for traces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceIds>,
    /// Why it failed; `null` when it did not.
    pub error: Option<EventError<'a>>,
}

impl<'a> Event<'a> {
    /// Gives a raw event its names and units.
    pub fn new(raw: &'a RawEvent, series: &'a SeriesName, run: &'a RunRecord) -> Self {
        let phases = &raw.phases;
        Self {
            id: EventId::new(raw.source, raw.sequence),
            run: Cow::Borrowed(&run.id),
            kind: raw.kind,
            name: Cow::Borrowed(&series.name),
            check: raw.check.as_deref().map(Cow::Borrowed),
            stage: Cow::Borrowed(&series.stage),
            scenario: Cow::Borrowed(&series.scenario),
            time: run.started_at.plus_ns(raw.started_ns),
            intended_s: seconds(raw.intended_ns),
            started_s: seconds(raw.started_ns),
            ended_s: seconds(raw.ended_ns),
            outcome: raw.outcome,
            status: raw.status,
            response_time_ms: millis(raw.response_time_ns()),
            service_time_ms: millis(raw.service_time_ns()),
            waiting_ms: millis(phases.waiting_ns),
            connecting_ms: millis(phases.connecting_ns),
            securing_ms: millis(phases.securing_ns),
            writing_ms: millis(phases.writing_ns),
            first_byte_ms: millis(phases.first_byte_ns),
            reading_ms: millis(phases.reading_ns),
            bytes_sent: raw.bytes_sent,
            bytes_received: raw.bytes_received,
            agent: raw.agent,
            user: raw.user,
            iteration: raw.iteration,
            tags: Cow::Borrowed(&*series.tags),
            trace: raw.trace.as_deref().copied(),
            error: raw.error.as_deref().map(|error| EventError {
                class: Cow::Borrowed(&error.class),
                message: Cow::Borrowed(&error.message),
            }),
        }
    }
}

#[expect(clippy::ptr_arg, reason = "serde hands over a reference to the field")]
fn tags_are_empty(tags: &Cow<'_, Tags>) -> bool {
    tags.is_empty()
}

fn millis(ns: u64) -> f64 {
    ns as f64 / NANOS_PER_MILLI
}

fn seconds(ns: u64) -> f64 {
    ns as f64 / NANOS_PER_SECOND
}
