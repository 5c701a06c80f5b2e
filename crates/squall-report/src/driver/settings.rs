//! How a driver queues, batches and retries.

use std::sync::Arc;
use std::time::Duration;

use crate::{NameTable, RunRecord};

/// How one driver behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverSettings {
    /// Events that may wait or be in delivery; more are dropped and counted. 500,000 (about 80 MB when the
    /// reporter stands still, several seconds of load on one core).
    pub queue_records: usize,
    /// Records that make a batch; a reporter's own limit goes first. 5,000.
    pub batch_count: usize,
    /// Bytes that make a batch, as they are estimated before the reporter encodes them. 4 MiB.
    pub batch_bytes: usize,
    /// How long the first event of a batch waits for others. 1 s.
    pub batch_age: Duration,
    /// How long opening may take, retries included. 30 s.
    pub open_timeout: Duration,
    /// How long the end of the run waits for what is left. 30 s.
    pub flush_timeout: Duration,
    /// Bytes on disk that may hold what the backend did not take yet; 0 for none. 1 GiB.
    pub spool_bytes: u64,
    /// What happens after a temporary error.
    pub retry: RetrySettings,
}

impl Default for DriverSettings {
    fn default() -> Self {
        Self {
            queue_records: 500_000,
            batch_count: 5_000,
            batch_bytes: 4 << 20,
            batch_age: Duration::from_secs(1),
            open_timeout: Duration::from_secs(30),
            flush_timeout: Duration::from_secs(30),
            spool_bytes: 1 << 30,
            retry: RetrySettings::default(),
        }
    }
}

/// How often and how soon a batch is sent again after a temporary error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// Retries of one batch, after which it is dropped. 8.
    pub retries: u32,
    /// Longest delay before the first retry; it doubles each time, and half of it is random. 100 ms.
    pub first_delay: Duration,
    /// Limit of the doubling. 10 s.
    pub longest_delay: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            retries: 8,
            first_delay: Duration::from_millis(100),
            longest_delay: Duration::from_secs(10),
        }
    }
}

/// The run whose records a driver delivers.
#[derive(Debug, Clone)]
pub struct RunContext {
    /// The run.
    pub run: Arc<RunRecord>,
    /// What the events' series are called.
    pub names: NameTable,
}
