//! The records that reporters deliver, defined once.
//!
//! Field names are part of the format: other tools read them. A change that breaks a reader raises
//! [`RECORD_VERSION`]; a new field does not.
//!
//! - [`RawEvent`] and [`Event`]: one operation, as an I/O thread keeps it and as a reader sees it.
//! - [`MessageRecord`]: what a script of the test sent.
//! - [`MetricRecord`], [`CommonRecord`], [`ErrorRecord`], [`CustomRecord`], [`SystemRecord`]: one series at the end of a run, together [`FinalRecords`].
//! - [`ThresholdRecord`]: one rule of the verdict.
//! - [`LifecycleRecord`]: when the run and its stages begin and end.
//! - [`RunRecord`]: the run that they all belong to, with its verdict.
//! - [`NameTable`]: what a series index stands for.

mod event;
mod interval;
mod last;
mod lifecycle;
mod message;
mod names;
mod raw;
mod run;
mod trace;
mod wall_time;

pub use event::{Event, EventError, EventId};
pub use interval::{HistogramRecord, IntervalRecord, IntervalTimes};
pub use last::{
    CommonRecord, CustomRecord, ErrorRecord, FinalRecords, Group, MetricRecord, SystemRecord,
    ThresholdRecord,
};
pub use lifecycle::{Lifecycle, LifecycleRecord};
pub use message::MessageRecord;
pub use names::{NameTable, Names, SeriesName};
pub use raw::{EventKind, Outcome, PhaseTimes, RawEvent};
pub use run::{RunRecord, RunVerdict};
pub use trace::TraceIds;
pub use wall_time::WallTime;

/// Names and values that the test gave to something, by name.
pub type Tags = std::collections::BTreeMap<String, String>;

/// Counts the incompatible changes of the records' field names and meanings.
pub const RECORD_VERSION: u32 = 1;
