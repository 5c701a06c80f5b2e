//! What every reporter implements.

use std::fmt;

use crate::{Batch, ReporterError};

/// The kinds of record that a reporter can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// One [`Event`](crate::Event) per operation, while the run goes on.
    Events,
    /// [`MessageRecord`](crate::MessageRecord)s, while the run goes on.
    Messages,
    /// [`IntervalRecord`](crate::IntervalRecord)s, while the run goes on.
    Intervals,
    /// [`LifecycleRecord`](crate::LifecycleRecord)s, as they happen.
    Lifecycle,
    /// [`MetricRecord`](crate::MetricRecord)s, when it is over.
    Metrics,
    /// [`CommonRecord`](crate::CommonRecord)s, when it is over.
    Common,
    /// [`ErrorRecord`](crate::ErrorRecord)s, when it is over.
    Errors,
    /// [`CustomRecord`](crate::CustomRecord)s, when it is over.
    Custom,
    /// [`SystemRecord`](crate::SystemRecord)s, when it is over.
    System,
    /// [`ThresholdRecord`](crate::ThresholdRecord)s, when it is over.
    Thresholds,
}

impl RecordKind {
    /// Every kind, in the order in which documentation lists them.
    pub const ALL: [Self; 10] = [
        Self::Events,
        Self::Messages,
        Self::Intervals,
        Self::Lifecycle,
        Self::Metrics,
        Self::Common,
        Self::Errors,
        Self::Custom,
        Self::System,
        Self::Thresholds,
    ];

    /// Names the kind as settings and documentation spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Messages => "messages",
            Self::Intervals => "intervals",
            Self::Lifecycle => "lifecycle",
            Self::Metrics => "metrics",
            Self::Common => "common",
            Self::Errors => "errors",
            Self::Custom => "custom",
            Self::System => "system",
            Self::Thresholds => "thresholds",
        }
    }
}

/// What a reporter can do, as data that the driver reads once before [`Reporter::open`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// What it takes; it is never given anything else.
    pub kinds: Vec<RecordKind>,
    /// Records that one batch may have; `None` when the driver's setting decides for events and the final
    /// records come as one batch. A limit in bytes is told by [`ReporterError::TooLarge`], because only the
    /// reporter knows its encoding.
    pub max_batch_records: Option<usize>,
}

impl Capabilities {
    /// Says whether a kind is taken.
    pub fn takes(&self, kind: RecordKind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// What became of a batch that the backend answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Records that the backend took.
    pub records: usize,
    /// Why it refused the others, when it took only some; they count as dropped.
    pub refused: Option<String>,
}

impl Delivered {
    /// Says that the backend took the whole batch.
    pub fn all(batch: &Batch) -> Self {
        Self {
            records: batch.len(),
            refused: None,
        }
    }

    /// Says that the backend took only so many records of the batch, and why.
    pub fn only(records: usize, why: impl Into<String>) -> Self {
        Self {
            records,
            refused: Some(why.into()),
        }
    }
}

/// A place where results go.
///
/// All calls but `capabilities` come from one thread, in the order `open`, any number of `send`, `close`. The
/// driver queues, batches, retries and counts; a reporter does none of that. It may block: the driver's thread
/// is its own. It may be abandoned in the middle of a call when the run's deadline passes.
///
/// `Debug` must not show secrets.
pub trait Reporter: Send + fmt::Debug {
    /// Says what the reporter takes. Does no I/O.
    fn capabilities(&self) -> Capabilities;

    /// Says which share of the iterations (0 to 1) it wants traced: their requests carry `traceparent`, and their events
    /// [`TraceIds`](crate::TraceIds). Does no I/O.
    fn trace_share(&self) -> f64 {
        0.0
    }

    /// Tells which share of the iterations (0 to 1) its events are of, where that is not all, before it is opened. Does no I/O.
    fn expect_share(&mut self, _share: f64) {}

    /// Tells, before it is opened, that it goes on with a run: what it delivered of it stays. Does no I/O.
    fn resume(&mut self) {}

    /// Gets ready, before the load starts: connects, creates files. A failure stops the run before any load.
    ///
    /// # Errors
    /// Says why results could not be delivered here. A temporary error is retried.
    fn open(&mut self) -> Result<(), ReporterError>;

    /// Delivers one batch; returns when the backend has it.
    ///
    /// # Errors
    /// Says why nothing of the batch counts as delivered. After a temporary error the same batch comes again.
    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError>;

    /// Releases everything and says where the results are, if a person can look there.
    ///
    /// # Errors
    /// Says what could not be completed. Not retried.
    fn close(&mut self) -> Result<Option<String>, ReporterError>;
}
