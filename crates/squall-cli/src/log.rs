//! The log: to the run's directory once there is one; `SQUALL_LOG` sends it to standard error.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Writes to the file that was set last; drops what comes before.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunLog(Arc<Mutex<Option<File>>>);

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

    /// Sets the file.
    pub(crate) fn write_to(&self, file: io::Result<File>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = file.ok();
    }
}

impl Write for RunLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(file) => file.write(bytes),
            None => Ok(bytes.len()),
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
