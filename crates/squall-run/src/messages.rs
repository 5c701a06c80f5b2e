//! What scripts send: to reporters, and to whoever watches.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, Weak};

use squall_engine::script::ScriptMessage;

use crate::reporting::Reporting;
use crate::running::lock;

/// Where messages of scripts go.
#[derive(Debug)]
pub(crate) struct MessageOutlet {
    /// Hosts keep their link to a run for longer than the run goes.
    reporting: Weak<Reporting>,
    watcher: Mutex<Option<Sender<ScriptMessage>>>,
}

impl MessageOutlet {
    pub(crate) fn new(reporting: &Arc<Reporting>, watcher: Option<Sender<ScriptMessage>>) -> Self {
        Self {
            reporting: Arc::downgrade(reporting),
            watcher: Mutex::new(watcher),
        }
    }

    /// Hands a message over.
    pub(crate) fn take(&self, message: ScriptMessage) {
        if let Some(reporting) = self.reporting.upgrade() {
            reporting.message(&message);
        }
        let mut watcher = lock(&self.watcher);
        if let Some(sender) = &*watcher
            && sender.send(message).is_err()
        {
            *watcher = None;
        }
    }
}
