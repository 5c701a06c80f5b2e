//! One monotonic nanosecond clock for everything that is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Tells nanoseconds since the start of the run. Cheap to clone; all clones agree.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// Reading of the system's monotonic clock at the start of the run.
    Monotonic(u64),
    Virtual(Arc<AtomicU64>),
}

impl Clock {
    /// Starts a clock at zero, driven by the system's monotonic clock.
    pub fn start() -> Self {
        Self(Source::Monotonic(monotonic()))
    }

    /// Continues the clock of another process of this machine: `origin_ns` is its [`Clock::origin_ns`].
    pub fn with_origin(origin_ns: u64) -> Self {
        Self(Source::Monotonic(origin_ns))
    }

    /// Returns the reading of the system's monotonic clock at zero; 0 for a virtual clock.
    pub fn origin_ns(&self) -> u64 {
        match &self.0 {
            Source::Monotonic(start) => *start,
            Source::Virtual(_) => 0,
        }
    }

    /// Creates a clock that stands still until [`Clock::advance`] moves it; for tests.
    pub fn virtual_at_zero() -> Self {
        Self(Source::Virtual(Arc::new(AtomicU64::new(0))))
    }

    /// Returns nanoseconds since the start of the run.
    #[inline]
    pub fn now(&self) -> u64 {
        match &self.0 {
            Source::Monotonic(start) => monotonic() - start,
            Source::Virtual(now) => now.load(Ordering::Relaxed),
        }
    }

    /// Moves a virtual clock forward; a real clock is left alone, it moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Source::Virtual(now) = &self.0 {
            let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
            now.fetch_add(nanos, Ordering::Relaxed);
        }
    }
}

/// Reads `CLOCK_MONOTONIC`, on Linux without a system call: a third cheaper than `Instant`, whose arithmetic has to allow for clocks
/// that no system here has.
#[inline]
fn monotonic() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}
