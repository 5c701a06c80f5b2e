//! Where an I/O thread takes commands of interpreters.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::ScriptCommand;

/// Takes batches of commands for one I/O thread; clones share it.
#[derive(Clone, Debug, Default)]
pub struct CommandInlet {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    commands: Mutex<Vec<ScriptCommand>>,
    arrived: Notify,
}

impl CommandInlet {
    /// Hands over a batch and leaves the vector empty; wakes the I/O thread where it might sleep.
    pub fn send(&self, batch: &mut Vec<ScriptCommand>) {
        if batch.is_empty() {
            return;
        }
        let mut commands = self.lock();
        let was_empty = commands.is_empty();
        commands.append(batch);
        drop(commands);
        if was_empty {
            self.shared.arrived.notify_one();
        }
    }

    /// Waits for commands and swaps them for the empty vector `batch`.
    pub(crate) async fn receive(&self, batch: &mut Vec<ScriptCommand>) {
        loop {
            std::mem::swap(&mut *self.lock(), batch);
            if !batch.is_empty() {
                return;
            }
            self.shared.arrived.notified().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<ScriptCommand>> {
        self.shared
            .commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
