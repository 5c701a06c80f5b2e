//! Where the arrivals of an open model come from.

use std::iter::Peekable;

use crate::schedule::{Arrival, Arrivals, Batches, Windows};

/// The arrivals of one share, in order.
#[derive(Debug)]
pub(super) enum Source {
    /// A rate.
    Ramp(Peekable<Arrivals>),
    /// Batches.
    Batches(Peekable<Batches>),
    /// As many as somebody says while the load goes.
    Windows(Windows),
}

impl Source {
    /// Returns the next arrival; `None` where there is no further one, or none yet.
    pub(super) fn peek(&mut self) -> Option<Arrival> {
        match self {
            Self::Ramp(arrivals) => arrivals.peek().copied(),
            Self::Batches(batches) => batches.peek().copied(),
            Self::Windows(windows) => windows.peek(),
        }
    }

    /// Takes the next arrival.
    pub(super) fn next(&mut self) -> Option<Arrival> {
        match self {
            Self::Ramp(arrivals) => arrivals.next(),
            Self::Batches(batches) => batches.next(),
            Self::Windows(windows) => {
                let next = windows.peek();
                windows.take();
                next
            }
        }
    }

    /// Adds a window of iterations that somebody counted.
    pub(super) fn tell(&mut self, start_ns: u64, count: u64) {
        if let Self::Windows(windows) = self {
            windows.tell(start_ns, count);
        }
    }

    /// Tells whether further arrivals may come although there is none now.
    pub(super) fn may_be_told(&self) -> bool {
        matches!(self, Self::Windows(_))
    }
}
