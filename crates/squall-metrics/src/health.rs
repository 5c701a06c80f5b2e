//! What the generator's processes and its machine used, second by second.

use serde::{Deserialize, Serialize};

use crate::histogram::Histogram;
use crate::interval::Interval;

/// Below this share of all memory the system begins to swap or to end programs.
const LEAST_FREE: f64 = 0.02;

/// One process of the generator in one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessPart {
    /// 0 is the process that started the run; agents count from 1.
    pub process: u32,
    /// Process ID.
    pub pid: u32,
    /// CPU time used, user and system, in nanoseconds.
    pub cpu_ns: u64,
    /// Time in which it was used, in nanoseconds: looks are a second apart, and not exactly at the ends of intervals.
    pub over_ns: u64,
    /// Resident memory in bytes.
    pub memory_bytes: u64,
    /// Open file descriptors; 0 where the system does not tell.
    pub descriptors: u64,
    /// File descriptors allowed at once; 0 where there is no limit.
    pub descriptors_allowed: u64,
}

impl ProcessPart {
    /// Share of a core that it used, in percent; several threads together may use more than one core.
    pub fn cpu_percent(&self) -> f64 {
        percent(self.cpu_ns, self.over_ns)
    }
}

/// The machine in one interval, all of its programs together; what the system does not tell is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MachinePart {
    /// Time that all cores together had, in hundredths of a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ticks: Option<u64>,
    /// Time of it in which they worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy_ticks: Option<u64>,
    /// Time of it that a virtual machine was not given although it had work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stolen_ticks: Option<u64>,
    /// TCP sockets in use, those in `TIME_WAIT` included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_sockets: Option<u64>,
    /// Memory that programs can still take without swapping, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_memory_bytes: Option<u64>,
    /// Memory of the machine in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// TCP segments sent since the last look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments_sent: Option<u64>,
    /// TCP segments sent again since the last look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments_resent: Option<u64>,
}

impl MachinePart {
    /// Share of the time of all cores in which they worked, in percent.
    pub fn cpu_percent(&self) -> Option<f64> {
        Some(percent(self.busy_ticks?, self.cpu_ticks?))
    }

    /// Share of the time of all cores that another virtual machine was given, in percent.
    pub fn stolen_percent(&self) -> Option<f64> {
        Some(percent(self.stolen_ticks?, self.cpu_ticks?))
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64 * 100.0
    }
}

/// Adds the parts of processes, and keeps all by process: the order of merges does not matter.
pub(crate) fn merge(into: &mut Vec<ProcessPart>, parts: &[ProcessPart]) {
    for part in parts {
        match into.binary_search_by_key(&part.process, |known| known.process) {
            Ok(at) => {
                let known = &mut into[at];
                known.cpu_ns += part.cpu_ns;
                known.over_ns += part.over_ns;
                known.memory_bytes = known.memory_bytes.max(part.memory_bytes);
                known.descriptors = known.descriptors.max(part.descriptors);
                known.descriptors_allowed = known.descriptors_allowed.max(part.descriptors_allowed);
                known.pid = known.pid.max(part.pid);
            }
            Err(at) => into.insert(at, *part),
        }
    }
}

/// Processes and the machine over a whole run so far; of constant size, however long it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HealthTotals {
    /// Every process that told of itself, by its number.
    pub processes: Vec<ProcessTotal>,
    /// TCP sockets of the machine.
    pub tcp_sockets: Histogram,
    /// Free memory in bytes.
    pub free_memory: Histogram,
    /// TCP segments that were sent again, by second.
    pub resent: Histogram,
    /// TCP segments sent in all.
    pub segments_sent: u64,
    /// Seconds in which less than 2 % of the machine's memory was left.
    pub seconds_short_of_memory: u64,
    /// Intervals of which something is known.
    pub seconds: u64,
}

/// One process over a whole run so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessTotal {
    /// The sum of all intervals: times are added up, of everything else it is the most.
    pub sum: ProcessPart,
    /// Largest share of a core in an interval, in percent.
    pub cpu_max_percent: f64,
    /// Open file descriptors.
    pub descriptors: Histogram,
}

impl HealthTotals {
    /// Most file descriptors that a process had open, and how many it was allowed: of the process that was nearest to its limit.
    pub fn descriptors(&self) -> Option<(u64, u64)> {
        let known = self.processes.iter().map(|one| &one.sum);
        let limited = known.filter(|one| one.descriptors > 0 && one.descriptors_allowed > 0);
        let share = |one: &ProcessPart| one.descriptors as f64 / one.descriptors_allowed as f64;
        limited
            .max_by(|left, right| share(left).total_cmp(&share(right)))
            .map(|one| (one.descriptors, one.descriptors_allowed))
    }

    /// TCP segments that were sent again in all.
    pub fn segments_resent(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a sum of counts"
        )]
        let sum = (self.resent.mean() * self.resent.count() as f64).round() as u64;
        sum
    }

    pub(crate) fn add(&mut self, interval: &Interval) {
        for part in &interval.processes {
            self.add_process(part);
        }
        if let Some(machine) = &interval.machine {
            self.add_machine(machine);
        }
    }

    fn add_process(&mut self, part: &ProcessPart) {
        let at = match self
            .processes
            .binary_search_by_key(&part.process, |known| known.sum.process)
        {
            Ok(at) => at,
            Err(at) => {
                self.processes.insert(at, ProcessTotal::default());
                self.processes[at].sum.process = part.process;
                at
            }
        };
        let total = &mut self.processes[at];
        let mut sum = vec![total.sum];
        merge(&mut sum, &[*part]);
        total.sum = sum[0];
        total.cpu_max_percent = total.cpu_max_percent.max(part.cpu_percent());
        if part.descriptors > 0 {
            total.descriptors.record(part.descriptors);
        }
    }

    fn add_machine(&mut self, machine: &MachinePart) {
        self.seconds += 1;
        if let Some(sockets) = machine.tcp_sockets {
            self.tcp_sockets.record(sockets);
        }
        if let Some(free) = machine.free_memory_bytes {
            self.free_memory.record(free);
            let least = machine.memory_bytes.unwrap_or(0) as f64 * LEAST_FREE;
            self.seconds_short_of_memory += u64::from((free as f64) < least);
        }
        if let Some(resent) = machine.segments_resent {
            self.resent.record(resent);
        }
        self.segments_sent += machine.segments_sent.unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(index: u64, process: u32, cpu_ns: u64, descriptors: u64) -> Interval {
        let mut interval = Interval::new(index);
        interval.processes = vec![ProcessPart {
            process,
            pid: 7 + process,
            cpu_ns,
            over_ns: 1_000_000_000,
            memory_bytes: 1 << 20,
            descriptors,
            descriptors_allowed: 100 + u64::from(process),
        }];
        interval
    }

    #[test]
    fn times_of_a_process_are_added_and_of_the_rest_the_most_stays() {
        let mut totals = HealthTotals::default();
        totals.add(&second(0, 1, 500_000_000, 90));
        totals.add(&second(1, 1, 1_500_000_000, 40));
        totals.add(&second(1, 0, 10, 3));
        assert_eq!(totals.processes.len(), 2);
        let agent = &totals.processes[1];
        assert_eq!((agent.sum.pid, agent.sum.descriptors), (8, 90));
        assert!((agent.sum.cpu_percent() - 100.0).abs() < 1e-9);
        assert!((agent.cpu_max_percent - 150.0).abs() < 1e-9);
        assert_eq!(totals.descriptors(), Some((90, 101)));
    }

    #[test]
    fn the_machine_is_short_of_memory_below_two_percent() {
        let mut totals = HealthTotals::default();
        for free in [500, 20, 19, 5] {
            let mut interval = Interval::new(0);
            interval.machine = Some(MachinePart {
                free_memory_bytes: Some(free),
                memory_bytes: Some(1_000),
                segments_sent: Some(1_000),
                segments_resent: Some(free),
                ..MachinePart::default()
            });
            totals.add(&interval);
        }
        assert_eq!(totals.seconds_short_of_memory, 2);
        assert_eq!(totals.free_memory.min(), 5);
        assert_eq!(
            (totals.segments_resent(), totals.segments_sent),
            (544, 4_000)
        );
    }

    #[test]
    fn merging_processes_does_not_depend_on_order() {
        let parts: Vec<ProcessPart> = [(2, 5), (0, 1), (2, 3), (1, 9)]
            .map(|(process, cpu)| second(0, process, cpu, cpu).processes[0])
            .to_vec();
        let (mut there, mut back) = (Vec::new(), Vec::new());
        merge(&mut there, &parts);
        let reversed: Vec<ProcessPart> = parts.iter().rev().copied().collect();
        merge(&mut back, &reversed);
        assert_eq!(there, back);
        assert_eq!(there.len(), 3);
        assert_eq!((there[2].cpu_ns, there[2].descriptors), (8, 5));
    }
}
