//! Starts a driver's threads.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use super::caller::Caller;
use super::delivery::Delivery;
use super::handle::DriverHandle;
use super::intake::Intake;
use super::pending::{Pending, now};
use super::sender::EventSender;
use super::shared::Shared;
use super::{DriverSettings, Ending, Opening, RunContext};
use crate::spool::SpoolError;
use crate::{Capabilities, Reporter, ReporterError};

/// Why a reporter could not be made ready.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// It said why.
    #[error("reporter `{name}` cannot be opened")]
    Open {
        /// Name of the reporter.
        name: String,
        /// What it said.
        source: ReporterError,
    },
    /// It did not answer.
    #[error(
        "reporter `{name}` was not ready after {limit:?}: {}", last.as_deref().unwrap_or("check that its backend can be reached from here")
    )]
    Slow {
        /// Name of the reporter.
        name: String,
        /// How long it was given.
        limit: Duration,
        /// The last thing that went wrong.
        last: Option<String>,
    },
    /// Its spool cannot be used.
    #[error("no spool for reporter `{name}`")]
    Spool {
        /// Name of the reporter.
        name: String,
        /// What is wrong with it.
        source: SpoolError,
    },
    /// The system gave it no thread.
    #[error("no thread for reporter `{name}`")]
    Thread {
        /// Name of the reporter.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Why some of several reporters could not be made ready; at least one.
#[derive(Debug)]
pub struct StartErrors(pub Vec<StartError>);

impl std::error::Error for StartErrors {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            [only] => only.source(),
            _ => None,
        }
    }
}

impl fmt::Display for StartErrors {
    /// Writes a single one without its cause, which is the source; of several each in a line, with its causes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = &*self.0 {
            return only.fmt(f);
        }
        write!(f, "{} reporters cannot be opened", self.0.len())?;
        for error in &self.0 {
            write!(f, "\n{error}")?;
            let mut cause = std::error::Error::source(error);
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                cause = error.source();
            }
        }
        Ok(())
    }
}

/// A reporter that is to get a driver.
#[derive(Debug)]
pub struct NewDriver {
    /// Name of the reporter.
    pub name: String,
    /// The reporter.
    pub reporter: Box<dyn Reporter>,
    /// What it reports.
    pub context: RunContext,
    /// How.
    pub settings: DriverSettings,
}

/// Starts drivers.
#[derive(Debug)]
pub struct Driver;

impl Driver {
    /// Starts the threads of one reporter, opens the reporter there, and returns when it is ready; at once with
    /// [`Opening::WhenPossible`].
    ///
    /// # Errors
    /// When the reporter cannot be opened, or not within [`DriverSettings::open_timeout`].
    pub fn start(
        name: impl Into<String>,
        reporter: Box<dyn Reporter>,
        context: RunContext,
        settings: DriverSettings,
    ) -> Result<DriverHandle, StartError> {
        let begun = now();
        let new = NewDriver {
            name: name.into(),
            reporter,
            context,
            settings,
        };
        Starting::new(new)?.ready(begun)
    }

    /// Starts several, which are opened side by side.
    ///
    /// # Errors
    /// Every one that cannot be made ready; the others are closed again.
    pub fn start_all(drivers: Vec<NewDriver>) -> Result<Vec<DriverHandle>, StartErrors> {
        let begun = now();
        let starting: Vec<_> = drivers.into_iter().map(Starting::new).collect();
        let (mut handles, mut errors) = (Vec::new(), Vec::new());
        for starting in starting {
            match starting.and_then(|starting| starting.ready(begun)) {
                Ok(handle) => handles.push(handle),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            Ok(handles)
        } else {
            Err(StartErrors(errors))
        }
    }
}

/// A driver whose reporter is being opened.
struct Starting {
    capabilities: Capabilities,
    sender: EventSender,
    intake: Intake,
    flush_timeout: Duration,
    launched: Launched,
}

impl Starting {
    fn new(new: NewDriver) -> Result<Self, StartError> {
        let NewDriver {
            name,
            reporter,
            mut context,
            settings,
        } = new;
        context.add_tags();
        let capabilities = reporter.capabilities();
        let shared = Shared::new(name.clone(), &context, &settings)
            .map_err(|source| StartError::Spool { name, source })?;
        let shared = Arc::new(shared);
        let next_number = shared.adopt_files();
        let (sender, queue) = mpsc::channel();
        let launched = Launched::new(reporter, shared.clone(), &settings)?;
        let selection = &context.selection;
        Ok(Self {
            sender: EventSender::new(&capabilities, selection, shared.clone(), sender),
            flush_timeout: settings.flush_timeout,
            intake: Intake {
                queue,
                shared,
                context,
                settings,
                max_batch_records: capabilities.max_batch_records,
                next_number,
                pending: Pending::default(),
            },
            capabilities,
            launched,
        })
    }

    fn ready(self, begun: Instant) -> Result<DriverHandle, StartError> {
        self.launched.wait_until_open(begun)?;
        let intake = self.intake;
        let name = &self.launched.shared.name;
        thread::Builder::new()
            .name(format!("queue-{name}"))
            .spawn(move || intake.run())
            .map_err(|source| StartError::Thread {
                name: name.clone(),
                source,
            })?;
        Ok(DriverHandle {
            capabilities: self.capabilities,
            sender: self.sender,
            flush_timeout: self.flush_timeout,
            done: self.launched.done,
        })
    }
}

/// A delivery thread that opens its reporter.
pub(super) struct Launched {
    shared: Arc<Shared>,
    opened: Receiver<Result<(), ReporterError>>,
    limit: Duration,
    /// How the thread ended.
    pub(super) done: Receiver<(Ending, Option<String>)>,
}

impl Launched {
    pub(super) fn new(
        reporter: Box<dyn Reporter>,
        shared: Arc<Shared>,
        settings: &DriverSettings,
    ) -> Result<Self, StartError> {
        let (open_sender, opened) = mpsc::sync_channel(1);
        let (done_sender, done) = mpsc::sync_channel(1);
        let opening = settings.opening;
        let caller = Caller::new(reporter, shared.clone(), settings.retry);
        let mut delivery = Delivery::new(caller, shared.clone());
        let name = shared.name.clone();
        thread::Builder::new()
            .name(format!("report-{name}"))
            .spawn(move || {
                let result = match opening {
                    Opening::BeforeLoad => delivery.caller.open(),
                    Opening::WhenPossible => Ok(()),
                };
                let is_open = result.is_ok();
                // Nobody listens any more when this reporter took too long.
                if open_sender.send(result).is_ok() && is_open {
                    done_sender.send(delivery.run()).ok();
                }
            })
            .map_err(|source| StartError::Thread { name, source })?;
        Ok(Self {
            shared,
            opened,
            limit: settings.open_timeout,
            done,
        })
    }

    /// Waits until the reporter is open, at most its limit from `begun`.
    pub(super) fn wait_until_open(&self, begun: Instant) -> Result<(), StartError> {
        let limit = self.limit;
        let name = self.shared.name.clone();
        let left = limit.saturating_sub(begun.elapsed());
        let error = match self.opened.recv_timeout(left) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(source)) => StartError::Open { name, source },
            Err(_) => {
                self.shared.abandon();
                let last = self.shared.message();
                StartError::Slow { name, limit, last }
            }
        };
        // The thread may live on for a while.
        if let Some(spool) = &self.shared.spool {
            spool.release();
        }
        Err(error)
    }
}
