//! What the I/O threads hand over.

use std::fmt;

use squall_metrics::IntervalPart;

/// Why a part is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Its interval is over; the thread goes on with the next.
    Complete,
    /// Somebody asked; more of the same interval follows.
    Partial,
    /// The thread has ended.
    Last,
}

/// Takes what the I/O threads hand over; called on those threads, so it must return at once.
pub trait PartSink: fmt::Debug + Send + Sync {
    /// Takes a part.
    fn take(&self, part: IntervalPart, kind: PartKind);
}
