//! Starts a driver's thread.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use thiserror::Error;

use super::delivery::Delivery;
use super::handle::DriverHandle;
use super::shared::Shared;
use super::worker::Worker;
use super::{DriverSettings, RunContext};
use crate::{Reporter, ReporterError};

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
        "reporter `{name}` was not ready after {limit:?}: check that its backend can be reached from here"
    )]
    Slow {
        /// Name of the reporter.
        name: String,
        /// How long it was given.
        limit: Duration,
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

/// Starts drivers.
#[derive(Debug)]
pub struct Driver;

impl Driver {
    /// Starts a thread for one reporter, opens the reporter there, and returns when it is ready.
    ///
    /// # Errors
    /// When the reporter cannot be opened, or not within [`DriverSettings::open_timeout`].
    pub fn start(
        name: impl Into<String>,
        reporter: Box<dyn Reporter>,
        context: RunContext,
        settings: DriverSettings,
    ) -> Result<DriverHandle, StartError> {
        let name = name.into();
        let capabilities = reporter.capabilities();
        let shared = Arc::new(Shared::new(name.clone(), settings.queue_records));
        let (sender, queue) = mpsc::channel();
        let (open_sender, opened) = mpsc::sync_channel(1);
        let (done_sender, done) = mpsc::sync_channel(1);
        let limit = settings.open_timeout;
        let mut worker = Worker {
            queue,
            delivery: Delivery::new(reporter, shared.clone(), settings.retry),
            context,
            settings,
            max_batch_records: capabilities.max_batch_records,
        };
        thread::Builder::new()
            .name(format!("report-{name}"))
            .spawn(move || {
                let result = worker.delivery.open();
                let is_open = result.is_ok();
                // Nobody listens any more when this reporter took too long.
                if open_sender.send(result).is_ok() && is_open {
                    done_sender.send(worker.run()).ok();
                }
            })
            .map_err(|source| StartError::Thread {
                name: name.clone(),
                source,
            })?;
        match opened.recv_timeout(limit) {
            Ok(Ok(())) => Ok(DriverHandle::new(capabilities, shared, sender, done)),
            Ok(Err(source)) => Err(StartError::Open { name, source }),
            Err(_) => {
                shared.abandon();
                Err(StartError::Slow { name, limit })
            }
        }
    }
}
