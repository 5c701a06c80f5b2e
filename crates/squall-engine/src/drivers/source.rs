//! Where the arrivals of an open model come from.

use std::iter::Peekable;

use crate::schedule::{Arrival, Arrivals, Batches, Ramp, Windows};
use crate::steering::Steering;

/// The arrivals of one share, in order.
#[derive(Debug)]
pub(super) enum Source {
    /// A rate.
    Ramp(RampSource),
    /// Batches.
    Batches(Peekable<Batches>),
    /// As many as somebody says while the load goes.
    Windows(Windows),
}

impl Source {
    /// Returns the next arrival; `None` where there is no further one, or none yet.
    pub(super) fn peek(&mut self) -> Option<Arrival> {
        match self {
            Self::Ramp(source) => source.next,
            Self::Batches(batches) => batches.peek().copied(),
            Self::Windows(windows) => windows.peek(),
        }
    }

    /// Takes the next arrival.
    pub(super) fn next(&mut self) -> Option<Arrival> {
        match self {
            Self::Ramp(source) => source.take(),
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

    /// Tells whether somebody counts windows of iterations.
    pub(super) fn may_be_told(&self) -> bool {
        matches!(self, Self::Windows(_))
    }

    /// Goes on as somebody has changed the rate, where there is one.
    pub(super) fn steer(&mut self, steering: &Steering) {
        if let Self::Ramp(source) = self {
            source.steer(steering);
        }
    }
}

/// Arrivals of a rate that somebody may change.
#[derive(Debug)]
pub(super) struct RampSource {
    planned: Ramp,
    arrivals: Arrivals,
    next: Option<Arrival>,
    version: u32,
}

impl RampSource {
    pub(super) fn new(mut arrivals: Arrivals, planned: Ramp) -> Self {
        let next = arrivals.next();
        Self {
            planned,
            arrivals,
            next,
            version: 0,
        }
    }

    #[inline]
    fn take(&mut self) -> Option<Arrival> {
        let taken = self.next;
        self.next = self.arrivals.next();
        taken
    }

    fn steer(&mut self, steering: &Steering) {
        if steering.version() == self.version {
            return;
        }
        self.version = steering.version();
        // The next arrival has not started: when it does is for the new rate to say.
        let number = self.next.map(|next| next.number);
        self.arrivals.steer(steering.ramp(&self.planned), number);
        self.next = self.arrivals.next();
    }
}
