//! The records that reporters deliver, defined once.
//!
//! Field names are part of the format: other tools read them. A change that breaks a reader raises
//! [`RECORD_VERSION`]; a new field does not.
//!
//! - [`RawEvent`] and [`Event`]: one operation, as an I/O thread keeps it and as a reader sees it.
//! - [`MessageRecord`]: what a script of the test sent.
//! - [`MetricRecord`], [`CommonRecord`], [`ErrorRecord`], [`CustomRecord`], [`SystemRecord`]: one series at the end of a run, together [`FinalRecords`].
//! - [`RunRecord`]: the run that they all belong to.
//! - [`NameTable`]: what a series index stands for.

mod event;
mod interval;
mod last;
mod message;
mod names;
mod raw;
mod run;
mod wall_time;

pub use event::{Event, EventError, EventId};
pub use interval::{IntervalRecord, IntervalTimes};
pub use last::{
    CommonRecord, CustomRecord, ErrorRecord, FinalRecords, Group, MetricRecord, SystemRecord,
};
pub use message::MessageRecord;
pub use names::{NameTable, Names, SeriesName};
pub use raw::{Outcome, PhaseTimes, RawEvent};
pub use run::{RunRecord, RunVerdict};
pub use wall_time::WallTime;

/// Counts the incompatible changes of the records' field names and meanings.
pub const RECORD_VERSION: u32 = 1;
