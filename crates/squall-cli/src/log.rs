//! The log: to the run's directory once there is one; `SQUALL_LOG` sends it to standard error.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Writes to the file of the run, once there is one.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunLog(Arc<Mutex<Place>>);

/// Where lines go.
#[derive(Debug)]
enum Place {
    /// Here, until there is a file: a run begins before its directory is known here.
    Memory(Vec<u8>),
    File(File),
    Parent,
    Nowhere,
}

impl Default for Place {
    fn default() -> Self {
        Self::Memory(Vec::new())
    }
}

impl RunLog {
    /// Starts the log of this process; a second one in the same process stays silent.
    pub(crate) fn install() -> Self {
        let log = Self::default();
        let wanted = std::env::var("SQUALL_LOG").ok();
        let filter = EnvFilter::new(
            wanted
                .as_deref()
                .unwrap_or("squall=info,squall_run=info,squall_engine=info"),
        );
        let builder = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false);
        // A process that runs several commands has its log already.
        if wanted.is_some() {
            builder.with_writer(io::stderr).try_init().ok();
        } else {
            builder.with_writer(log.clone()).try_init().ok();
        }
        log
    }

    /// Sets the file, and writes to it what came before; without a file, nothing is kept.
    pub(crate) fn write_to(&self, file: io::Result<File>) {
        let mut place = self.lock();
        let mut new = file.map_or(Place::Nowhere, Place::File);
        if let (Place::Memory(before), Place::File(file)) = (&*place, &mut new) {
            // A log that cannot be written must not end the run.
            file.write_all(before).ok();
        }
        *place = new;
    }

    /// Writes to standard error, which the process that started this one reads.
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
            Place::File(file) => file.write(bytes),
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
