//! What the scripts of this process reach of the run, where this process is the only one.

use std::fmt;
use std::sync::{Arc, Weak};

use squall_engine::script::{Answer, RunLink, ScriptHost, ScriptMessage};

use crate::ending::Ending;
use crate::messages::MessageOutlet;

/// The run as the scripts of its only process see it.
pub(crate) struct OwnLink {
    pub(crate) ending: Arc<Ending>,
    pub(crate) messages: Arc<MessageOutlet>,
    pub(crate) fail_fast: bool,
    /// The host holds the link, so that the link may not hold the host.
    pub(crate) host: Option<Weak<dyn ScriptHost>>,
}

impl fmt::Debug for OwnLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnLink").finish_non_exhaustive()
    }
}

impl RunLink for OwnLink {
    fn message(&self, message: ScriptMessage) {
        self.messages.take(message);
    }

    fn ask(&self, topic: &str, payload: Vec<u8>, answered: Box<dyn FnOnce(Answer) + Send>) {
        let (host, topic) = (self.host.clone(), topic.to_owned());
        let body = move || {
            let answer = host.and_then(|host| host.upgrade());
            let answer = answer.map(|host| host.serve(&topic, &payload));
            answered(answer.unwrap_or_else(|| Err("the test has ended".to_owned())));
        };
        let spawned = std::thread::Builder::new()
            .name("squall-serve".to_owned())
            .spawn(body);
        if let Err(error) = spawned {
            tracing::error!(%error, "a question of a script got no thread");
        }
    }

    fn tell_all(&self, _topic: &str, _payload: &[u8]) {}

    fn stop(&self, reason: &str) {
        self.ending.fail(reason);
    }

    fn fails_fast(&self) -> bool {
        self.fail_fast
    }

    fn place(&self) -> (u32, u32) {
        (0, 1)
    }
}
