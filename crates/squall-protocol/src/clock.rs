//! One monotonic nanosecond clock for everything that is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Tells nanoseconds since the start of the run. Cheap to clone; all clones agree.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Monotonic(Instant),
    Virtual(Arc<AtomicU64>),
}

impl Clock {
    /// Starts a clock at zero, driven by the system's monotonic clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else takes the time from"
    )]
    pub fn start() -> Self {
        Self(Source::Monotonic(Instant::now()))
    }

    /// Creates a clock that stands still until [`Clock::advance`] moves it; for tests.
    pub fn virtual_at_zero() -> Self {
        Self(Source::Virtual(Arc::new(AtomicU64::new(0))))
    }

    /// Returns nanoseconds since the start of the run.
    #[inline]
    pub fn now(&self) -> u64 {
        match &self.0 {
            Source::Monotonic(start) => {
                u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
            }
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
