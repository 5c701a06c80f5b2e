//! What leaves a run for other tools, and how it gets there without slowing the load.
//!
//! In reading order:
//!
//! - [`records`]: the documented, versioned records ([`RECORD_VERSION`]). An I/O thread fills a plain
//!   [`RawEvent`]; everything that costs time (names, text, units) happens later, in [`Event`].
//! - [`Batch`]: what a reporter is given, and [`Selection`]: which records it is given at all.
//! - [`Reporter`]: the trait, with [`Capabilities`] as data and [`ReporterError`] as its only failure.
//! - [`driver`]: two threads per reporter with a bounded queue, batches, retries, and an exact account of
//!   what was delivered, what waits on disk and what was lost.
//! - [`spool`]: batches on disk that a backend did not take yet.
//!
//! Calls to a reporter are synchronous, on its driver's own thread: a file reporter just writes. A reporter
//! that needs an asynchronous client owns a current-thread runtime and blocks on it.
//!
//! Deliberately absent: any one reporter (they are in `squall-reporters`), the engine, and how metrics are
//! computed: [`MetricRecord`] is data that the run fills in.

mod batch;
pub mod driver;
mod error;
pub mod records;
mod reporter;
mod selection;
pub mod spool;
mod stored;

pub use batch::{Batch, EventBatch, FinalBatch, IntervalBatch, LifecycleBatch, MessageBatch};
pub use driver::{
    Accepted, Closing, Counts, DeliveryReport, Driver, DriverHandle, DriverSettings, Ending,
    EventSender, NewDriver, Opening, RetrySettings, RunContext, StartError, StartErrors,
    finish_all, resend,
};
pub use error::ReporterError;
pub use records::{
    CommonRecord, CustomRecord, ErrorRecord, Event, EventError, EventId, EventKind, FinalRecords,
    Group, HistogramRecord, IntervalRecord, IntervalTimes, Lifecycle, LifecycleRecord,
    MessageRecord, MetricRecord, NameTable, Names, Outcome, PhaseTimes, RECORD_VERSION, RawEvent,
    RunRecord, RunVerdict, SeriesName, SystemRecord, Tags, ThresholdRecord, TraceIds, WallTime,
};
pub use reporter::{Capabilities, Delivered, RecordKind, Reporter};
pub use selection::{EventSelection, Selection, is_sampled};
pub use spool::{Spool, SpoolCounts, SpoolError};
