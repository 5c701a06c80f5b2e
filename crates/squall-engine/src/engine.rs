//! The engine as the run sees it: I/O threads that take scenarios.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use squall_metrics::{ScenarioId, SeriesTable};
use squall_plan::Priority;
use squall_protocol::Clock;
use thiserror::Error;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::parts::PartSink;
use crate::record::RecordQueue;
use crate::sampling::TraceSampling;
use crate::scenario::{CompiledScenario, Rest, Share};
use crate::schedule::{Course, Segment};
use crate::script::ScriptHost;
use crate::thread::{self, Command, ThreadSettings};
use crate::trace::Exchange;

/// Why the engine could not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The system gave no thread.
    #[error("cannot start I/O thread {index}: {source}")]
    Thread {
        /// Number of the thread.
        index: u32,
        /// Why.
        source: std::io::Error,
    },
}

/// What an engine is made with.
#[derive(Debug)]
pub struct EngineSettings {
    /// I/O threads; at least 1.
    pub threads: u32,
    /// Share of this process among all processes of the run, each with as many threads.
    pub segment: Segment,
    /// Seed of every random choice.
    pub seed: u64,
    /// The run's clock.
    pub clock: Clock,
    /// Unix time at zero of the clock, in nanoseconds.
    pub wall_origin_ns: u64,
    /// Takes one part per thread and second.
    pub parts: Arc<dyn PartSink>,
    /// Numbers of the series; names that vary are added to it while the load goes.
    pub series: SeriesTable,
    /// Takes one record per operation, where somebody wants them.
    pub records: Option<RecordQueue>,
    /// Which iterations are traced, where some are.
    pub sampling: Option<TraceSampling>,
    /// Takes every request and its answer, where somebody wants them; all answers are then kept until they are taken.
    pub trace: Option<Sender<Exchange>>,
    /// Runs the scripts of flows, where there are any.
    pub scripts: Option<Arc<dyn ScriptHost>>,
}

/// I/O threads that run scenarios. Dropping it ends them.
#[derive(Debug)]
pub struct Engine {
    segment: Segment,
    seed: u64,
    wall_origin_ns: u64,
    threads: Vec<(UnboundedSender<Command>, Option<JoinHandle<()>>)>,
}

impl Engine {
    /// Starts the I/O threads.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(settings: &EngineSettings) -> Result<Self, EngineError> {
        let count = settings.threads.max(1);
        let mut engine = Self {
            segment: settings.segment,
            seed: settings.seed,
            wall_origin_ns: settings.wall_origin_ns,
            threads: Vec::new(),
        };
        for (index, segment) in (0..count).zip(settings.segment.split(count)) {
            let (sender, commands) = unbounded_channel();
            let own = ThreadSettings {
                segment,
                thread: index,
                clock: settings.clock.clone(),
                parts: Arc::clone(&settings.parts),
                series: settings.series.clone(),
                records: settings.records.clone(),
                sampling: settings.sampling,
                trace: settings.trace.clone(),
                scripts: settings.scripts.clone(),
            };
            let body = move || {
                if let Err(error) = thread::run(own, commands) {
                    tracing::error!(%error, index, "an I/O thread ended");
                }
            };
            let spawned = std::thread::Builder::new()
                .name(format!("squall-io-{index}"))
                .spawn(body);
            let handle = spawned.map_err(|source| EngineError::Thread { index, source })?;
            engine.threads.push((sender, Some(handle)));
        }
        Ok(engine)
    }

    /// Starts this process' share of scenarios at an instant of the run's clock, and returns how to wait for it.
    ///
    /// The instant should lie so far ahead that every thread of every process has the order by then.
    pub fn run(&self, scenarios: &[Arc<CompiledScenario>], start_ns: u64) -> RunningScenarios {
        let (done, ended) = channel();
        for scenario in scenarios {
            let segments = shares(scenario, self.segment, self.thread_count());
            for (segment, thread) in segments.zip(0..) {
                self.run_share(scenario, thread, self.share(segment, start_ns), &done);
            }
        }
        RunningScenarios { start_ns, ended }
    }

    /// Takes over what another process leaves of its share of a scenario, and returns how to wait for it.
    ///
    /// Data rows, counters and iteration numbers go on as this process' own, since nobody knows how far the other one came: none is
    /// used twice.
    pub fn take_over(
        &self,
        scenario: &Arc<CompiledScenario>,
        taken: &TakenShare,
    ) -> RunningScenarios {
        let (done, ended) = channel();
        let parts = parts_of(scenario, taken.segment, self.thread_count());
        for ((segment, part), thread) in taken.segment.split(parts).zip(0_u32..).zip(0..) {
            let own = Segment {
                index: part,
                count: parts,
            };
            let share = Share {
                taken: Some(Rest {
                    from_ns: taken.from_ns.saturating_sub(taken.start_ns),
                    iterations: taken.iterations.map(|left| own.share(left)),
                }),
                ..self.share(segment, taken.start_ns)
            };
            self.run_share(scenario, thread, share, &done);
        }
        RunningScenarios {
            start_ns: taken.start_ns,
            ended,
        }
    }

    fn thread_count(&self) -> u32 {
        u32::try_from(self.threads.len()).unwrap_or(u32::MAX)
    }

    fn share(&self, segment: Segment, start_ns: u64) -> Share {
        Share {
            segment,
            seed: self.seed,
            start_ns,
            wall_origin_ns: self.wall_origin_ns,
            taken: None,
        }
    }

    fn run_share(
        &self,
        scenario: &Arc<CompiledScenario>,
        thread: usize,
        share: Share,
        done: &Sender<u64>,
    ) {
        let (scenario, done) = (Arc::clone(scenario), done.clone());
        if let Some((thread, _)) = self.threads.get(thread) {
            // A thread that is gone drops `done`, which ends the wait.
            thread
                .send(Command::Run {
                    scenario,
                    share,
                    done,
                })
                .ok();
        }
    }

    /// Says how many virtual users a scenario whose load is a volume has from an instant on, over all processes; each thread takes its
    /// share. It has none before the first number; `None` ends its load.
    ///
    /// `at_ns` counts from the start of the scenario, which must have been given to [`Engine::run`] before. What comes too late holds at
    /// once; what is for an instant before a number that holds already is ignored.
    pub fn set_volume(&self, scenario: ScenarioId, at_ns: u64, users: Option<u32>) {
        self.tell(|| Command::Volume {
            scenario,
            at_ns,
            users,
        });
    }

    /// Changes the load of a scenario as its course says, in all shares that go on; a course is always given whole.
    ///
    /// Instants of the course should lie so far ahead that every thread of every process has it by then. What comes too late holds at
    /// once, in the number of iterations that it should have been: a rate that rose earlier is made up for.
    pub fn steer(&self, scenario: ScenarioId, course: &Arc<Course>) {
        self.tell(|| Command::Steer {
            scenario,
            course: Arc::clone(course),
        });
    }

    /// Ends the load of some scenarios; what is in flight gets its grace.
    pub fn end(&self, scenarios: &[Arc<CompiledScenario>]) {
        let scenarios: Arc<[ScenarioId]> = scenarios.iter().map(|scenario| scenario.id).collect();
        self.tell(|| Command::End {
            scenarios: Arc::clone(&scenarios),
        });
    }

    /// Ends all loads but those that clean up; what is in flight gets its grace.
    pub fn stop(&self) {
        self.tell(|| Command::Stop);
    }

    /// Ends all loads at once; what is in flight is interrupted.
    pub fn abort(&self) {
        self.tell(|| Command::Abort);
    }

    /// Makes the threads hand over what they have measured so far, and waits for it.
    pub fn flush(&self) {
        let (done, flushed) = channel();
        self.tell(|| Command::Flush { done: done.clone() });
        drop(done);
        flushed.iter().for_each(drop);
    }

    /// Ends the threads; each hands over its last part before.
    pub fn shutdown(&mut self) {
        self.tell(|| Command::Shutdown);
        for (_, handle) in &mut self.threads {
            if let Some(handle) = handle.take() {
                // A panic there has been printed; its parts up to then are delivered.
                handle.join().ok();
            }
        }
    }

    fn tell(&self, command: impl Fn() -> Command) {
        for (thread, _) in &self.threads {
            // A thread that is gone needs no command.
            thread.send(command()).ok();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// Returns the shares of a process' threads in a scenario; those without a user of their own get none, since what is due there could
/// not start, and neither do those that its priority leaves to others.
pub fn shares(
    scenario: &CompiledScenario,
    process: Segment,
    threads: u32,
) -> impl Iterator<Item = Segment> + use<> {
    let users = scenario.load.peak_users().max(1);
    let priority = scenario.priority;
    process
        .split(threads)
        .map(move |thread| share_of(thread, priority, users))
        .filter(|segment| segment.index < segment.count)
}

/// Returns the share of one of all threads; of those that get none, the index is not below the count.
fn share_of(thread: Segment, priority: Priority, users: u32) -> Segment {
    let all = thread.count;
    let most = priority.threads(all);
    // The few threads of a low priority are the last ones, so that a normal one beside it has others.
    let first = match priority {
        Priority::Low => all - most,
        Priority::Auto | Priority::Normal | Priority::High | Priority::Exclusive => 0,
    };
    Segment {
        index: (thread.index + all - first) % all,
        count: most.min(users),
    }
}

/// Returns into how many parts a share can be split so that each has a virtual user of its own, at most `most`.
pub fn parts_of(scenario: &CompiledScenario, share: Segment, most: u32) -> u32 {
    let users = share.share(u64::from(scenario.load.peak_users()));
    u32::try_from(users).unwrap_or(u32::MAX).min(most).max(1)
}

/// A share of a scenario that another process has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenShare {
    /// The share, or a part of it.
    pub segment: Segment,
    /// When the scenario started, on the run's clock.
    pub start_ns: u64,
    /// From when on this process is to run it: what was due before is left out.
    pub from_ns: u64,
    /// How many iterations are left, where the load is a number of iterations.
    pub iterations: Option<u64>,
}

/// Scenarios that run.
#[derive(Debug)]
pub struct RunningScenarios {
    start_ns: u64,
    ended: Receiver<u64>,
}

impl RunningScenarios {
    /// Scenarios that run elsewhere: `ended` tells when a share of them ends, and is closed when all have.
    pub fn elsewhere(start_ns: u64, ended: Receiver<u64>) -> Self {
        Self { start_ns, ended }
    }

    /// Returns when they started, in nanoseconds of the run's clock.
    pub fn start_ns(&self) -> u64 {
        self.start_ns
    }

    /// Waits until all threads have ended their shares and returns when the last one did.
    pub fn wait(self) -> u64 {
        self.ended.iter().max().unwrap_or(self.start_ns)
    }

    /// Waits until all threads have ended their shares, or a moment of the run's clock has come; tells which.
    pub fn wait_until(&self, clock: &Clock, moment_ns: u64) -> bool {
        loop {
            let left = Duration::from_nanos(moment_ns.saturating_sub(clock.now()));
            match self.ended.recv_timeout(left) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return true,
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The threads, over two processes with two each, that have a share.
    fn threads(priority: Priority, users: u32) -> Vec<(u32, u32)> {
        let processes = Segment::WHOLE.split(2).flat_map(|process| process.split(2));
        let shares = processes.map(|thread| (thread.index, share_of(thread, priority, users)));
        let mut own: Vec<_> = shares
            .filter(|(_, share)| share.index < share.count)
            .map(|(thread, share)| (thread, share.index))
            .collect();
        own.sort_unstable();
        own
    }

    #[test]
    fn priorities_share_the_threads() {
        let all = vec![(0, 0), (1, 1), (2, 2), (3, 3)];
        assert_eq!(threads(Priority::Auto, 100), all);
        assert_eq!(threads(Priority::High, 100), all);
        assert_eq!(threads(Priority::Normal, 100), all[..3]);
        assert_eq!(threads(Priority::Low, 100), [(3, 0)]);
        // Fewer users than threads have no share for the rest.
        assert_eq!(threads(Priority::Normal, 2), all[..2]);
        assert_eq!(threads(Priority::Low, 1), [(3, 0)]);
    }
}
