//! Prints exchanges as they come.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, thread};

use squall_engine::Exchange;
use squall_engine::script::ScriptHost;

use super::ordered::OrderedHost;
use super::render::{Detail, render};
use super::seen::Seen;
use crate::output;

/// How long the printing thread keeps others from printing while there is nothing to print.
const TURN: Duration = Duration::from_millis(1);

/// Prints exchanges: at once, so that they stand where they belong among what the test prints.
#[derive(Debug)]
pub(crate) struct ExchangeFeed {
    sender: Option<Sender<Exchange>>,
    printer: Arc<Printer>,
}

/// What prints, on whichever thread.
#[derive(Debug)]
pub(super) struct Printer {
    exchanges: Mutex<Receiver<Exchange>>,
    /// Threads that want their turn.
    waiting: AtomicUsize,
    detail: Detail,
}

impl ExchangeFeed {
    /// Starts the thread that prints.
    pub(crate) fn start(detail: Detail) -> io::Result<Self> {
        let (sender, exchanges) = channel();
        let printer = Arc::new(Printer {
            exchanges: Mutex::new(exchanges),
            waiting: AtomicUsize::new(0),
            detail,
        });
        let own = Arc::clone(&printer);
        thread::Builder::new()
            .name("squall-exchanges".to_owned())
            .spawn(move || own.run())?;
        Ok(Self {
            sender: Some(sender),
            printer,
        })
    }

    /// Returns where exchanges go; the second time there is nothing to return.
    pub(crate) fn take_sender(&mut self) -> Option<Sender<Exchange>> {
        self.sender.take()
    }

    /// Returns a host whose coroutines go on only when the answers that they wait for are printed.
    pub(crate) fn ordered(&self, host: Arc<dyn ScriptHost>) -> Arc<dyn ScriptHost> {
        Arc::new(OrderedHost::new(host, Arc::clone(&self.printer)))
    }

    /// Prints what was seen last, after the end of a run.
    pub(crate) fn finish(&self) {
        self.printer.catch_up();
    }
}

impl Printer {
    /// Prints everything that was seen up to now.
    pub(super) fn catch_up(&self) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let exchanges = self
            .exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        for exchange in exchanges.try_iter() {
            self.print(&exchange);
        }
    }

    /// Prints until nobody can see anything any more.
    fn run(&self) {
        loop {
            // A mutex is not fair: whoever has just had it may get it again.
            while self.waiting.load(Ordering::Acquire) > 0 {
                thread::yield_now();
            }
            let exchanges = self
                .exchanges
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            match exchanges.recv_timeout(TURN) {
                Ok(exchange) => self.print(&exchange),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn print(&self, exchange: &Exchange) {
        output::print(&render(&Seen::of(exchange), self.detail));
    }
}
