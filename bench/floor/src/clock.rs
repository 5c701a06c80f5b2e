//! Time and memory of this process.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Reads the monotonic clock in nanoseconds: the same clock as Python's `time.monotonic_ns()` on Linux.
pub fn now_nanos() -> u64 {
    nanos(clock_gettime(ClockId::Monotonic))
}

/// Reads the CPU time that this process has used, user and system together, in nanoseconds.
pub fn cpu_nanos() -> u64 {
    nanos(clock_gettime(ClockId::ProcessCPUTime))
}

/// Reads the largest resident set that this process has had, in bytes; 0 where `/proc` is not there.
///
/// `getrusage` would also count what the process was before `exec`.
pub fn peak_resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| {
        rest.trim()
            .trim_end_matches("kB")
            .trim()
            .parse::<u64>()
            .ok()
    });
    kib.unwrap_or(0) * 1024
}

fn nanos(time: Timespec) -> u64 {
    let seconds = u64::try_from(time.tv_sec).expect("these clocks count up from zero");
    let rest = u64::try_from(time.tv_nsec).expect("the nanosecond part is between 0 and 1e9");
    seconds * 1_000_000_000 + rest
}
