//! Sending without waiting: a thread of its own writes what others put in a queue.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::frames;
use crate::transport::{Closer, Outgoing};

/// Where messages wait to be sent; clones share it.
#[derive(Clone)]
pub struct Outbox {
    queue: Sender<Vec<u8>>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Bytes that wait.
    waiting: AtomicUsize,
    idle: Mutex<()>,
    sent: Condvar,
    closer: Box<dyn Closer>,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

impl Outbox {
    /// Starts the thread that sends.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(outgoing: Box<dyn Outgoing>, name: &str) -> io::Result<Self> {
        let (queue, messages) = channel();
        let shared = Arc::new(Shared {
            waiting: AtomicUsize::new(0),
            idle: Mutex::new(()),
            sent: Condvar::new(),
            closer: outgoing.closer(),
        });
        let own = Arc::clone(&shared);
        std::thread::Builder::new()
            .name(format!("squall-to-{name}"))
            .spawn(move || send_all(outgoing, &messages, &own))?;
        Ok(Self { queue, shared })
    }

    /// Puts a message in the queue. What cannot be sent any more is dropped: whoever receives notices that the other side has gone.
    pub fn send(&self, message: &impl Serialize) {
        match frames::encode(message) {
            Ok(bytes) => {
                self.shared
                    .waiting
                    .fetch_add(bytes.len(), Ordering::Release);
                if let Err(refused) = self.queue.send(bytes) {
                    self.shared.settle(refused.0.len());
                }
            }
            Err(error) => tracing::error!(%error, "a message cannot be written"),
        }
    }

    /// Returns how many bytes wait.
    pub fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::Acquire)
    }

    /// Waits until no more than so many bytes wait, at most as long as `limit`; tells whether it is so.
    pub fn drained_to(&self, bytes: usize, limit: Duration) -> bool {
        let guard = self
            .shared
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let full = |(): &mut ()| self.waiting() > bytes;
        let waited = self.shared.sent.wait_timeout_while(guard, limit, full);
        drop(waited);
        self.waiting() <= bytes
    }

    /// Ends the connection, both ways.
    pub fn close(&self) {
        self.shared.closer.close();
    }
}

impl Shared {
    fn settle(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, Ordering::Release);
        drop(self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        self.sent.notify_all();
    }
}

fn send_all(mut outgoing: Box<dyn Outgoing>, messages: &Receiver<Vec<u8>>, shared: &Shared) {
    let mut gone = false;
    while let Ok(message) = messages.recv() {
        // The queue is emptied all the same, so that nobody waits for a connection that is gone.
        gone = gone || outgoing.send(&message).is_err();
        shared.settle(message.len());
    }
}
