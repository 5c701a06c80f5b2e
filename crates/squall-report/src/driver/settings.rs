//! How a driver queues, batches and retries.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::{NameTable, RunRecord, Selection};

/// How one driver behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverSettings {
    /// Records that may wait in memory or be in delivery; more go to the spool, or are dropped and counted where there is
    /// none. 500,000 (about 80 MB when the reporter stands still, several seconds of load on one core). While the disk is
    /// slower than the load, as many again wait to be written.
    pub queue_records: usize,
    /// Records that make a batch; a reporter's own limit goes first. 5,000.
    pub batch_count: usize,
    /// Bytes that make a batch, as they are estimated before the reporter encodes them. 4 MiB.
    pub batch_bytes: usize,
    /// How long the first event of a batch waits for others. 1 s.
    pub batch_age: Duration,
    /// When the reporter is opened. Before the load.
    pub opening: Opening,
    /// How long opening may take, retries included. 30 s.
    pub open_timeout: Duration,
    /// How long the end of the run waits for what is left; the rest stays in the spool. 30 s.
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
            opening: Opening::BeforeLoad,
            open_timeout: Duration::from_secs(30),
            flush_timeout: Duration::from_secs(30),
            spool_bytes: 1 << 30,
            retry: RetrySettings::default(),
        }
    }
}

/// When a reporter is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Opening {
    /// Before the load: a reporter that cannot be opened is an error.
    #[default]
    BeforeLoad,
    /// With the first batch, and again until it succeeds: records wait meanwhile.
    WhenPossible,
}

/// How often and how soon a batch is sent again after a temporary error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// Retries of one batch, after which it waits on disk and is tried again each `longest_delay`; without a spool it is
    /// dropped. 8.
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
    /// Which of its records the reporter is sent, and its own tags.
    pub selection: Selection,
    /// Folder of this reporter alone for what its backend does not take; `None` for no spool.
    pub spool: Option<PathBuf>,
}

impl RunContext {
    /// Makes the context of a reporter that is sent everything, without a spool.
    pub fn new(run: Arc<RunRecord>, names: NameTable) -> Self {
        Self {
            run,
            names,
            selection: Selection::default(),
            spool: None,
        }
    }

    /// Gives the run the reporter's tags; where both have one, the reporter's counts.
    pub(super) fn add_tags(&mut self) {
        if !self.selection.tags.is_empty() {
            let tags = self.selection.tags.clone();
            Arc::make_mut(&mut self.run).tags.extend(tags);
        }
    }
}
