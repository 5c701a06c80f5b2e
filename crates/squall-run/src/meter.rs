//! Looks at what a process and its machine use, a second apart; what is seen goes into intervals.
//!
//! What the system does not tell is not there: nearly all of this comes from `/proc`.

use std::fs;
use std::sync::Mutex;

use rustix::process::{Resource, getrlimit};
use squall_metrics::{MachinePart, ProcessPart};
use squall_protocol::Clock;

use crate::machine::{free_memory, resident_memory, total_memory, usage};
use crate::running::lock;

/// Looks that are closer together than this say little: CPU time is counted in hundredths of a second.
const SHORTEST_NS: u64 = 200_000_000;

/// What this process used since somebody asked last.
#[derive(Debug)]
pub(crate) struct ProcessMeter {
    process: u32,
    clock: Clock,
    seen: Mutex<ProcessSeen>,
}

#[derive(Debug)]
struct ProcessSeen {
    at_ns: u64,
    cpu_s: f64,
    /// What was seen and not taken.
    waiting: Option<ProcessPart>,
}

impl ProcessMeter {
    /// Begins to count for the process of this number; 0 is the one that started the run.
    pub(crate) fn new(process: u32, clock: Clock) -> Self {
        let seen = ProcessSeen {
            at_ns: clock.now(),
            cpu_s: usage().cpu_s,
            waiting: None,
        };
        Self {
            process,
            clock,
            seen: Mutex::new(seen),
        }
    }

    /// Takes a look; takes microseconds, and longer where there are many files and an old kernel.
    pub(crate) fn look(&self) {
        let (memory_bytes, descriptors) = (resident_memory(), open_descriptors());
        let mut seen = lock(&self.seen);
        let (now, cpu_s) = (self.clock.now(), usage().cpu_s);
        let before = seen.waiting.unwrap_or_default();
        seen.waiting = Some(ProcessPart {
            process: self.process,
            pid: std::process::id(),
            cpu_ns: before.cpu_ns + nanoseconds(cpu_s - seen.cpu_s),
            over_ns: before.over_ns + now.saturating_sub(seen.at_ns),
            memory_bytes: before.memory_bytes.max(memory_bytes),
            descriptors: before.descriptors.max(descriptors.unwrap_or(0)),
            descriptors_allowed: descriptors_allowed().unwrap_or(0),
        });
        (seen.at_ns, seen.cpu_s) = (now, cpu_s);
    }

    /// Takes what was seen since the last time, if somebody looked.
    pub(crate) fn take(&self) -> Option<ProcessPart> {
        lock(&self.seen).waiting.take()
    }
}

/// This process and its machine, for the intervals of a run.
#[derive(Debug)]
pub(crate) struct RunMeter {
    process: ProcessMeter,
    clock: Clock,
    looked_ns: Option<u64>,
    counted: Counted,
}

/// What the system counts since its start.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    ticks: Option<Ticks>,
    segments: Option<Segments>,
}

/// Time of all cores, in hundredths of a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ticks {
    all: u64,
    idle: u64,
    stolen: u64,
}

/// TCP segments of the whole system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Segments {
    sent: u64,
    resent: u64,
}

impl RunMeter {
    /// Begins to count.
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            process: ProcessMeter::new(0, clock.clone()),
            clock,
            looked_ns: None,
            counted: Counted::now(),
        }
    }

    /// Takes a look, unless the last one was just now.
    pub(crate) fn look(&mut self) -> Option<(ProcessPart, MachinePart)> {
        let now = self.clock.now();
        let last = self.looked_ns;
        if last.is_some_and(|last| now.saturating_sub(last) < SHORTEST_NS) {
            return None;
        }
        self.looked_ns = Some(now);
        self.process.look();
        let process = self.process.take()?;
        let counted = Counted::now();
        let machine = machine(std::mem::replace(&mut self.counted, counted), counted);
        Some((process, machine))
    }
}

impl Counted {
    fn now() -> Self {
        Self {
            ticks: read("/proc/stat").and_then(|text| ticks_of(&text)),
            segments: read("/proc/net/snmp").and_then(|text| segments_of(&text)),
        }
    }
}

fn machine(before: Counted, now: Counted) -> MachinePart {
    let ticks = before.ticks.zip(now.ticks);
    let since = |of: fn(Ticks) -> u64| ticks.map(|(a, b)| of(b).saturating_sub(of(a)));
    let segments = before.segments.zip(now.segments);
    MachinePart {
        cpu_ticks: since(|ticks| ticks.all),
        busy_ticks: since(|ticks| ticks.all - ticks.idle),
        stolen_ticks: since(|ticks| ticks.stolen),
        tcp_sockets: read("/proc/net/sockstat").and_then(|text| sockets_of(&text)),
        free_memory_bytes: free_memory(),
        memory_bytes: total_memory(),
        segments_sent: segments.map(|(a, b)| b.sent.saturating_sub(a.sent)),
        segments_resent: segments.map(|(a, b)| b.resent.saturating_sub(a.resent)),
    }
}

/// Returns how many file descriptors this process may have open; `None` where there is no limit.
pub(crate) fn descriptors_allowed() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// Returns how many local ports connections may have to one address.
pub(crate) fn local_ports() -> Option<u64> {
    let text = read("/proc/sys/net/ipv4/ip_local_port_range")?;
    let mut ends = text.split_whitespace().map(str::parse::<u64>);
    let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
    Some(last.saturating_sub(first) + 1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time that passed, and not negative"
)]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1e9).round() as u64
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The open descriptors of this process. Since Linux 6.2 the size of the folder is their number; before, they are counted.
fn open_descriptors() -> Option<u64> {
    let size = fs::metadata("/proc/self/fd").ok()?.len();
    if size > 0 {
        return Some(size);
    }
    Some(fs::read_dir("/proc/self/fd").ok()?.count() as u64)
}

/// Time of all cores of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal; guests are in user and nice already.
fn ticks_of(text: &str) -> Option<Ticks> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let numbers = line.split_whitespace().take(8).map(str::parse::<u64>);
    let numbers: Vec<u64> = numbers.collect::<Result<_, _>>().ok()?;
    let at = |index: usize| numbers.get(index).copied().unwrap_or(0);
    Some(Ticks {
        all: numbers.iter().sum(),
        idle: at(3) + at(4) + at(7),
        stolen: at(7),
    })
}

/// TCP sockets of `/proc/net/sockstat`: those in use and those that wait for the last segments of a closed connection.
fn sockets_of(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("TCP: "))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |name: &str| -> Option<u64> {
        let pair = words.chunks_exact(2).find(|pair| pair[0] == name)?;
        pair[1].parse().ok()
    };
    Some(number("inuse")? + number("tw")?)
}

/// Segments of `/proc/net/snmp`: a line of names, then one of numbers.
fn segments_of(text: &str) -> Option<Segments> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("Tcp: "));
    let (names, numbers) = (lines.next()?, lines.next()?);
    let number = |name: &str| -> Option<u64> {
        let mut pairs = names.split_whitespace().zip(numbers.split_whitespace());
        pairs.find(|(known, _)| *known == name)?.1.parse().ok()
    };
    Some(Segments {
        sent: number("OutSegs")?,
        resent: number("RetransSegs")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read() {
        let sockets =
            "sockets: used 9\nTCP: inuse 12 orphan 0 tw 28 alloc 14 mem 5\nUDP: inuse 1 mem 0\n";
        assert_eq!(sockets_of(sockets), Some(40));
        assert_eq!(sockets_of("UDP: inuse 1"), None);
        let snmp = "Ip: A\nIp: 1\nTcp: InSegs OutSegs RetransSegs\nTcp: 7 100 3\n";
        let expect = Segments {
            sent: 100,
            resent: 3,
        };
        assert_eq!(segments_of(snmp), Some(expect));
        let stat = "cpu  10 1 5 80 4 0 0 2 7 0\ncpu0 1 2 3 4\nintr 5\n";
        let expect = Ticks {
            all: 102,
            idle: 86,
            stolen: 2,
        };
        assert_eq!(ticks_of(stat), Some(expect));
        assert_eq!(ticks_of("intr 5"), None);
    }

    #[test]
    fn the_machine_is_told_since_the_last_look() {
        let counted = |all, idle, sent, resent| Counted {
            ticks: Some(Ticks {
                all,
                idle,
                stolen: 0,
            }),
            segments: Some(Segments { sent, resent }),
        };
        let part = machine(counted(100, 60, 1_000, 5), counted(300, 110, 1_500, 9));
        assert_eq!(part.cpu_percent(), Some(75.0));
        assert_eq!(
            (part.segments_sent, part.segments_resent),
            (Some(500), Some(4))
        );
        let part = machine(Counted::default(), counted(300, 110, 1_500, 9));
        assert_eq!((part.cpu_percent(), part.segments_resent), (None, None));
    }

    #[test]
    fn a_look_finds_the_descriptors_of_this_process_and_two_at_once_are_one() {
        let mut meter = RunMeter::new(Clock::start());
        let (process, _) = meter.look().expect("the first look");
        assert_eq!((process.process, process.pid), (0, std::process::id()));
        if cfg!(target_os = "linux") {
            assert!(process.descriptors > 0 && process.memory_bytes > 0);
            assert!(process.descriptors <= process.descriptors_allowed);
        }
        assert!(meter.look().is_none());
    }

    #[test]
    fn looks_add_up_until_they_are_taken() {
        let meter = ProcessMeter::new(3, Clock::start());
        assert_eq!(meter.take(), None);
        meter.look();
        meter.look();
        let part = meter.take().unwrap();
        assert_eq!(part.process, 3);
        assert!(part.over_ns > 0);
        assert_eq!(meter.take(), None);
    }
}
