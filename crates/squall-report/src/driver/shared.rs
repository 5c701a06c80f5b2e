//! What a driver's threads and its handles all see.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::backlog::{Backlog, Lot};
use super::counts::{Counters, Place};
use super::{DriverSettings, RunContext};
use crate::spool::{Spool, SpoolError};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) counters: Counters,
    pub(super) backlog: Backlog,
    pub(super) spool: Option<Spool>,
    /// Set when nothing more is taken: the driver is finishing, or its reporter is dead and nothing can be kept.
    closed: AtomicBool,
    message: Mutex<Option<String>>,
    phase: Mutex<Phase>,
    phase_changed: Condvar,
}

/// How far the run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    /// The driver was told to finish.
    Finishing,
    /// Nobody waits any longer.
    Abandoned,
}

impl Shared {
    pub(super) fn new(
        name: String,
        context: &RunContext,
        settings: &DriverSettings,
    ) -> Result<Self, SpoolError> {
        let spool = match &context.spool {
            Some(folder) if settings.spool_bytes > 0 => {
                Some(Spool::open(folder, settings.spool_bytes)?)
            }
            _ => None,
        };
        // While the disk is slow, as much again may wait to be written.
        let times = if spool.is_some() { 2 } else { 1 };
        Ok(Self::with_spool(
            name,
            spool,
            settings.queue_records.saturating_mul(times),
        ))
    }

    pub(super) fn with_spool(name: String, spool: Option<Spool>, queue_records: usize) -> Self {
        Self {
            name,
            counters: Counters::new(queue_records),
            backlog: Backlog::new(),
            spool,
            closed: AtomicBool::new(false),
            message: Mutex::new(None),
            phase: Mutex::new(Phase::Running),
            phase_changed: Condvar::new(),
        }
    }

    /// Puts what an earlier driver left on disk first in the order; returns the number after it.
    pub(super) fn adopt_files(&self) -> u64 {
        let files = self.spool.as_ref().map(Spool::files).unwrap_or_default();
        let mut next = 0;
        for (number, records) in files {
            self.counters.find(records);
            // Nothing has abandoned a driver that has not begun.
            self.backlog.push(Lot::on_disk(number)).ok();
            next = number + 1;
        }
        next
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Keeps the last thing that went wrong.
    pub(super) fn say(&self, message: String) {
        *lock(&self.message) = Some(message);
    }

    pub(super) fn message(&self) -> Option<String> {
        lock(&self.message).clone()
    }

    /// Writes what is left of a lot to its file, if there is a spool with room.
    pub(super) fn keep(&self, lot: &Lot) -> Result<(), Option<SpoolError>> {
        let spool = self.spool.as_ref().ok_or(None)?;
        if lot.place == Place::Disk && !lot.is_begun {
            return Ok(());
        }
        if lot.parts.is_empty() {
            return match lot.place {
                Place::Memory => Ok(()),
                Place::Disk => spool.remove(lot.number).map_err(Some),
            };
        }
        let parts: Vec<_> = lot.parts.iter().cloned().collect();
        spool.write(lot.number, &parts).map_err(Some)
    }

    /// Takes everything from the reporter and keeps it on disk, or counts it as dropped; returns why.
    pub(super) fn keep_the_rest(&self) -> Option<SpoolError> {
        let mut why = None;
        for lot in self.backlog.abandon() {
            let kept = self.keep(&lot);
            match lot.place {
                // Its file is there; at worst it has what the backend took already.
                Place::Disk => {}
                Place::Memory if kept.is_ok() => self.counters.spool(lot.len()),
                Place::Memory => self.counters.settle(Place::Memory, 0, lot.len()),
            }
            why = kept.err().flatten().or(why);
        }
        if let Some(spool) = &self.spool {
            spool.release();
        }
        why
    }

    /// Ends the wait for the next try during an outage: the run is over, so it is worth one.
    pub(super) fn finish(&self) {
        self.enter(Phase::Finishing);
    }

    /// Tells the driver's threads to stop as soon as they get control back.
    pub(super) fn abandon(&self) {
        self.enter(Phase::Abandoned);
    }

    fn enter(&self, phase: Phase) {
        *lock(&self.phase) = phase;
        self.phase_changed.notify_all();
    }

    pub(super) fn is_abandoned(&self) -> bool {
        *lock(&self.phase) == Phase::Abandoned
    }

    /// Waits, but not longer than until the driver is abandoned.
    pub(super) fn wait(&self, delay: Duration) {
        self.wait_while(delay, |phase| phase != Phase::Abandoned);
    }

    /// Waits, but not longer than until the driver is told to finish, or is abandoned; says whether it waited to the end.
    pub(super) fn wait_out(&self, delay: Duration) -> bool {
        let begun = *lock(&self.phase);
        self.wait_while(delay, |phase| phase == begun);
        *lock(&self.phase) == begun
    }

    fn wait_while(&self, delay: Duration, holds: impl Fn(Phase) -> bool) {
        let waited = self
            .phase_changed
            .wait_timeout_while(lock(&self.phase), delay, |phase| holds(*phase));
        drop(waited);
    }
}

/// Locks also after a panic elsewhere: both mutexes hold plain values that are never half-written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
