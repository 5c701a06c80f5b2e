//! The engine as the run sees it: I/O threads that take scenarios.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use squall_metrics::SeriesTable;
use squall_protocol::Clock;
use thiserror::Error;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::parts::PartSink;
use crate::record::RecordQueue;
use crate::scenario::{CompiledScenario, Share};
use crate::schedule::Segment;
use crate::thread::{self, Command, ThreadSettings};

/// Time between the order to start and the start, so that all threads start at one instant.
const HEAD_START_NS: u64 = 500_000;

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
}

/// I/O threads that run scenarios. Dropping it ends them.
#[derive(Debug)]
pub struct Engine {
    clock: Clock,
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
            clock: settings.clock.clone(),
            seed: settings.seed,
            wall_origin_ns: settings.wall_origin_ns,
            threads: Vec::new(),
        };
        for index in 0..count {
            let (sender, commands) = unbounded_channel();
            let own = ThreadSettings {
                segment: Segment { index, count },
                clock: settings.clock.clone(),
                parts: Arc::clone(&settings.parts),
                series: settings.series.clone(),
                records: settings.records.clone(),
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

    /// Starts scenarios, all at one instant, and returns how to wait for them.
    pub fn run(&self, scenarios: &[Arc<CompiledScenario>]) -> RunningScenarios {
        let start_ns = self.clock.now() + HEAD_START_NS;
        let (done, ended) = channel();
        for scenario in scenarios {
            // A thread without a user of its own could start nothing, so that what is due there would be lost.
            let all = u32::try_from(self.threads.len()).unwrap_or(u32::MAX);
            let count = all.min(scenario.load.peak_users()).max(1);
            for (index, (thread, _)) in (0..count).zip(&self.threads) {
                let share = Share {
                    segment: Segment { index, count },
                    seed: self.seed,
                    start_ns,
                    wall_origin_ns: self.wall_origin_ns,
                };
                let (scenario, done) = (Arc::clone(scenario), done.clone());
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
        RunningScenarios { start_ns, ended }
    }

    /// Ends all loads; what is in flight gets its grace.
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

/// Scenarios that run.
#[derive(Debug)]
pub struct RunningScenarios {
    start_ns: u64,
    ended: Receiver<u64>,
}

impl RunningScenarios {
    /// Returns when they started, in nanoseconds of the run's clock.
    pub fn start_ns(&self) -> u64 {
        self.start_ns
    }

    /// Waits until all threads have ended their shares and returns when the last one did.
    pub fn wait(self) -> u64 {
        self.ended.iter().max().unwrap_or(self.start_ns)
    }
}
