//! What of the machine limited the generator beside its cores: descriptors, local ports, memory, the network.

use squall_metrics::summary::{HostSummary, SystemSummary};
use squall_metrics::{HealthTotals, Histogram};

use crate::machine::{free_cores, total_memory};
use crate::meter::{descriptors_allowed, local_ports};

/// Retransmitted segments, as a share of those sent, from which on the network is worth a look.
const RETRANSMITTED: f64 = 0.01;
/// Fewer than these say nothing.
const FEW_RETRANSMITS: u64 = 100;

/// What the verdict and the warnings are made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HealthFacts {
    /// Most descriptors of a process at once, and how many it was allowed.
    pub(crate) descriptors: Option<(u64, u64)>,
    /// Most TCP sockets of the machine at once, those in `TIME_WAIT` included, and how many local ports there are.
    pub(crate) ports: Option<(u64, u64)>,
    /// Seconds with hardly any memory left, and the least that there was in bytes.
    pub(crate) short_of_memory: Option<(u64, u64)>,
    /// Seconds of which all of this is known.
    pub(crate) seconds: u64,
    /// Segments retransmitted, and sent, by all programs of the machine.
    pub(crate) retransmitted: Option<(u64, u64)>,
}

impl HealthFacts {
    /// Reads them off what was seen.
    pub(crate) fn of(seen: &HealthTotals) -> Self {
        let most = |samples: &Histogram| (!samples.is_empty()).then(|| samples.max());
        let short = seen.seconds_short_of_memory;
        let sent = seen.segments_sent;
        Self {
            descriptors: seen.descriptors(),
            ports: most(&seen.tcp_sockets).zip(local_ports()),
            short_of_memory: (short > 0).then(|| (short, seen.free_memory.min())),
            seconds: seen.seconds,
            retransmitted: (sent > 0).then(|| (seen.segments_resent(), sent)),
        }
    }

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

/// Returns what `summary.json` says of the machine; descriptors are those of the process that started the run.
pub(crate) fn summaries(seen: &HealthTotals) -> Vec<SystemSummary> {
    let own = seen.processes.first().filter(|one| one.sum.process == 0);
    let none = Histogram::new();
    let groups = [
        ("descriptors", own.map_or(&none, |own| &own.descriptors)),
        ("tcp_sockets", &seen.tcp_sockets),
        ("free_memory_bytes", &seen.free_memory),
        ("retransmits_per_s", &seen.resent),
    ];
    let known = groups
        .into_iter()
        .filter(|(_, samples)| !samples.is_empty());
    known
        .map(|(group, samples)| summary(group, samples))
        .collect()
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

/// Describes the machine.
pub(crate) fn host() -> HostSummary {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str, between: char| {
        let mut lines = text.lines().filter_map(|line| line.split_once(between));
        let found = lines.find(|(key, _)| key.trim() == name);
        found.map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let processors = read("/proc/cpuinfo");
    let cores = processors
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    HostSummary {
        os: field(&read("/etc/os-release"), "PRETTY_NAME", '=')
            .unwrap_or_else(|| std::env::consts::OS.to_owned()),
        kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        architecture: std::env::consts::ARCH.to_owned(),
        cpu: field(&processors, "model name", ':').unwrap_or_default(),
        cores: u32::try_from(cores).unwrap_or(0).max(free_cores()),
        usable_cores: free_cores(),
        memory_bytes: total_memory(),
        descriptors_allowed: descriptors_allowed(),
        local_ports: local_ports(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_machine_has_cores_and_a_name() {
        let host = host();
        assert!(host.cores >= host.usable_cores && host.usable_cores > 0);
        assert!(!host.os.is_empty() && !host.architecture.is_empty());
    }
}
