//! What a shell and a terminal do to a program that shows a screen: stop it (Ctrl-Z), let it go on, end it (Ctrl-\, the terminal is
//! closed), and change its size.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Nobody holds signals back: they do what they do by default. There is one for the process, whose runs come one after the other.
static BY_DEFAULT: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Signals that wait until the terminal is as it was.
#[derive(Debug)]
pub(crate) struct JobSignals {
    signals: Signals,
    by_default: Arc<AtomicBool>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobEvent {
    /// The process is to stop or end: when the terminal is as it was, call [`JobEvent::obey`].
    Leave(i32),
    /// The process goes on after it was stopped.
    GoOn,
    /// The terminal has another size.
    Resized,
}

impl JobSignals {
    /// Holds the signals back from now on; `None` where the system does not let that be done.
    pub(crate) fn hold() -> Option<Self> {
        let ignored = ignored();
        let leave = [SIGTSTP, SIGHUP, SIGQUIT].into_iter();
        // Whoever started the process may want it to survive them, as `nohup` does.
        let leave = leave.filter(|signal| ignored & bit(*signal) == 0);
        let leave: Vec<i32> = leave.collect();
        let by_default = match BY_DEFAULT.get() {
            Some(known) => Arc::clone(known),
            None => register(&leave)?,
        };
        let signals = Signals::new(leave.iter().chain(&[SIGCONT, SIGWINCH])).ok()?;
        by_default.store(false, Ordering::Relaxed);
        Some(Self {
            signals,
            by_default,
        })
    }

    /// Returns what has happened since the last time.
    pub(crate) fn events(&mut self) -> Vec<JobEvent> {
        let events = self.signals.pending().map(|signal| match signal {
            SIGCONT => JobEvent::GoOn,
            SIGWINCH => JobEvent::Resized,
            other => JobEvent::Leave(other),
        });
        events.collect()
    }
}

/// Lets signals that nobody holds back do what they do by default, which a handler that was once installed would keep them from.
fn register(signals: &[i32]) -> Option<Arc<AtomicBool>> {
    let by_default = Arc::new(AtomicBool::new(true));
    for signal in signals {
        register_conditional_default(*signal, Arc::clone(&by_default)).ok()?;
    }
    Some(Arc::clone(BY_DEFAULT.get_or_init(|| by_default)))
}

/// The signals that the process was started to ignore, as far as the system tells: a bit for each.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

fn bit(signal: i32) -> u64 {
    u32::try_from(signal - 1)
        .ok()
        .and_then(|place| 1_u64.checked_shl(place))
        .unwrap_or_default()
}

impl JobEvent {
    /// Stops the process and returns when it goes on, or ends it.
    pub(crate) fn obey(self) {
        if let Self::Leave(signal) = self {
            // A signal of the list above has a default.
            emulate_default_handler(signal).ok();
        }
    }
}

impl Drop for JobSignals {
    fn drop(&mut self) {
        self.by_default.store(true, Ordering::Relaxed);
    }
}
