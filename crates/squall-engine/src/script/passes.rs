//! How many passes of a scenario are under way on one I/O thread.

use std::cell::Cell;

/// Counts passes, and whether their interpreter was told that the load has ended.
#[derive(Debug, Default)]
pub(crate) struct Passes {
    open: Cell<u32>,
    told: Cell<bool>,
}

impl Passes {
    pub(crate) fn begin(&self) {
        self.open.set(self.open.get() + 1);
    }

    pub(crate) fn end(&self) {
        self.open.set(self.open.get().saturating_sub(1));
    }

    /// Tells, once, whether somebody is there who should be told that the load has ended.
    pub(crate) fn should_tell(&self) -> bool {
        self.open.get() > 0 && !self.told.replace(true)
    }
}
