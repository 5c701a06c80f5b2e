//! How a batch of events is written to the spool and read again.
//!
//! Events are most of what is spooled, so each is a row without names of fields: a third of the bytes, and of the time. A
//! change of the rows raises the version of the spool's files.

use std::borrow::Cow;
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::batch::{EventBatch, EventPart};
use crate::records::{
    EventError, EventKind, Names, Outcome, PhaseTimes, RawEvent, RunRecord, TraceIds,
};

/// What an [`EventBatch`] is read as.
#[derive(Deserialize)]
struct StoredEvents {
    run: Arc<RunRecord>,
    names: Names,
    events: Vec<Row<'static>>,
}

impl Serialize for EventBatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let events: Vec<&RawEvent> = self.raw().collect();
        let mut fields = serializer.serialize_struct("StoredEvents", 3)?;
        fields.serialize_field("run", &self.run)?;
        fields.serialize_field("names", &self.names)?;
        fields.serialize_field("events", &Rows(&events))?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for EventBatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = StoredEvents::deserialize(deserializer)?;
        let events: Vec<RawEvent> = stored.events.into_iter().map(RawEvent::from).collect();
        let range = 0..events.len();
        let part = EventPart {
            events: Arc::new(events),
            range,
        };
        Ok(Self::from_parts(stored.run, stored.names, vec![part]))
    }
}

struct Rows<'a>(&'a [&'a RawEvent]);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|event| Row::from(*event)))
    }
}

type Series = (EventKind, u32);
type Source = (u16, u32, u64);
type User = (u32, u64);
type Answer = (Outcome, u16, u64, u64);
type Moments = (u64, u64, u64);

/// One event: the fields of [`RawEvent`], in groups.
#[derive(Serialize, Deserialize)]
struct Row<'a>(
    Series,
    Source,
    User,
    Answer,
    Moments,
    [u64; 6],
    Option<Cow<'a, str>>,
    Option<TraceIds>,
    Option<EventError<'a>>,
);

impl<'a> From<&'a RawEvent> for Row<'a> {
    fn from(event: &'a RawEvent) -> Self {
        let phases = &event.phases;
        Self(
            (event.kind, event.series),
            (event.source, event.agent, event.sequence),
            (event.user, event.iteration),
            (
                event.outcome,
                event.status,
                event.bytes_sent,
                event.bytes_received,
            ),
            (event.intended_ns, event.started_ns, event.ended_ns),
            [
                phases.waiting_ns,
                phases.connecting_ns,
                phases.securing_ns,
                phases.writing_ns,
                phases.first_byte_ns,
                phases.reading_ns,
            ],
            event.check.as_deref().map(Cow::Borrowed),
            event.trace.as_deref().copied(),
            event.error.as_deref().map(|error| EventError {
                class: Cow::Borrowed(&error.class),
                message: Cow::Borrowed(&error.message),
            }),
        )
    }
}

impl From<Row<'_>> for RawEvent {
    fn from(row: Row<'_>) -> Self {
        let Row(series, source, user, answer, moments, phases, check, trace, error) = row;
        Self {
            kind: series.0,
            series: series.1,
            source: source.0,
            agent: source.1,
            outcome: answer.0,
            status: answer.1,
            sequence: source.2,
            user: user.0,
            iteration: user.1,
            intended_ns: moments.0,
            started_ns: moments.1,
            ended_ns: moments.2,
            phases: PhaseTimes {
                waiting_ns: phases[0],
                connecting_ns: phases[1],
                securing_ns: phases[2],
                writing_ns: phases[3],
                first_byte_ns: phases[4],
                reading_ns: phases[5],
            },
            bytes_sent: answer.2,
            bytes_received: answer.3,
            check: check.map(|check| Arc::from(&*check)),
            trace: trace.map(Box::new),
            error: error.map(|error| {
                Box::new(EventError {
                    class: Cow::Owned(error.class.into_owned()),
                    message: Cow::Owned(error.message.into_owned()),
                })
            }),
        }
    }
}
