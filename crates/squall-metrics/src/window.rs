//! The last seconds of a run, for live views.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::histogram::Histogram;
use crate::interval::Interval;
use crate::series::SeriesId;
use crate::series_part::Measure;

/// The last intervals.
#[derive(Clone, Debug)]
pub struct Window {
    capacity: usize,
    intervals: VecDeque<Arc<Interval>>,
}

/// Sums and times of some series over a [`Window`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowTimes {
    /// Seconds that the window covers.
    pub seconds: f64,
    /// Started.
    pub started: u64,
    /// Ended well.
    pub ok: u64,
    /// Failed.
    pub failed: u64,
    /// In flight at the end of the window.
    pub in_flight: u64,
    /// Response times, ok and failed; of transactions and iterations their time.
    pub response: Histogram,
    /// Service times, ok and failed.
    pub service: Histogram,
}

impl WindowTimes {
    /// Finished per second.
    pub fn rate_per_s(&self) -> f64 {
        if self.seconds > 0.0 {
            (self.ok + self.failed) as f64 / self.seconds
        } else {
            0.0
        }
    }
}

impl Window {
    /// A window of the last `capacity` intervals, at least one.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            intervals: VecDeque::new(),
        }
    }

    /// Adds the next interval and forgets what is too old.
    pub fn push(&mut self, interval: Arc<Interval>) {
        if self.intervals.len() == self.capacity {
            self.intervals.pop_front();
        }
        self.intervals.push_back(interval);
    }

    /// The intervals, oldest first.
    pub fn intervals(&self) -> impl DoubleEndedIterator<Item = &Interval> + ExactSizeIterator {
        self.intervals.iter().map(AsRef::as_ref)
    }

    /// Seconds that it covers.
    pub fn seconds(&self) -> f64 {
        self.intervals().map(|interval| interval.length_s).sum()
    }

    /// Sums and times of all series that `wanted` names.
    pub fn times(&self, wanted: impl Fn(SeriesId) -> bool) -> WindowTimes {
        let mut times = WindowTimes {
            seconds: self.seconds(),
            ..WindowTimes::default()
        };
        for interval in self.intervals() {
            times.in_flight = 0;
            for part in interval
                .series
                .iter()
                .filter(|(id, _)| wanted(**id))
                .map(|(_, part)| part)
            {
                times.started += part.started;
                times.ok += part.ok;
                times.failed += part.failed;
                times.in_flight += part.in_flight;
                for (measure, values) in &part.times {
                    match measure {
                        Measure::OkResponse | Measure::FailedResponse => {
                            times.response.merge_sparse(values);
                        }
                        Measure::OkService | Measure::FailedService => {
                            times.service.merge_sparse(values);
                        }
                        Measure::Waiting
                        | Measure::Connecting
                        | Measure::Securing
                        | Measure::Writing
                        | Measure::FirstByte
                        | Measure::Reading => {}
                    }
                }
            }
        }
        times
    }
}
