//! What is said of the generator: what it used, and how well it kept to the schedule.

use serde::{Deserialize, Serialize};

use super::Distribution;

/// What the generator used of the machine, sampled once a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SystemSummary {
    /// The stage that ran; empty for the whole run.
    pub stage: String,
    /// `cpu_percent` (100 is one core), `memory_bytes` (resident), or `mb_per_vu`, mebibytes for each virtual user at the stage's most. Of the
    /// run alone, where the system tells: `descriptors` (open files of this process), and of the whole machine `tcp_sockets` (those in
    /// `TIME_WAIT` included), `free_memory_bytes` and `retransmits_per_s` (TCP segments that were sent again).
    pub group: String,
    /// Samples.
    pub count: u64,
    /// Smallest sample.
    pub min: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the population (n, not n − 1).
    pub stdev: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// Largest sample.
    pub max: f64,
}

/// What the generator itself used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GeneratorSummary {
    /// CPU time of the process during the run, user and system, in seconds.
    pub cpu_s: f64,
    /// `cpu_s` over elapsed time; 100 is one core.
    pub cpu_percent: f64,
    /// Largest resident set in bytes.
    pub max_rss_bytes: u64,
    /// I/O threads.
    pub threads: u32,
    /// Largest share of a second that an I/O thread was busy, in percent.
    pub thread_busy_max_percent: f64,
    /// Actual − intended start of iterations as far as the generator caused it.
    pub schedule_error_ms: Distribution,
    /// How late a task of an I/O thread runs that should run now, looked at every 10 ms: a finished answer waits as long for its time
    /// to be taken.
    pub generator_delay_ms: Distribution,
    /// Interpreters, where the test runs scripts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreters: Option<InterpreterSummary>,
    /// Agents that were lost while the load went.
    #[serde(default)]
    pub agents_lost: u32,
}

/// What the interpreters used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InterpreterSummary {
    /// Processes, each with one interpreter.
    pub processes: u32,
    /// Largest share of a second that the event loop of an interpreter was busy, in percent.
    pub busy_max_percent: f64,
    /// Share of the seconds with load that the event loops were busy, on average, in percent.
    pub busy_mean_percent: f64,
    /// From the order to start an iteration to its first line.
    pub wait_ms: Distribution,
    /// From the last byte of an answer to the line that gets it.
    pub delay_ms: Distribution,
}

/// One process of the generator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessSummary {
    /// 0 is the process that started the run; agents count from 1.
    pub process: u32,
    /// `alone` (it sends all load), `coordinator` (it sends none) or `agent`.
    pub role: String,
    /// Process ID; null where the run was over before it was known.
    pub pid: Option<u32>,
    /// Which share of all load it sends, e.g. `1/3`; empty where it sends none.
    pub share: String,
    /// I/O threads.
    pub threads: u32,
    /// CPU time, user and system, in seconds.
    pub cpu_s: f64,
    /// Share of a core, on average, in percent; 100 is one core.
    pub cpu_percent: f64,
    /// Largest share of a core in a second, in percent.
    pub cpu_max_percent: f64,
    /// Largest resident memory at the end of a second, in bytes.
    pub memory_max_bytes: u64,
    /// Most open file descriptors at the end of a second; 0 where the system does not tell.
    pub descriptors_max: u64,
    /// File descriptors allowed at once; 0 where there is no limit.
    pub descriptors_allowed: u64,
    /// Seconds from the start of the run to its loss; null where it was not lost.
    pub lost_at_s: Option<f64>,
}

/// A machine. What the system does not tell is empty or null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostSummary {
    /// Operating system, e.g. `Debian GNU/Linux 12 (bookworm)`.
    pub os: String,
    /// Release of the kernel.
    pub kernel: String,
    /// Kind of processor, e.g. `x86_64`.
    pub architecture: String,
    /// Model of the processor.
    pub cpu: String,
    /// Cores, hardware threads included.
    pub cores: u32,
    /// Cores that the run may use: affinity and limits of a container leave fewer.
    pub usable_cores: u32,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// File descriptors that the process may have open.
    pub descriptors_allowed: Option<u64>,
    /// Local ports for connections to one address.
    pub local_ports: Option<u64>,
}
