//! What the generator uses of the machine while stages run, looked at once a second.

use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use squall_metrics::Histogram;
use squall_report::SystemRecord;

use crate::machine::resident_memory;
use crate::running::{Running, lock};
use crate::snapshot::StageStatus;

const LOOK: Duration = Duration::from_secs(1);
/// CPU is counted in hundredths of a percent, so that a histogram of whole numbers has room for small shares.
const PER_PERCENT: f64 = 100.0;
const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// Samples of the run and of each stage; of constant size, however long the run is.
#[derive(Debug, Default)]
pub(crate) struct SystemMonitor {
    samples: Mutex<BTreeMap<String, Samples>>,
}

/// Samples of the run, under an empty name, or of a stage.
#[derive(Clone, Debug, Default)]
struct Samples {
    cpu: Histogram,
    memory: Histogram,
}

/// The thread that looks.
#[derive(Debug)]
pub(crate) struct Watching {
    over: Sender<()>,
    thread: JoinHandle<()>,
}

impl Watching {
    /// Begins to look; `None` where the system gives no thread, and nothing is known then.
    pub(crate) fn start(running: &Arc<Running>) -> Option<Self> {
        let running = Arc::clone(running);
        let (over, ended) = channel::<()>();
        let body = move || {
            let mut last = (running.clock.now(), running.usage().cpu_s);
            // A last look at the end: also a run of less than a second has a sample.
            let mut goes_on = true;
            while goes_on {
                goes_on = ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout);
                last = look(&running, last);
            }
        };
        let spawned = std::thread::Builder::new().name("squall-system".to_owned());
        match spawned.spawn(body) {
            Ok(thread) => Some(Self { over, thread }),
            Err(error) => {
                tracing::warn!(%error, "nobody looks at CPU and memory");
                None
            }
        }
    }

    /// Ends with a last look.
    pub(crate) fn end(self) {
        drop(self.over);
        self.thread.join().ok();
    }
}

/// Takes a sample since the last one; returns what the next one is held against.
fn look(running: &Running, (since_ns, cpu_before): (u64, f64)) -> (u64, f64) {
    let (now, usage) = (running.clock.now(), running.usage());
    let seconds = now.saturating_sub(since_ns) as f64 / 1e9;
    if seconds < 0.001 {
        return (since_ns, cpu_before);
    }
    let percent = (usage.cpu_s - cpu_before).max(0.0) / seconds * 100.0;
    let agents = running.load.usage().max_rss_bytes;
    let entries = running.board.entries();
    let active = entries.iter().filter(|entry| {
        // One that was passed over has ended when it started.
        let ran_since = entry.ended_ns > since_ns && entry.ended_ns > entry.started_ns;
        entry.status == StageStatus::Running || ran_since
    });
    let names = active.map(|entry| entry.name.as_str()).chain([""]);
    let sample = (percent, resident_memory() + agents);
    running.system.add(names, sample);
    (now, usage.cpu_s)
}

impl SystemMonitor {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the cores of one machine"
    )]
    fn add<'a>(&self, names: impl Iterator<Item = &'a str>, (percent, memory): (f64, u64)) {
        let mut samples = lock(&self.samples);
        for name in names {
            let own = samples.entry(name.to_owned()).or_default();
            own.cpu.record((percent * PER_PERCENT) as u64);
            own.memory.record(memory);
        }
    }

    /// Returns the records of the run and of these stages; `users` gives the most virtual users that a stage had.
    pub(crate) fn records(
        &self,
        stages: &[String],
        users: impl Fn(&str) -> u64,
    ) -> Vec<SystemRecord> {
        let samples = lock(&self.samples);
        let mut records = Vec::new();
        for (stage, own) in samples.iter() {
            if !stage.is_empty() && !stages.contains(stage) {
                continue;
            }
            records.push(record(stage, "cpu_percent", &own.cpu, PER_PERCENT));
            records.push(record(stage, "memory_bytes", &own.memory, 1.0));
            let users = if stage.is_empty() { 0 } else { users(stage) };
            if users > 0 {
                let unit = MEBIBYTE * users as f64;
                records.push(record(stage, "mb_per_vu", &own.memory, unit));
            }
        }
        records
    }
}

/// Says what was sampled, in units that are `unit` of the samples' own.
fn record(stage: &str, group: &str, samples: &Histogram, unit: f64) -> SystemRecord {
    let count = samples.count();
    let at = |quantile| {
        if count == 0 {
            0.0
        } else {
            samples.value_at(quantile) as f64 / unit
        }
    };
    let (stdev, n) = (samples.stdev() / unit, count as f64);
    SystemRecord {
        stage: stage.to_owned(),
        group: group.to_owned(),
        count,
        median: at(0.5),
        mean: samples.mean() / unit,
        variance: if count > 1 {
            stdev.powi(2) * n / (n - 1.0)
        } else {
            0.0
        },
        stdev,
        minimum: samples.min() as f64 / unit,
        maximum: samples.max() as f64 / unit,
        quantile_90th: at(0.9),
        quantile_95th: at(0.95),
        quantile_99th: at(0.99),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sample_is_enough_and_stages_have_their_own() {
        let monitor = SystemMonitor::default();
        monitor.add(["", "Browse"].into_iter(), (50.0, 200 << 20));
        monitor.add([""].into_iter(), (150.0, 100 << 20));
        let records = monitor.records(&["Browse".to_owned()], |_| 100);
        let find = |stage: &str, group: &str| {
            let found = records
                .iter()
                .find(|one| one.stage == stage && one.group == group);
            found.map(|one| (one.count, one.mean.round(), one.variance.is_finite()))
        };
        assert_eq!(find("", "cpu_percent"), Some((2, 100.0, true)));
        assert_eq!(find("Browse", "cpu_percent"), Some((1, 50.0, true)));
        assert_eq!(find("Browse", "mb_per_vu"), Some((1, 2.0, true)));
        assert!(
            monitor
                .records(&[], |_| 1)
                .iter()
                .all(|one| one.stage.is_empty())
        );
    }
}
