//! The log: to the run's directory once there is one; `SQUALL_LOG` sends it to standard error.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::args::LogLevel;

/// Crates whose lines are of interest.
const OURS: [&str; 4] = ["squall", "squall_cli", "squall_run", "squall_engine"];
/// The log of this process.
static LOG: OnceLock<RunLog> = OnceLock::new();

/// Writes to the file of the run, once there is one.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunLog(Arc<Mutex<Place>>);

/// Where lines go.
#[derive(Debug)]
enum Place {
    /// Here, until there is a file: a run begins before its directory is known here.
    Memory(Vec<u8>),
    Files(Vec<File>),
    Parent,
    Nowhere,
}

impl Default for Place {
    fn default() -> Self {
        Self::Memory(Vec::new())
    }
}

impl RunLog {
    /// Starts the log of a run. The level counts the first time in a process: a log has one filter.
    pub(crate) fn install(level: Option<LogLevel>) -> Self {
        let log = LOG.get_or_init(|| Self::start(level)).clone();
        let mut place = log.lock();
        if let Place::Files(_) | Place::Nowhere = &*place {
            *place = Place::default();
        }
        drop(place);
        log
    }

    fn start(level: Option<LogLevel>) -> Self {
        let log = Self::default();
        let wanted = std::env::var("SQUALL_LOG").ok();
        let level = level.map_or("info", LogLevel::as_str);
        let ours = OURS.map(|name| format!("{name}={level}")).join(",");
        let builder = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(wanted.as_deref().unwrap_or(&ours)))
            .with_ansi(false);
        // Who calls this as a library may have a log already.
        if wanted.is_some() {
            builder.with_writer(io::stderr).try_init().ok();
        } else {
            builder.with_writer(log.clone()).try_init().ok();
        }
        log
    }

    /// Sets the files, and writes to them what came before; without a file, nothing is kept.
    pub(crate) fn write_to(&self, files: Vec<File>) {
        let mut place = self.lock();
        let mut new = if files.is_empty() {
            Place::Nowhere
        } else {
            Place::Files(files)
        };
        if let (Place::Memory(before), Place::Files(files)) = (&*place, &mut new) {
            for file in files {
                // A log that cannot be written must not end the run.
                file.write_all(before).ok();
            }
        }
        *place = new;
    }

    /// Writes to standard error, for whoever started this process.
    pub(crate) fn write_to_parent(&self) {
        *self.lock() = Place::Parent;
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for RunLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *self.lock() {
            Place::Memory(before) => before.write(bytes),
            Place::Files(files) => {
                for file in files {
                    // As above.
                    file.write_all(bytes).ok();
                }
                Ok(bytes.len())
            }
            Place::Parent => io::stderr().write(bytes),
            Place::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for RunLog {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
