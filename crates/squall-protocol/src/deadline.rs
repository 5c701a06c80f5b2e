//! Time limits without timers: one table per I/O thread that is looked over once a tick.
//!
//! Arming a limit writes one number; no timer is set or cancelled per operation. A limit therefore ends up to one tick late, never
//! early.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

/// No limit.
const NEVER: u64 = u64::MAX;

/// The time limits of one I/O thread.
#[derive(Debug, Default)]
pub struct Deadlines {
    entries: RefCell<Vec<Rc<Entry>>>,
}

#[derive(Debug)]
struct Entry {
    at: Cell<u64>,
    expired: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Deadlines {
    /// Adds a place for one task's limit; dropping it gives the place back.
    pub fn slot(&self) -> DeadlineSlot {
        let entry = Rc::new(Entry {
            at: Cell::new(NEVER),
            expired: Cell::new(false),
            waker: RefCell::new(None),
        });
        self.entries.borrow_mut().push(Rc::clone(&entry));
        DeadlineSlot(entry)
    }

    /// Wakes every task whose limit has passed, and forgets places that were given back.
    pub fn expire(&self, now: u64) {
        self.entries.borrow_mut().retain(|entry| {
            if entry.at.get() <= now {
                entry.at.set(NEVER);
                entry.expired.set(true);
                if let Some(waker) = entry.waker.borrow_mut().take() {
                    waker.wake();
                }
            }
            Rc::strong_count(entry) > 1
        });
    }
}

/// One task's place in [`Deadlines`].
#[derive(Debug)]
pub struct DeadlineSlot(Rc<Entry>);

impl DeadlineSlot {
    /// Sets the limit to a moment of the run's clock.
    #[inline]
    pub fn arm(&self, at: u64) {
        self.0.at.set(at);
        self.0.expired.set(false);
    }

    /// Takes the limit back.
    #[inline]
    pub fn disarm(&self) {
        self.0.at.set(NEVER);
    }

    /// Tells whether the limit has passed since it was armed.
    #[inline]
    pub fn expired(&self) -> bool {
        self.0.expired.get()
    }

    /// Lets the task of `context` be woken when the limit passes.
    #[inline]
    pub fn register(&self, context: &Context<'_>) {
        let mut waker = self.0.waker.borrow_mut();
        if !waker
            .as_ref()
            .is_some_and(|known| known.will_wake(context.waker()))
        {
            *waker = Some(context.waker().clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_expires_once_it_has_passed_and_not_before() {
        let deadlines = Deadlines::default();
        let slot = deadlines.slot();
        slot.arm(100);
        deadlines.expire(99);
        assert!(!slot.expired());
        deadlines.expire(100);
        assert!(slot.expired());
        slot.arm(200);
        assert!(!slot.expired());
        slot.disarm();
        deadlines.expire(u64::MAX - 1);
        assert!(!slot.expired());
    }

    #[test]
    fn a_dropped_slot_gives_its_place_back() {
        let deadlines = Deadlines::default();
        drop(deadlines.slot());
        deadlines.expire(0);
        assert!(deadlines.entries.borrow().is_empty());
    }
}
