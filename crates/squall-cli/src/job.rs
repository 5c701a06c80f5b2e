//! What a shell and a terminal do to a program that shows a screen: stop it (Ctrl-Z), let it go on, end it (Ctrl-\, the terminal is
//! closed), and change its size.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Signals that wait until the terminal is as it was.
#[derive(Debug)]
pub(crate) struct JobSignals {
    signals: Signals,
    /// Nobody waits any more: signals do what they do by default.
    over: Arc<AtomicBool>,
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
        let over = Arc::new(AtomicBool::new(false));
        for signal in [SIGTSTP, SIGHUP, SIGQUIT] {
            register_conditional_default(signal, Arc::clone(&over)).ok()?;
        }
        let signals = Signals::new([SIGTSTP, SIGHUP, SIGQUIT, SIGCONT, SIGWINCH]).ok()?;
        Some(Self { signals, over })
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
        self.over.store(true, Ordering::Relaxed);
    }
}
