//! What agents print.

use std::sync::mpsc::{Receiver, Sender, channel};

use squall_run::AgentLine;

/// Takes the lines that the tests of other processes print.
#[derive(Debug)]
pub(crate) struct PrintedFeed {
    sender: Option<Sender<AgentLine>>,
    lines: Receiver<AgentLine>,
}

impl Default for PrintedFeed {
    fn default() -> Self {
        let (sender, lines) = channel();
        Self {
            sender: Some(sender),
            lines,
        }
    }
}

impl PrintedFeed {
    /// Returns where lines go; the second time there is nothing to return.
    pub(crate) fn take_sender(&mut self) -> Option<Sender<AgentLine>> {
        self.sender.take()
    }

    /// Returns the lines that have come since the last time.
    pub(crate) fn take(&self) -> String {
        let lines = self.lines.try_iter().map(|printed| printed.line + "\n");
        lines.collect()
    }
}
