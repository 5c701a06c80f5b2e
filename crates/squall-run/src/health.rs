//! What of the machine may limit the generator beside its cores, looked at once a second: descriptors, local ports, memory, the network.
//!
//! What the system does not tell is not there: all of this comes from `/proc`.

use std::fs;
use std::sync::Mutex;

use rustix::process::{Resource, getrlimit};
use squall_metrics::Histogram;
use squall_metrics::summary::SystemSummary;

use crate::machine::{free_memory, total_memory};
use crate::running::lock;

/// Below this share of all memory the system begins to swap or to end programs.
const LEAST_FREE: f64 = 0.02;
/// Retransmitted segments, as a share of those sent, from which on the network is worth a look.
const RETRANSMITTED: f64 = 0.01;
/// Fewer than these say nothing.
const FEW_RETRANSMITS: u64 = 100;

/// What was seen since the start of a run; of constant size, however long it is.
#[derive(Debug, Default)]
pub(crate) struct HealthMonitor(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    descriptors: Histogram,
    ports: Histogram,
    free_memory: Histogram,
    retransmits: Histogram,
    seconds_short_of_memory: u64,
    /// Segments sent and retransmitted: at the first look and at the last.
    segments: Option<(Segments, Segments)>,
}

/// TCP segments of the whole system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Segments {
    sent: u64,
    retransmitted: u64,
}

/// What the verdict and the warnings are made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HealthFacts {
    /// Most descriptors at once, and how many are allowed.
    pub(crate) descriptors: Option<(u64, u64)>,
    /// Most TCP sockets of the machine at once, those in `TIME_WAIT` included, and how many local ports there are.
    pub(crate) ports: Option<(u64, u64)>,
    /// Seconds with hardly any memory left, and the least that there was in bytes.
    pub(crate) short_of_memory: Option<(u64, u64)>,
    /// Segments retransmitted, and sent, by all programs of the machine.
    pub(crate) retransmitted: Option<(u64, u64)>,
}

impl HealthMonitor {
    /// Takes a look.
    pub(crate) fn look(&self) {
        let mut seen = lock(&self.0);
        if let Some(open) = open_descriptors() {
            seen.descriptors.record(open);
        }
        if let Some(sockets) = read("/proc/net/sockstat").and_then(|text| sockets_of(&text)) {
            seen.ports.record(sockets);
        }
        if let Some(free) = free_memory() {
            seen.free_memory.record(free);
            let least = total_memory().map_or(0.0, |total| total as f64 * LEAST_FREE);
            seen.seconds_short_of_memory += u64::from((free as f64) < least);
        }
        if let Some(now) = read("/proc/net/snmp").and_then(|text| segments_of(&text)) {
            seen.sent(now);
        }
    }

    /// Returns what the verdict and the warnings are made from.
    pub(crate) fn facts(&self) -> HealthFacts {
        let seen = lock(&self.0);
        let most = |samples: &Histogram| (!samples.is_empty()).then(|| samples.max());
        let limit = getrlimit(Resource::Nofile).current;
        let short = seen.seconds_short_of_memory;
        HealthFacts {
            descriptors: most(&seen.descriptors).zip(limit),
            ports: most(&seen.ports).zip(local_ports()),
            short_of_memory: (short > 0).then(|| (short, seen.free_memory.min())),
            retransmitted: seen.retransmitted(),
        }
    }

    /// Returns what `summary.json` says of them.
    pub(crate) fn summaries(&self) -> Vec<SystemSummary> {
        let seen = lock(&self.0);
        let groups = [
            ("descriptors", &seen.descriptors),
            ("tcp_sockets", &seen.ports),
            ("free_memory_bytes", &seen.free_memory),
            ("retransmits_per_s", &seen.retransmits),
        ];
        let known = groups
            .into_iter()
            .filter(|(_, samples)| !samples.is_empty());
        known
            .map(|(group, samples)| summary(group, samples))
            .collect()
    }
}

impl Seen {
    fn sent(&mut self, now: Segments) {
        if let Some((_, last)) = self.segments {
            let since = now.retransmitted.saturating_sub(last.retransmitted);
            self.retransmits.record(since);
        }
        let first = self.segments.map_or(now, |(first, _)| first);
        self.segments = Some((first, now));
    }

    fn retransmitted(&self) -> Option<(u64, u64)> {
        let (first, last) = self.segments?;
        let again = last.retransmitted.saturating_sub(first.retransmitted);
        Some((again, last.sent.saturating_sub(first.sent)))
    }
}

impl HealthFacts {
    /// Warns of a network that loses what is sent: this may be the target's, hence it is no reason to doubt the run.
    pub(crate) fn warning(&self) -> Option<String> {
        let (again, sent) = self.retransmitted?;
        let many = again >= FEW_RETRANSMITS && again as f64 > sent as f64 * RETRANSMITTED;
        many.then(|| {
            format!(
                "{again} of {sent} TCP segments of this machine were sent again ({:.1} %): the network, or the target's queues, lost them; \
                 each costs 200 ms and more of response time",
                again as f64 * 100.0 / sent as f64
            )
        })
    }
}

fn summary(group: &str, samples: &Histogram) -> SystemSummary {
    let at = |quantile| samples.value_at(quantile) as f64;
    SystemSummary {
        stage: String::new(),
        group: group.to_owned(),
        count: samples.count(),
        min: samples.min() as f64,
        mean: samples.mean(),
        stdev: samples.stdev(),
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        max: samples.max() as f64,
    }
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
        retransmitted: number("RetransSegs")?,
    })
}

/// How many local ports connections may have to one address.
fn local_ports() -> Option<u64> {
    let text = read("/proc/sys/net/ipv4/ip_local_port_range")?;
    let mut ends = text.split_whitespace().map(str::parse::<u64>);
    let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
    Some(last.saturating_sub(first) + 1)
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
            retransmitted: 3,
        };
        assert_eq!(segments_of(snmp), Some(expect));
    }

    #[test]
    fn segments_count_from_the_first_look() {
        let mut seen = Seen::default();
        for (sent, retransmitted) in [(1_000, 50), (2_000, 60), (11_000, 260)] {
            seen.sent(Segments {
                sent,
                retransmitted,
            });
        }
        assert_eq!(seen.retransmitted(), Some((210, 10_000)));
        assert_eq!((seen.retransmits.count(), seen.retransmits.max()), (2, 200));
    }

    #[test]
    fn many_retransmits_are_worth_a_warning_and_few_are_not() {
        let facts = |again, sent| HealthFacts {
            retransmitted: Some((again, sent)),
            ..HealthFacts::default()
        };
        let told = facts(210, 10_000).warning().unwrap();
        assert!(told.contains("210 of 10000 TCP segments"), "{told}");
        assert!(told.contains("(2.1 %)"), "{told}");
        assert_eq!(facts(99, 1_000).warning(), None);
        assert_eq!(facts(100, 10_000).warning(), None);
    }

    #[test]
    fn a_look_finds_the_descriptors_of_this_process() {
        let monitor = HealthMonitor::default();
        monitor.look();
        if cfg!(target_os = "linux") {
            let (open, allowed) = monitor.facts().descriptors.unwrap();
            assert!(open > 0 && open <= allowed);
            let groups = monitor.summaries();
            assert!(
                groups
                    .iter()
                    .any(|one| one.group == "descriptors" && one.count == 1)
            );
        }
    }
}
