//! Prints exchanges as they come.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use std::{io, thread};

use squall_engine::Exchange;

use super::render::{Detail, render};
use super::seen::Seen;
use crate::output;

/// How long the last lines may take at the end of a run.
const LAST_LINES: Duration = Duration::from_secs(5);

/// A thread that prints exchanges: at once, so that they stand where they belong among what the test prints.
#[derive(Debug)]
pub(crate) struct ExchangeFeed {
    sender: Option<Sender<Exchange>>,
    ended: Receiver<()>,
}

impl ExchangeFeed {
    /// Starts the thread.
    pub(crate) fn start(detail: Detail) -> io::Result<Self> {
        let (sender, exchanges) = channel::<Exchange>();
        let (end, ended) = channel();
        thread::Builder::new()
            .name("squall-exchanges".to_owned())
            .spawn(move || {
                for exchange in exchanges {
                    output::print(&render(&Seen::of(&exchange), detail));
                }
                // Nobody waits where the run was never started.
                end.send(()).ok();
            })?;
        Ok(Self {
            sender: Some(sender),
            ended,
        })
    }

    /// Returns where exchanges go; the second time there is nothing to return.
    pub(crate) fn take_sender(&mut self) -> Option<Sender<Exchange>> {
        self.sender.take()
    }

    /// Waits until everything is printed that was seen in a run that has ended.
    pub(crate) fn finish(&self) {
        // A thread that has gone has printed all it could.
        self.ended.recv_timeout(LAST_LINES).ok();
    }
}
