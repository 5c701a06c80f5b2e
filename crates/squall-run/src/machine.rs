//! What the process uses of the machine.

use nix::sys::resource::{UsageWho, getrusage};

/// CPU time and memory of this process so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// User and system time in seconds.
    pub(crate) cpu_s: f64,
    /// Largest resident set in bytes.
    pub(crate) max_rss_bytes: u64,
}

/// Kibibytes on Linux, bytes on macOS: `getrusage(2)` of either.
const RSS_UNIT: u64 = if cfg!(target_os = "macos") { 1 } else { 1024 };

/// Reads what the process has used so far; zeros where the system does not tell.
pub(crate) fn usage() -> Usage {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else {
        return Usage::default();
    };
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Usage {
        cpu_s: seconds(usage.user_time()) + seconds(usage.system_time()),
        max_rss_bytes: u64::try_from(usage.max_rss()).unwrap_or(0) * RSS_UNIT,
    }
}
