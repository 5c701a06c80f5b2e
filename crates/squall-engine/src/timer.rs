//! Precise timers of one I/O thread: any number of sleeps on one `timerfd`.
//!
//! The runtime's own timer wheel turns once a millisecond, which is too coarse for arrival schedules.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use squall_protocol::Clock;

use crate::alarm::Alarm;

const NOT_ARMED: u64 = u64::MAX;

/// The timers of one I/O thread.
#[derive(Debug)]
pub(crate) struct Timers {
    clock: Clock,
    alarm: Alarm,
    armed: Cell<u64>,
    queue: RefCell<BinaryHeap<Reverse<Queued>>>,
}

#[derive(Debug)]
struct Queued(Rc<Entry>);

#[derive(Debug)]
struct Entry {
    at: u64,
    fired: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.0.at == other.0.at
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.at.cmp(&other.0.at)
    }
}

impl Timers {
    /// Creates the timers; must be called on the thread's runtime.
    pub(crate) fn new(clock: Clock) -> io::Result<Self> {
        Ok(Self {
            clock,
            alarm: Alarm::new()?,
            armed: Cell::new(NOT_ARMED),
            queue: RefCell::default(),
        })
    }

    /// Waits until a moment of the run's clock.
    pub(crate) fn sleep_until(&self, at: u64) -> Sleep<'_> {
        Sleep {
            timers: self,
            at,
            entry: None,
        }
    }

    /// Fires timers; runs as a task for as long as the thread does.
    pub(crate) async fn drive(&self) -> io::Result<()> {
        loop {
            self.alarm.ring().await?;
            self.armed.set(NOT_ARMED);
            self.fire();
        }
    }

    fn fire(&self) {
        let now = self.clock.now();
        let mut queue = self.queue.borrow_mut();
        while let Some(Reverse(Queued(entry))) = queue.peek() {
            if entry.at > now && !entry.fired.get() {
                break;
            }
            entry.fired.set(true);
            if let Some(waker) = entry.waker.borrow_mut().take() {
                waker.wake();
            }
            queue.pop();
        }
        if let Some(Reverse(Queued(entry))) = queue.peek() {
            self.arm(entry.at);
        }
    }

    fn arm(&self, at: u64) {
        if at < self.armed.get() {
            self.armed.set(at);
            self.alarm.set(at.saturating_sub(self.clock.now()).max(1));
        }
    }
}

/// A sleep; dropping it cancels it.
#[derive(Debug)]
pub(crate) struct Sleep<'a> {
    timers: &'a Timers,
    at: u64,
    entry: Option<Rc<Entry>>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(entry) = &self.entry {
            if entry.fired.get() {
                return Poll::Ready(());
            }
            *entry.waker.borrow_mut() = Some(context.waker().clone());
            return Poll::Pending;
        }
        if self.timers.clock.now() >= self.at {
            return Poll::Ready(());
        }
        let waker = RefCell::new(Some(context.waker().clone()));
        let entry = Rc::new(Entry {
            at: self.at,
            fired: Cell::new(false),
            waker,
        });
        self.timers
            .queue
            .borrow_mut()
            .push(Reverse(Queued(Rc::clone(&entry))));
        self.timers.arm(self.at);
        self.entry = Some(entry);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(entry) = &self.entry {
            entry.fired.set(true);
            entry.waker.borrow_mut().take();
        }
    }
}
