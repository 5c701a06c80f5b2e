//! What a driver's thread and its handles both see.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::counts::Counters;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) counters: Counters,
    /// Set when nothing more is taken: the driver is finishing, or its reporter is dead.
    closed: AtomicBool,
    message: Mutex<Option<String>>,
    abandoned: Mutex<bool>,
    abandoning: Condvar,
}

impl Shared {
    pub(super) fn new(name: String, queue_records: usize) -> Self {
        Self {
            name,
            counters: Counters::new(queue_records),
            closed: AtomicBool::new(false),
            message: Mutex::new(None),
            abandoned: Mutex::new(false),
            abandoning: Condvar::new(),
        }
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

    /// Tells the driver's thread to stop as soon as it gets control back.
    pub(super) fn abandon(&self) {
        *lock(&self.abandoned) = true;
        self.abandoning.notify_all();
    }

    pub(super) fn is_abandoned(&self) -> bool {
        *lock(&self.abandoned)
    }

    /// Waits, but not longer than until the driver is abandoned.
    pub(super) fn wait(&self, delay: Duration) {
        let guard = lock(&self.abandoned);
        let waited = self
            .abandoning
            .wait_timeout_while(guard, delay, |abandoned| !*abandoned);
        drop(waited);
    }
}

/// Locks also after a panic elsewhere: both mutexes hold plain values that are never half-written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
