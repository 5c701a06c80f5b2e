//! One record per operation, for those who ask for it; gathered per thread and handed over in batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};

use squall_metrics::{Outcome, SeriesId};
use squall_protocol::{Moments, TraceIds};

const BATCH: usize = 1_000;

/// What a record is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RecordedKind {
    /// One request and its answer.
    #[default]
    Operation,
    /// Steps timed as one.
    Transaction,
    /// An iteration that is traced; others have no record of their own.
    Iteration,
    /// A check of an answer, by its name; everything else is that of its operation.
    Check(Arc<str>),
}

/// One operation, transaction or check that is finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRecord {
    /// What it is about.
    pub kind: RecordedKind,
    /// What it counts towards.
    pub series: SeriesId,
    /// When things happened.
    pub moments: Moments,
    /// How it ended.
    pub outcome: Outcome,
    /// Status of the answer; 0 without one.
    pub status: u16,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Number of the virtual user.
    pub user: u64,
    /// Number of the iteration in its scenario.
    pub iteration: u64,
    /// The I/O thread and the number of the record on it: unique in a run.
    pub id: (u32, u64),
    /// Its place in a trace, where the iteration is sampled.
    pub trace: Option<Box<TraceIds>>,
    /// Class and message of the first failure.
    pub failure: Option<Box<(&'static str, String)>>,
}

/// Where records go: a bounded queue, and the count of records that did not fit.
#[derive(Clone, Debug)]
pub struct RecordQueue {
    /// Takes batches.
    pub batches: SyncSender<Vec<OperationRecord>>,
    /// Records handed over.
    pub handed: Arc<AtomicU64>,
    /// Records dropped because the queue was full.
    pub dropped: Arc<AtomicU64>,
}

/// The records of one thread that have not been handed over.
#[derive(Debug)]
pub(crate) struct RecordBuffer {
    queue: RecordQueue,
    thread: u32,
    next: u64,
    batch: Vec<OperationRecord>,
}

impl RecordBuffer {
    pub(crate) fn new(queue: RecordQueue, thread: u32) -> Self {
        Self {
            queue,
            thread,
            next: 0,
            batch: Vec::with_capacity(BATCH),
        }
    }

    pub(crate) fn push(&mut self, mut record: OperationRecord) {
        record.id = (self.thread, self.next);
        self.next += 1;
        self.batch.push(record);
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }

    /// Hands over what is there; never waits.
    pub(crate) fn flush(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        let count = batch.len() as u64;
        let counter = match self.queue.batches.try_send(batch) {
            Ok(()) => &self.queue.handed,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => &self.queue.dropped,
        };
        counter.fetch_add(count, Ordering::Release);
    }
}
