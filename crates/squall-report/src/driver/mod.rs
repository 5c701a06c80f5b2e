//! Runs one reporter on its own thread, so that it can be slow, refuse, hang or panic without touching the load.
//!
//! ```text
//! producers ── EventSender ──► queue (bounded, in records) ──► Worker ── Pending ──► Delivery ──► Reporter
//!                 never waits        shared ranges            own thread   batches     retries
//! ```
//!
//! - [`Driver::start`] opens the reporter and returns a [`DriverHandle`]; a reporter that cannot be opened is an
//!   error before any load.
//! - [`DriverHandle::events`] never waits: what does not fit into the queue is dropped and counted.
//! - A batch goes out when it has [`DriverSettings::batch_count`] records or is [`DriverSettings::batch_age`] old.
//! - A temporary error is retried with growing, jittered delays; when the attempts are used up the batch is
//!   dropped. After a permanent error or a panic the reporter is never called again.
//! - [`DriverHandle::finish`] delivers what is queued and the final records. A reporter that is not ready in time is
//!   abandoned.
//!
//! Invariant: when a driver has finished, every record that was offered to it is either delivered or dropped.
//!
//! Several reporters share the memory of the events: offer the same `Arc<Vec<RawEvent>>` to each.

mod backoff;
mod counts;
mod delivery;
mod handle;
mod pending;
mod report;
mod settings;
mod shared;
mod start;
mod worker;

pub use counts::Counts;
pub use handle::{Accepted, Closing, DriverHandle, EventSender, finish_all};
pub use report::{DeliveryReport, Ending};
pub use settings::{DriverSettings, RetrySettings, RunContext};
pub use start::{Driver, StartError};
