//! One alarm that wakes an I/O thread: a `timerfd` on Linux, the runtime's timer elsewhere.

#[cfg(target_os = "linux")]
pub(crate) use linux::Alarm;
#[cfg(not(target_os = "linux"))]
pub(crate) use portable::Alarm;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::OwnedFd;

    use rustix::io::Errno;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// One alarm of nanosecond resolution.
    #[derive(Debug)]
    pub(crate) struct Alarm(AsyncFd<OwnedFd>);

    impl Alarm {
        pub(crate) fn new() -> io::Result<Self> {
            let fd = timerfd_create(
                TimerfdClockId::Monotonic,
                TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
            )?;
            #[expect(
                deprecated,
                reason = "sound for an `OwnedFd`; the replacement is `unsafe`"
            )]
            let fd = AsyncFd::with_interest(fd, Interest::READABLE)?;
            Ok(Self(fd))
        }

        /// Sets the alarm to ring once, `after` nanoseconds (at least 1) from now.
        pub(crate) fn set(&self, after: u64) {
            let it_value = Timespec {
                tv_sec: i64::try_from(after / 1_000_000_000).unwrap_or(i64::MAX),
                tv_nsec: i64::try_from(after % 1_000_000_000)
                    .unwrap_or(0)
                    .max(i64::from(after == 0)),
            };
            let never = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            let spec = Itimerspec {
                it_interval: never,
                it_value,
            };
            let set = timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &spec);
            debug_assert!(
                set.is_ok(),
                "a one-shot time on our own timerfd is always valid: {set:?}"
            );
        }

        /// Waits until the alarm rings.
        pub(crate) async fn ring(&self) -> io::Result<()> {
            loop {
                let mut guard = self.0.readable().await?;
                let mut count = [0; 8];
                match rustix::io::read(guard.get_inner(), &mut count) {
                    Ok(_) => {
                        guard.clear_ready();
                        return Ok(());
                    }
                    Err(Errno::AGAIN) => guard.clear_ready(),
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use std::cell::Cell;
    use std::io;
    use std::time::Duration;

    use tokio::sync::Notify;

    /// One alarm of the runtime's resolution, a millisecond.
    #[derive(Debug)]
    pub(crate) struct Alarm {
        after: Cell<Option<u64>>,
        changed: Notify,
    }

    impl Alarm {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self {
                after: Cell::new(None),
                changed: Notify::new(),
            })
        }

        /// Sets the alarm to ring once, `after` nanoseconds from now.
        pub(crate) fn set(&self, after: u64) {
            self.after.set(Some(after));
            self.changed.notify_one();
        }

        /// Waits until the alarm rings.
        pub(crate) async fn ring(&self) -> io::Result<()> {
            loop {
                let Some(after) = self.after.take() else {
                    self.changed.notified().await;
                    continue;
                };
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_nanos(after)) => return Ok(()),
                    () = self.changed.notified() => {}
                }
            }
        }
    }
}
