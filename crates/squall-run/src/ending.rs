//! Whether a run is to end before its time, and why.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, Weak};

use crate::load::{End, Load};
use crate::running::lock;

/// Ends a run on behalf of the user, or of the test itself.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    asked: AtomicBool,
    reason: Mutex<Option<String>>,
    load: OnceLock<Weak<dyn Load>>,
}

impl Ending {
    /// Says whose load ends; before that, whoever starts load looks at [`Self::is_asked`].
    pub(crate) fn of(&self, load: Weak<dyn Load>) {
        self.load.set(load).ok();
    }

    /// Lets no further stage start, and ends the load.
    pub(crate) fn ask(&self, how: End) {
        self.asked.store(true, Ordering::Release);
        if let Some(load) = self.load.get().and_then(Weak::upgrade) {
            load.end(how);
        }
    }

    /// Ends the load gracefully because the test says so; of several reasons the first counts.
    pub(crate) fn fail(&self, reason: &str) {
        let mut first = lock(&self.reason);
        if self.is_asked() || first.is_some() {
            return;
        }
        *first = Some(reason.to_owned());
        drop(first);
        tracing::info!(reason, "the test ends the run");
        self.ask(End::Gracefully);
    }

    /// Tells whether the run is to end.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// Tells whether the user ended it.
    pub(crate) fn by_user(&self) -> bool {
        self.is_asked() && self.reason().is_none()
    }

    /// Returns why the test ended it, if it did.
    pub(crate) fn reason(&self) -> Option<String> {
        lock(&self.reason).clone()
    }
}
