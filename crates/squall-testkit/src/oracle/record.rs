//! What an oracle did.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A request that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// Its number in the order of arrival, from 0.
    pub number: u64,
    /// When its last byte was read, since the start of the server.
    pub arrived: Duration,
    /// The time that it should take.
    pub intended: Duration,
    /// The time that it took: from its last byte read to the moment before its answer is written, so that a client always
    /// sees more than this: both ways through the kernel come on top.
    pub service: Duration,
}

impl Served {
    /// Returns how late the answer was: the error of the oracle itself.
    pub fn lateness(&self) -> Duration {
        self.service.saturating_sub(self.intended)
    }
}

/// What a server shares with its test.
#[derive(Debug, Default)]
pub(crate) struct Record {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub(crate) connections: u64,
    pub(crate) requests: u64,
    pub(crate) served: Vec<Served>,
}

impl Record {
    pub(crate) fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
