//! What tests print.

use std::sync::mpsc::{Receiver, Sender, channel};

use squall_run::AgentLine;

/// Takes the lines that tests print, in other processes or in this one.
#[derive(Debug)]
pub(crate) struct PrintedFeed {
    sender: Sender<AgentLine>,
    lines: Receiver<AgentLine>,
}

impl Default for PrintedFeed {
    fn default() -> Self {
        let (sender, lines) = channel();
        Self { sender, lines }
    }
}

impl PrintedFeed {
    /// Returns where lines go.
    pub(crate) fn sender(&self) -> Sender<AgentLine> {
        self.sender.clone()
    }

    /// Returns the lines that have come since the last time.
    pub(crate) fn take(&self) -> String {
        let lines = self.lines.try_iter().map(|printed| printed.line + "\n");
        lines.collect()
    }
}
