//! What the process uses of the machine.

use nix::sys::resource::{UsageWho, getrusage};

/// CPU time and memory of processes so far.
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

/// Nanoseconds between two looks at the CPU time.
const METER_NS: u64 = 500_000_000;

impl Usage {
    /// Adds what other processes have used.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            cpu_s: self.cpu_s + other.cpu_s,
            max_rss_bytes: self.max_rss_bytes + other.max_rss_bytes,
        }
    }
}

/// The share of a core that the process uses, measured from look to look.
#[derive(Debug, Default)]
pub(crate) struct CpuMeter {
    at_ns: u64,
    cpu_s: f64,
    percent: f64,
}

impl CpuMeter {
    /// Starts from what the process had used at the run's start.
    pub(crate) fn new(before: Usage) -> Self {
        Self {
            cpu_s: before.cpu_s,
            ..Self::default()
        }
    }

    /// Returns the share at a moment of the run; 100 is one core. `used` is asked when it is time for another look.
    pub(crate) fn percent(&mut self, now_ns: u64, used: impl FnOnce() -> Usage) -> f64 {
        let passed = now_ns.saturating_sub(self.at_ns);
        if passed > METER_NS {
            let cpu_s = used().cpu_s;
            self.percent = (cpu_s - self.cpu_s).max(0.0) / (passed as f64 / 1e9) * 100.0;
            (self.at_ns, self.cpu_s) = (now_ns, cpu_s);
        }
        self.percent
    }
}

/// Returns the bytes of memory that programs can still take without swapping; `None` where the system does not tell.
pub(crate) fn free_memory() -> Option<u64> {
    memory("MemAvailable:")
}

/// Returns the bytes of memory of the machine; `None` where the system does not tell.
pub(crate) fn total_memory() -> Option<u64> {
    memory("MemTotal:")
}

fn memory(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// Returns the cores that this process may use.
pub(crate) fn free_cores() -> u32 {
    std::thread::available_parallelism()
        .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

/// Returns the bytes of memory that the process has now; the most that it had where the system does not tell.
pub(crate) fn resident_memory() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    match pages {
        Some(pages) => pages * rustix::param::page_size() as u64,
        None => usage().max_rss_bytes,
    }
}
