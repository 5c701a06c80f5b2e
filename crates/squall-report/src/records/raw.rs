//! One operation, as compact as an I/O thread can leave it.

use serde::{Deserialize, Serialize};

use super::EventError;

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

/// The parts of one operation, in nanoseconds; a part that did not happen is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

/// One operation as an I/O thread records it: numbers only, about 130 bytes, no allocation unless it failed.
///
/// Moments are nanoseconds since the start of the run on the run's monotonic clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEvent {
    /// Index of the series in the run's [`NameTable`](super::NameTable).
    pub series: u32,
    /// Who recorded it: a number that no other I/O thread of the run has, on any agent.
    pub source: u16,
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
