//! What other threads tell the event loop.

use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::sync::{Mutex, PoisonError};

use pyo3::Python;
use squall_engine::script::ScriptEvent;

use super::wake::Wake;

/// Something to be done on the thread of the event loop.
pub(crate) type Job = Box<dyn FnOnce(Python<'_>) + Send>;

/// What the event loop is told.
pub(crate) enum LoopEvent {
    /// By an I/O thread.
    Script(ScriptEvent),
    /// By anybody.
    Do(Job),
}

/// A queue in front of the event loop, and the descriptor that wakes it.
pub(crate) struct Inbox {
    events: Mutex<Vec<LoopEvent>>,
    wake: Wake,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

impl Inbox {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            events: Mutex::default(),
            wake: Wake::new()?,
        })
    }

    pub(crate) fn descriptor(&self) -> RawFd {
        self.wake.descriptor()
    }

    /// Puts events in; wakes the loop unless it has been woken for earlier ones.
    pub(crate) fn put(&self, new: impl IntoIterator<Item = LoopEvent>) {
        let mut events = self.lock();
        let was_empty = events.is_empty();
        events.extend(new);
        let wakes = was_empty && !events.is_empty();
        drop(events);
        if wakes {
            self.wake();
        }
    }

    /// Wakes the loop.
    pub(crate) fn wake(&self) {
        self.wake.wake();
    }

    /// Swaps what is there for the empty vector `batch`.
    pub(crate) fn take(&self, batch: &mut Vec<LoopEvent>) {
        std::mem::swap(&mut *self.lock(), batch);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Makes the descriptor sleep again; before `take`, so that nothing is missed.
    pub(crate) fn reset(&self) {
        self.wake.reset();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<LoopEvent>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
