//! Batches on disk that a backend did not take yet.
//!
//! One folder per reporter, one file per batch, `000000000042.batch`: numbers are the order. A file is written
//! under another name and renamed when it is whole, so that a process that is killed leaves whole files or none; it is
//! removed when the reporter has taken what is in it. What is no whole file is set aside as `….broken`, never read as
//! something else.
//!
//! - [`Spool`]: the folder; one process at a time holds it.
//! - `file`: header, checksum and `MessagePack` of one file.
//!
//! Nothing is forced to the disk (`fsync`): what was written survives the process, not a power cut.

mod error;
mod file;
mod folder;

pub use error::SpoolError;
pub use folder::{Spool, SpoolCounts};
