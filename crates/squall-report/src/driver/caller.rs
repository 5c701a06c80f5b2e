//! Calls the reporter, again after a temporary error, and never after a permanent one.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::backoff::Backoff;
use super::shared::Shared;
use super::{Ending, RetrySettings};
use crate::{Batch, Delivered, Reporter, ReporterError};

/// A reporter with its retries; the reporter is gone when it failed permanently.
#[derive(Debug)]
pub(super) struct Caller {
    reporter: Option<Box<dyn Reporter>>,
    is_open: bool,
    /// Set when the retries of a batch were used up, until a call succeeds: then one call a time is enough.
    is_out: bool,
    shared: Arc<Shared>,
    retry: RetrySettings,
}

impl Caller {
    pub(super) fn new(
        reporter: Box<dyn Reporter>,
        shared: Arc<Shared>,
        retry: RetrySettings,
    ) -> Self {
        Self {
            reporter: Some(reporter),
            is_open: false,
            is_out: false,
            shared,
            retry,
        }
    }

    /// Opens the reporter, unless it is open.
    pub(super) fn open(&mut self) -> Result<(), ReporterError> {
        if self.is_open {
            return Ok(());
        }
        self.call(|reporter| match reporter.open() {
            Err(ReporterError::TooLarge { message }) => Err(ReporterError::permanent(message)),
            other => other,
        })?;
        self.is_open = true;
        Ok(())
    }

    /// Sends a batch.
    pub(super) fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        self.open()?;
        self.call(|reporter| reporter.send(batch))
    }

    /// Says whether the reporter failed permanently.
    pub(super) fn is_dead(&self) -> bool {
        self.reporter.is_none()
    }

    /// Returns how long to leave the backend alone after retries were used up.
    pub(super) fn pause(&self, error: &ReporterError) -> Duration {
        self.retry.longest_delay.max(asked_for(error))
    }

    /// Gives the next call all its retries again.
    pub(super) fn renew(&mut self) {
        self.is_out = false;
    }

    /// Closes the reporter, unless it is dead, and says where the results are.
    pub(super) fn close(mut self) -> (Ending, Option<String>) {
        let is_open = self.is_open && !self.shared.is_abandoned();
        let Some(reporter) = self.reporter.as_mut().filter(|_| is_open) else {
            self.let_go();
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
                other => {
                    self.is_out = false;
                    return other;
                }
            };
            let Some(delay) = backoff.next_delay().filter(|_| !self.is_out) else {
                // Where nothing can wait, each batch has all its retries.
                self.is_out = self.shared.spool.is_some();
                return Err(error);
            };
            let delay = delay.max(asked_for(&error));
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

    fn die(&mut self, error: &ReporterError) {
        if self.reporter.is_some() {
            tracing::warn!(reporter = %self.shared.name, error = %error.describe(), "reporter given up");
        }
        self.shared.say(error.describe());
        if self.shared.spool.is_none() {
            self.shared.close();
        }
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

/// Returns how long the backend asked to be left alone.
fn asked_for(error: &ReporterError) -> Duration {
    match error {
        ReporterError::Temporary { after, .. } => after.unwrap_or_default(),
        _ => Duration::ZERO,
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
