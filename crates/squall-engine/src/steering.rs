//! What somebody changes of a scenario while it goes, as one thread's share of it sees that.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::schedule::{Course, Ramp};

/// The course of one share.
///
/// Users ask once for each iteration whether it may start: as long as nobody has paused, that is one comparison.
#[derive(Debug)]
pub(crate) struct Steering {
    course: RefCell<Arc<Course>>,
    /// Pauses in nanoseconds since the start of the scenario; the last one may have no end yet.
    pauses: RefCell<Vec<Range<u64>>>,
    /// Start of the first pause, in nanoseconds since the start of the scenario; the end of time where there is none.
    first_pause: Cell<u64>,
    /// How often the course was changed.
    version: Cell<u32>,
    changed: Notify,
    resumed: Notify,
}

impl Default for Steering {
    fn default() -> Self {
        Self {
            course: RefCell::default(),
            pauses: RefCell::default(),
            first_pause: Cell::new(u64::MAX),
            version: Cell::new(0),
            changed: Notify::new(),
            resumed: Notify::new(),
        }
    }
}

impl Steering {
    /// Takes a course, which is all that was changed so far.
    pub(crate) fn set(&self, course: Arc<Course>) {
        let pauses = course.pauses();
        let first = pauses.first().map_or(u64::MAX, |pause| pause.start);
        self.first_pause.set(first);
        *self.pauses.borrow_mut() = pauses;
        *self.course.borrow_mut() = course;
        self.version.set(self.version.get() + 1);
        self.changed.notify_one();
        self.resumed.notify_waiters();
    }

    /// Returns how often the course was changed.
    pub(crate) fn version(&self) -> u32 {
        self.version.get()
    }

    /// Returns the levels that hold instead of the planned ones.
    pub(crate) fn ramp(&self, planned: &Ramp) -> Ramp {
        self.course.borrow().ramp(planned)
    }

    /// Waits for the driver of the share until the course is changed.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Waits until the course is changed, for as many users as wait.
    pub(crate) async fn resumed(&self) {
        self.resumed.notified().await;
    }

    /// Returns the pause that an instant lies in; its end is the end of time as long as nobody resumes.
    #[inline]
    pub(crate) fn pause_at(&self, at_ns: u64) -> Option<Range<u64>> {
        if at_ns < self.first_pause.get() {
            return None;
        }
        let pauses = self.pauses.borrow();
        pauses.iter().find(|pause| pause.contains(&at_ns)).cloned()
    }
}
