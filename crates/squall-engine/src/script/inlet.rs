//! Where an I/O thread takes commands of interpreters.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use squall_protocol::Clock;
use tokio::sync::Notify;

use super::ScriptCommand;

/// Takes batches of commands for one I/O thread; clones share it.
#[derive(Clone, Debug, Default)]
pub struct CommandInlet {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    clock: Option<Clock>,
}

#[derive(Debug, Default)]
struct Waiting {
    commands: Commands,
    closed: bool,
}

/// Commands and when they came.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    all: Vec<ScriptCommand>,
    /// For each batch how many there were with it, and when it came.
    batches: Vec<(usize, u64)>,
}

impl CommandInlet {
    /// Creates an inlet that takes down when commands come.
    pub fn new(clock: Clock) -> Self {
        let shared = Shared {
            clock: Some(clock),
            ..Shared::default()
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Hands over a batch and leaves the vector empty; wakes the I/O thread where it might sleep.
    ///
    /// Once the I/O thread has ended, what is sent is given up.
    pub fn send(&self, batch: &mut Vec<ScriptCommand>) {
        if batch.is_empty() {
            return;
        }
        let now = self.shared.clock.as_ref().map_or(0, Clock::now);
        let mut waiting = self.lock();
        if waiting.closed {
            drop(waiting);
            batch.drain(..).for_each(ScriptCommand::refuse);
            return;
        }
        let commands = &mut waiting.commands;
        let was_empty = commands.all.is_empty();
        commands.all.append(batch);
        commands.batches.push((commands.all.len(), now));
        drop(waiting);
        if was_empty {
            self.shared.arrived.notify_one();
        }
    }

    /// Waits for commands and swaps them for the empty `commands`.
    pub(crate) async fn receive(&self, commands: &mut Commands) {
        loop {
            std::mem::swap(&mut self.lock().commands, commands);
            if !commands.all.is_empty() {
                return;
            }
            self.shared.arrived.notified().await;
        }
    }

    /// Refuses what is there and what will come.
    pub(crate) fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        let commands = std::mem::take(&mut waiting.commands);
        drop(waiting);
        commands.all.into_iter().for_each(ScriptCommand::refuse);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        let locked = self.shared.waiting.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Commands {
    /// Takes all commands, each with the moment at which it came.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (u64, ScriptCommand)> + '_ {
        let mut batches = self.batches.drain(..);
        let (mut end, mut at) = (0, 0);
        self.all.drain(..).enumerate().map(move |(index, command)| {
            while index >= end {
                let Some(next) = batches.next() else { break };
                (end, at) = next;
            }
            (at, command)
        })
    }
}
