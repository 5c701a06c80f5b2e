//! Runs one reporter on threads of its own, so that it can be slow, refuse, hang or panic without touching the load, and
//! keeps what it does not take on disk.
//!
//! ```text
//! producers ── EventSender ──► queue ──► Intake ──► Backlog ──► Delivery ──► Reporter
//!               never waits             batches        │        retries
//!                                          └──► Spool ◄┴── what is left
//! ```
//!
//! - [`Driver::start`] opens the reporter and returns a [`DriverHandle`]; a reporter that cannot be opened is an
//!   error before any load, unless it is to be opened later ([`Opening`]).
//! - [`DriverHandle::events`] never waits and does no I/O: what does not fit into the queue is dropped and counted.
//! - The intake thread makes batches of [`DriverSettings::batch_count`] records, about [`DriverSettings::batch_bytes`]
//!   bytes, or what came in [`DriverSettings::batch_age`]. When [`DriverSettings::queue_records`] are in memory it writes
//!   batches to the [`Spool`](crate::Spool), up to [`DriverSettings::spool_bytes`].
//! - The delivery thread hands batches to the reporter, those on disk in their place in the order.
//! - [`DriverHandle::finish`] delivers what waits and the final records. When the time is over, what is left goes to the
//!   spool, for [`resend`].
//!
//! What the delivery thread does with the batch in hand:
//!
//! | the reporter says | with a spool | without one |
//! |---|---|---|
//! | took all, or some | counts them; drops what was refused; removes the file | the same |
//! | too large | cuts it in halves; a single record is dropped | the same |
//! | temporary | retries with growing, jittered delays, never sooner than the backend asked for | the same |
//! | temporary, retries used up | writes it to disk, keeps it first, tries again each [`RetrySettings::longest_delay`], and anew when the run ends | drops it, goes on with the next |
//! | permanent, or panics | never calls the reporter again; this and all that comes goes to disk | drops it and all that comes |
//! | nothing, at the deadline | abandons the reporter; this and all that waits goes to disk | drops all that waits |
//!
//! What goes to disk and finds it full or broken is dropped, counted and said. A reporter that hangs at the deadline may
//! still get its batch to the backend: after a resend that is there twice, with the same ids.
//!
//! Invariant: when a driver has finished, every record that was offered to it is delivered, dropped or in the spool.
//!
//! Several reporters share the memory of the events: offer the same `Arc<Vec<RawEvent>>` to each.

mod backlog;
mod backoff;
mod caller;
mod closing;
mod counts;
mod delivery;
mod estimate;
mod handle;
mod intake;
mod pending;
mod report;
mod resend;
mod sender;
mod settings;
mod shared;
mod start;

pub use closing::{Closing, finish_all};
pub use counts::Counts;
pub use handle::DriverHandle;
pub use report::{DeliveryReport, Ending};
pub use resend::resend;
pub use sender::{Accepted, EventSender};
pub use settings::{DriverSettings, Opening, RetrySettings, RunContext};
pub use start::{Driver, NewDriver, StartError, StartErrors};
