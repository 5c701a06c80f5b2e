//! Where a blocking thread waits for its answer.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::FinishedOperation;

/// Room for one answer, and a thread that waits for it. It can be used again.
#[derive(Debug, Default)]
pub struct ReplySlot {
    answer: Mutex<Option<Reply>>,
    arrived: Condvar,
}

#[derive(Debug)]
enum Reply {
    Finished(Box<FinishedOperation>),
    GivenUp,
}

impl ReplySlot {
    /// Hands over the answer and wakes the thread.
    pub fn put(&self, operation: Box<FinishedOperation>) {
        self.set(Reply::Finished(operation));
    }

    /// Says that no answer will come: the iteration was given up.
    pub fn give_up(&self) {
        self.set(Reply::GivenUp);
    }

    /// Waits up to `limit`; `None` when nothing has come, `Some(None)` when nothing will come.
    pub fn take(&self, limit: Duration) -> Option<Option<Box<FinishedOperation>>> {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .arrived
            .wait_timeout_while(answer, limit, |answer| answer.is_none());
        let (mut answer, _) = waited.unwrap_or_else(PoisonError::into_inner);
        answer.take().map(|reply| match reply {
            Reply::Finished(operation) => Some(operation),
            Reply::GivenUp => None,
        })
    }

    fn set(&self, reply: Reply) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
        self.arrived.notify_one();
    }
}
