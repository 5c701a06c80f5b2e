//! What the threads of one run share.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use squall_engine::script::{CommandInlet, InterpreterUse, RunLink};
use squall_metrics::Histogram;
use squall_protocol::Clock;

use super::inbox::Inbox;
use super::script::Script;
use super::threads::ThreadPool;

/// Everything that the threads of a host share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) inbox: Inbox,
    pub(crate) pool: ThreadPool,
    pub(crate) meter: Meter,
    clock: OnceLock<Clock>,
    run: OnceLock<Arc<dyn RunLink>>,
    inlets: RwLock<Vec<CommandInlet>>,
    scripts: RwLock<Vec<Option<Arc<Script>>>>,
}

impl Shared {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            inbox: Inbox::new()?,
            pool: ThreadPool::default(),
            meter: Meter::default(),
            clock: OnceLock::new(),
            run: OnceLock::new(),
            inlets: RwLock::default(),
            scripts: RwLock::default(),
        })
    }

    /// Says which run this is; only the first one counts.
    pub(crate) fn join_run(&self, clock: &Clock, run: Arc<dyn RunLink>) {
        self.clock.set(clock.clone()).ok();
        self.run.set(run).ok();
    }

    /// Returns nanoseconds of the run's clock; 0 before there is a run.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.clock.get().map_or(0, Clock::now)
    }

    pub(crate) fn run(&self) -> Option<&Arc<dyn RunLink>> {
        self.run.get()
    }

    pub(crate) fn attach(&self, thread: u32, inlet: CommandInlet) {
        let mut inlets = self.inlets.write().unwrap_or_else(PoisonError::into_inner);
        let index = thread as usize;
        if inlets.len() <= index {
            inlets.resize_with(index + 1, CommandInlet::default);
        }
        inlets[index] = inlet;
    }

    /// Returns where the commands for an I/O thread go.
    pub(crate) fn inlet(&self, thread: u32) -> CommandInlet {
        let inlets = self.inlets.read().unwrap_or_else(PoisonError::into_inner);
        inlets.get(thread as usize).cloned().unwrap_or_default()
    }

    pub(crate) fn add_script(&self, script: Arc<Script>) {
        let mut scripts = self.scripts.write().unwrap_or_else(PoisonError::into_inner);
        let index = script.info.number as usize;
        if scripts.len() <= index {
            scripts.resize(index + 1, None);
        }
        scripts[index] = Some(script);
    }

    pub(crate) fn script(&self, number: u32) -> Option<Arc<Script>> {
        let scripts = self.scripts.read().unwrap_or_else(PoisonError::into_inner);
        scripts.get(number as usize).cloned().flatten()
    }

    /// Returns all scripts, in the order of their numbers.
    pub(crate) fn scripts(&self) -> Vec<Arc<Script>> {
        let scripts = self.scripts.read().unwrap_or_else(PoisonError::into_inner);
        scripts.iter().flatten().cloned().collect()
    }
}

/// What the interpreter used and how long others waited for it.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Measured>);

#[derive(Debug, Default)]
struct Measured {
    busy_ns: u64,
    waits: Histogram,
    delays: Histogram,
}

impl Meter {
    /// Adds what one batch took.
    pub(crate) fn add(&self, busy_ns: u64, waits: &mut Vec<u64>, delays: &mut Vec<u64>) {
        let mut measured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        measured.busy_ns += busy_ns;
        waits.drain(..).for_each(|wait| measured.waits.record(wait));
        delays
            .drain(..)
            .for_each(|delay| measured.delays.record(delay));
    }

    /// Returns what came together since the last call.
    pub(crate) fn take(&self) -> InterpreterUse {
        let mut measured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        InterpreterUse {
            busy_ns: std::mem::take(&mut measured.busy_ns),
            waits: measured.waits.take_sparse(),
            delays: measured.delays.take_sparse(),
        }
    }
}
