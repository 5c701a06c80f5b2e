//! Hands batches to the reporter until they are delivered or lost.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::backoff::Backoff;
use super::shared::Shared;
use super::{Ending, RetrySettings};
use crate::{Batch, Delivered, Reporter, ReporterError};

/// A reporter with its retries; the reporter is gone when it failed permanently.
#[derive(Debug)]
pub(super) struct Delivery {
    reporter: Option<Box<dyn Reporter>>,
    shared: Arc<Shared>,
    retry: RetrySettings,
}

impl Delivery {
    pub(super) fn new(
        reporter: Box<dyn Reporter>,
        shared: Arc<Shared>,
        retry: RetrySettings,
    ) -> Self {
        Self {
            reporter: Some(reporter),
            shared,
            retry,
        }
    }

    /// Opens the reporter.
    pub(super) fn open(&mut self) -> Result<(), ReporterError> {
        self.call(|reporter| reporter.open())
    }

    /// Delivers a batch, in halves when it is too large, or counts it as dropped.
    pub(super) fn deliver(&mut self, batch: Batch) {
        let mut rest = vec![batch];
        while let Some(batch) = rest.pop() {
            match self.call(|reporter| reporter.send(&batch)) {
                Ok(delivered) => self.settle(batch.len(), delivered),
                Err(ReporterError::TooLarge { message }) => match batch.halves() {
                    Some((first, second)) => rest.extend([second, first]),
                    None => self.lose(batch.len(), message),
                },
                Err(error) => self.lose(batch.len(), error.describe()),
            }
        }
    }

    /// Closes the reporter, unless it is dead, and says where the results are.
    pub(super) fn close(mut self) -> (Ending, Option<String>) {
        let Some(reporter) = &mut self.reporter else {
            return (Ending::Failed, None);
        };
        let closed = guarded(|| reporter.close());
        let ending = match &closed {
            Ok(_) => Ending::Closed,
            Err(error) => {
                self.shared.say(error.describe());
                Ending::Failed
            }
        };
        self.let_go();
        (ending, closed.ok().flatten())
    }

    /// Calls the reporter until it succeeds, fails for good, or the retries are used up.
    fn call<T>(
        &mut self,
        mut work: impl FnMut(&mut dyn Reporter) -> Result<T, ReporterError>,
    ) -> Result<T, ReporterError> {
        let mut backoff = Backoff::new(self.retry);
        loop {
            let error = match self.call_once(&mut work) {
                Err(error @ ReporterError::Temporary { .. }) => error,
                Err(error @ ReporterError::Permanent { .. }) => {
                    self.die(&error);
                    return Err(error);
                }
                other => return other,
            };
            let Some(delay) = backoff.next_delay() else {
                return Err(error);
            };
            self.shared.counters.retry();
            self.shared.say(error.describe());
            tracing::debug!(reporter = %self.shared.name, ?delay, %error, "retrying");
            self.shared.wait(delay);
        }
    }

    fn call_once<T>(
        &mut self,
        work: &mut impl FnMut(&mut dyn Reporter) -> Result<T, ReporterError>,
    ) -> Result<T, ReporterError> {
        if self.shared.is_abandoned() {
            return Err(ReporterError::permanent(
                "the run ended before it was ready",
            ));
        }
        match &mut self.reporter {
            Some(reporter) => guarded(|| work(reporter.as_mut())),
            None => Err(ReporterError::permanent(
                self.shared.message().unwrap_or_default(),
            )),
        }
    }

    fn settle(&self, records: usize, delivered: Delivered) {
        let taken = delivered.records.min(records);
        if let Some(why) = delivered.refused {
            self.shared.say(why);
        }
        self.shared.counters.settle(taken, records - taken);
    }

    fn lose(&self, records: usize, message: String) {
        self.shared.say(message);
        self.shared.counters.settle(0, records);
    }

    fn die(&mut self, error: &ReporterError) {
        if self.reporter.is_some() {
            tracing::warn!(reporter = %self.shared.name, error = %error.describe(), "reporter given up");
        }
        self.shared.say(error.describe());
        self.shared.close();
        self.let_go();
    }

    /// Drops the reporter; a panic in its destructor ends with it.
    fn let_go(&mut self) {
        let reporter = self.reporter.take();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(move || drop(reporter))) {
            self.shared.say(panic_message(panic.as_ref()));
        }
    }
}

/// Turns a panic of the reporter into a permanent error. Its state may be broken, so it is not called again.
fn guarded<T>(work: impl FnOnce() -> Result<T, ReporterError>) -> Result<T, ReporterError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(ReporterError::permanent(panic_message(panic.as_ref()))))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    format!("the reporter panicked: {text}")
}
