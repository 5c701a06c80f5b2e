//! One operation, as compact as an I/O thread can leave it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{EventError, TraceIds};

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer was as expected.
    Ok,
    /// A transport error, an unexpected status, or a failed check.
    Failed,
    /// Still in flight when the run ended; its times are lower bounds.
    Interrupted,
}

impl Outcome {
    /// Names the outcome as the records spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// What an event or a series is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// One request and its answer.
    #[default]
    Operation,
    /// Steps timed as one.
    Transaction,
    /// An iteration that is traced: the root of its trace. Other iterations have no event of their own.
    Iteration,
    /// One check of an answer; its moments are those of the operation.
    Check,
}

impl EventKind {
    /// Names the kind as the records spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Transaction => "transaction",
            Self::Iteration => "iteration",
            Self::Check => "check",
        }
    }
}

/// The parts of one operation, in nanoseconds; a part that did not happen is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTimes {
    /// Inside the generator, before the client took the operation.
    pub waiting_ns: u64,
    /// Opening the connection.
    pub connecting_ns: u64,
    /// The TLS handshake.
    pub securing_ns: u64,
    /// Until the kernel had the last byte of the request.
    pub writing_ns: u64,
    /// From there to the first byte of the response.
    pub first_byte_ns: u64,
    /// From the first byte to the last byte of the response.
    pub reading_ns: u64,
}

/// One operation as an I/O thread records it: numbers only, at most 160 bytes, no allocation unless it failed.
///
/// Moments are nanoseconds since the start of the run on the run's monotonic clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawEvent {
    /// What happened.
    pub kind: EventKind,
    /// Index of the series in the run's [`NameTable`](super::NameTable).
    pub series: u32,
    /// Who recorded it: a number that no other I/O thread of the run has, on any agent.
    pub source: u16,
    /// Number of the process that sent it, from 0.
    pub agent: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// Status of the protocol (HTTP: 100 to 599), 0 when there was no answer.
    pub status: u16,
    /// Counts the events of this source; with `source` it makes the [`EventId`](super::EventId). 48 bits are kept.
    pub sequence: u64,
    /// Number of the virtual user.
    pub user: u32,
    /// Number of the iteration of this user.
    pub iteration: u64,
    /// When the schedule wanted it to start.
    pub intended_ns: u64,
    /// When it was handed to the client.
    pub started_ns: u64,
    /// Last byte of the response, or the moment of the failure.
    pub ended_ns: u64,
    /// Where the time went.
    pub phases: PhaseTimes,
    /// Bytes written to the connection, heads included.
    pub bytes_sent: u64,
    /// Bytes read from the connection, heads included.
    pub bytes_received: u64,
    /// Name of the check, where it is one; the series is that of its operation.
    pub check: Option<Arc<str>>,
    /// The trace that the target was told of; boxed, because few iterations are sampled.
    pub trace: Option<Box<TraceIds>>,
    /// What went wrong; boxed, because most operations have none.
    pub error: Option<Box<EventError<'static>>>,
}

impl RawEvent {
    /// Returns last byte − intended start, in nanoseconds.
    pub fn response_time_ns(&self) -> u64 {
        self.ended_ns.saturating_sub(self.intended_ns)
    }

    /// Returns last byte − actual start, in nanoseconds.
    pub fn service_time_ns(&self) -> u64 {
        self.ended_ns.saturating_sub(self.started_ns)
    }
}
