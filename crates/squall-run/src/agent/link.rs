//! What the scripts of an agent reach of the run: all of it is at the other end of the connection.

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use squall_cluster::{FromAgent, Outbox};
use squall_engine::script::{Answer, RunLink, ScriptMessage};

use crate::running::lock;

type Answered = Box<dyn FnOnce(Answer) + Send>;

/// The run as the scripts of an agent see it.
pub(super) struct AgentLink {
    outbox: Outbox,
    place: (u32, u32),
    fail_fast: bool,
    next: AtomicU64,
    waiting: Mutex<HashMap<u64, Answered>>,
}

impl fmt::Debug for AgentLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentLink")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl AgentLink {
    pub(super) fn new(outbox: Outbox, place: (u32, u32), fail_fast: bool) -> Self {
        Self {
            outbox,
            place,
            fail_fast,
            next: AtomicU64::new(0),
            waiting: Mutex::default(),
        }
    }

    /// Hands an answer to whoever asked.
    pub(super) fn answered(&self, question: u64, answer: Answer) {
        let waiting = lock(&self.waiting).remove(&question);
        if let Some(answered) = waiting {
            answered(answer);
        }
    }
}

impl RunLink for AgentLink {
    fn message(&self, message: ScriptMessage) {
        match serde_json::to_string(&message) {
            Ok(json) => self.outbox.send(&FromAgent::ScriptMessage { json }),
            Err(error) => tracing::error!(%error, "a message of a script cannot be written"),
        }
    }

    fn ask(&self, topic: &str, payload: Vec<u8>, answered: Answered) {
        let question = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.waiting).insert(question, answered);
        self.outbox.send(&FromAgent::Ask {
            question,
            topic: topic.to_owned(),
            payload,
        });
    }

    fn tell_all(&self, topic: &str, payload: &[u8]) {
        self.outbox.send(&FromAgent::Notify {
            topic: topic.to_owned(),
            payload: payload.to_vec(),
        });
    }

    fn stop(&self, reason: &str) {
        self.outbox.send(&FromAgent::StopRun {
            reason: reason.to_owned(),
        });
    }

    fn fails_fast(&self) -> bool {
        self.fail_fast
    }

    fn place(&self) -> (u32, u32) {
        self.place
    }
}
