//! The oracle's own clock: the truth must not come from what is tested.

use std::time::{Duration, Instant};

use rustix::time::{Itimerspec, Timespec};

/// Returns this moment of the monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "an oracle measures real time, and takes no clock from what it measures"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Sets a timer off once, after a duration. Zero would disarm it, so it is made one nanosecond.
pub(crate) fn once_after(duration: Duration) -> Itimerspec {
    let duration = duration.max(Duration::from_nanos(1));
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    Itimerspec {
        it_interval: Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        },
        it_value: Timespec {
            tv_sec: seconds,
            tv_nsec: i64::from(duration.subsec_nanos()),
        },
    }
}
