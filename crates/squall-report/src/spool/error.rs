//! Why the spool could not do something.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// What went wrong with a spool.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// The system refused.
    #[error("cannot {what} `{path}` of the spool", path = .path.display())]
    Io {
        /// `read`, `write`, …
        what: &'static str,
        /// The file or the folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error(
        "the spool `{path}` is in use: wait until the run or the resend that has it is over",
        path = .path.display()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// There is no room for more.
    #[error("the spool is full ({mib} MiB): raise `spool_mib`", mib = .limit >> 20)]
    Full {
        /// Bytes that it may have.
        limit: u64,
    },
    /// A file is torn or foreign.
    #[error("`{path}` is no whole file of a spool, {why}: set aside as `.broken`", path = .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A batch cannot be written as `MessagePack`.
    #[error("a batch cannot be written to the spool: {why}")]
    Encode {
        /// What is wrong with it.
        why: String,
    },
}

impl SpoolError {
    /// Returns the message followed by its cause, in one line.
    pub fn describe(&self) -> String {
        match self {
            Self::Io { source, .. } => format!("{self}: {source}"),
            other => other.to_string(),
        }
    }
}
