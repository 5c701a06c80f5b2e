//! What became of the records, live.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// What became of one driver's records so far.
///
/// `offered` = `delivered` + `dropped` + `queued` + `spooled` whenever no call is changing them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records that the run had for the reporter.
    pub offered: u64,
    /// Records that entered the queue.
    pub accepted: u64,
    /// Records that the backend has.
    pub delivered: u64,
    /// Records that it will never have: the queue was full, the backend refused them, or it is dead.
    pub dropped: u64,
    /// Records in memory that wait or are in delivery.
    pub queued: u64,
    /// Records on disk that wait.
    pub spooled: u64,
    /// How often a batch was sent again.
    pub retried: u64,
}

/// Where a batch waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Memory,
    Disk,
}

/// The counters behind [`Counts`].
#[derive(Debug)]
pub(super) struct Counters {
    limit: u64,
    offered: AtomicU64,
    accepted: AtomicU64,
    delivered: AtomicU64,
    dropped: AtomicU64,
    queued: AtomicU64,
    spooled: AtomicU64,
    retried: AtomicU64,
}

impl Counters {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit: limit as u64,
            offered: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            queued: AtomicU64::new(0),
            spooled: AtomicU64::new(0),
            retried: AtomicU64::new(0),
        }
    }

    /// Takes as much room in the queue as there is, counts the rest as dropped, and returns what was taken.
    pub(super) fn reserve(&self, wanted: usize) -> usize {
        self.offered.fetch_add(wanted as u64, Ordering::SeqCst);
        let granted_of = |queued: u64| (wanted as u64).min(self.limit.saturating_sub(queued));
        let before = self
            .queued
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |queued| {
                Some(queued + granted_of(queued))
            })
            .unwrap_or_else(|unchanged| unchanged);
        let granted = granted_of(before);
        self.accepted.fetch_add(granted, Ordering::SeqCst);
        self.dropped
            .fetch_add(wanted as u64 - granted, Ordering::SeqCst);
        usize::try_from(granted).unwrap_or(wanted)
    }

    /// Takes room that may go over the limit: the final records are few and must not be lost to a full queue.
    pub(super) fn reserve_always(&self, records: usize) {
        let records = records as u64;
        self.offered.fetch_add(records, Ordering::SeqCst);
        self.accepted.fetch_add(records, Ordering::SeqCst);
        self.queued.fetch_add(records, Ordering::SeqCst);
    }

    /// Counts records that were offered when nothing could be taken any more.
    pub(super) fn refuse(&self, records: usize) {
        self.offered.fetch_add(records as u64, Ordering::SeqCst);
        self.dropped.fetch_add(records as u64, Ordering::SeqCst);
    }

    /// Settles records that waited, one way or the other.
    pub(super) fn settle(&self, place: Place, delivered: usize, dropped: usize) {
        let (delivered, dropped) = (delivered as u64, dropped as u64);
        self.delivered.fetch_add(delivered, Ordering::SeqCst);
        self.dropped.fetch_add(dropped, Ordering::SeqCst);
        let waiting = match place {
            Place::Memory => &self.queued,
            Place::Disk => &self.spooled,
        };
        waiting.fetch_sub(delivered + dropped, Ordering::SeqCst);
    }

    /// Counts queued records that were written to the spool.
    pub(super) fn spool(&self, records: usize) {
        self.spooled.fetch_add(records as u64, Ordering::SeqCst);
        self.queued.fetch_sub(records as u64, Ordering::SeqCst);
    }

    /// Counts records that were in the spool before the driver.
    pub(super) fn find(&self, records: u64) {
        self.offered.fetch_add(records, Ordering::SeqCst);
        self.accepted.fetch_add(records, Ordering::SeqCst);
        self.spooled.fetch_add(records, Ordering::SeqCst);
    }

    pub(super) fn retry(&self) {
        self.retried.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn now(&self) -> Counts {
        Counts {
            delivered: self.delivered.load(Ordering::SeqCst),
            dropped: self.dropped.load(Ordering::SeqCst),
            queued: self.queued.load(Ordering::SeqCst),
            spooled: self.spooled.load(Ordering::SeqCst),
            retried: self.retried.load(Ordering::SeqCst),
            accepted: self.accepted.load(Ordering::SeqCst),
            offered: self.offered.load(Ordering::SeqCst),
        }
    }
}
