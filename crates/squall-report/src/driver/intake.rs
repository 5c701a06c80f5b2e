//! The thread that makes batches of what producers send, and puts them in the backlog or on disk. It never waits for the
//! reporter.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use super::backlog::{End, Lot};
use super::counts::Place;
use super::pending::{Limits, Pending};
use super::shared::Shared;
use super::{DriverSettings, RunContext, estimate};
use crate::batch::EventPart;
use crate::{
    Batch, EventBatch, FinalBatch, FinalRecords, IntervalBatch, IntervalRecord, LifecycleBatch,
    LifecycleRecord, MessageBatch, MessageRecord,
};

/// What comes out of the queue.
#[derive(Debug)]
pub(super) enum Message {
    /// Events that were accepted.
    Events(EventPart),
    /// A message of a script that was accepted.
    FromScript(Box<MessageRecord>),
    /// Seconds of series that were accepted.
    Intervals(Vec<IntervalRecord>),
    /// A beginning or an end that was accepted.
    Lifecycle(Box<LifecycleRecord>),
    /// Nothing more will be accepted; these are the last records.
    Finish(Box<FinalRecords>),
}

/// What the loop does next.
#[derive(Debug)]
enum Next {
    Message(Message),
    Flush,
    End,
}

#[derive(Debug)]
pub(super) struct Intake {
    pub(super) queue: Receiver<Message>,
    pub(super) shared: Arc<Shared>,
    pub(super) context: RunContext,
    pub(super) settings: DriverSettings,
    /// The reporter's own limit.
    pub(super) max_batch_records: Option<usize>,
    /// Number of the next batch.
    pub(super) next_number: u64,
    pub(super) pending: Pending,
}

impl Drop for Intake {
    /// However it ends, the delivery thread must not wait for more.
    fn drop(&mut self) {
        if self.shared.backlog.ended().is_none() {
            self.shared.backlog.end(End::Unobserved);
        }
    }
}

impl Intake {
    /// Makes batches until told to finish, or until every sender is gone.
    pub(super) fn run(mut self) {
        let last = loop {
            match self.next() {
                Next::Message(Message::Finish(records)) => break Some(records),
                Next::Message(message) => {
                    self.take(message);
                    self.put_full();
                }
                Next::Flush => self.put_all(),
                Next::End => break None,
            }
        };
        // A producer that was in the middle of sending when the driver was told to finish comes after that message.
        while let Ok(message) = self.queue.try_recv() {
            self.take(message);
        }
        self.put_all();
        let end = match last {
            Some(records) => {
                self.put_final(*records);
                End::Observed
            }
            None => End::Unobserved,
        };
        self.shared.backlog.end(end);
    }

    fn next(&self) -> Next {
        let received = match self.pending.time_left(self.settings.batch_age) {
            None => self
                .queue
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
            Some(left) => self.queue.recv_timeout(left),
        };
        match received {
            Ok(message) => Next::Message(message),
            Err(RecvTimeoutError::Timeout) => Next::Flush,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Events(part) => self.pending.push(part, &self.context.names.names()),
            Message::FromScript(message) => self.pending.push_message(*message),
            // They come once a second: as soon as they are there somebody may want to look at them.
            Message::Intervals(intervals) => self.put_intervals(intervals),
            Message::Lifecycle(record) => self.put_lifecycle(*record),
            Message::Finish(_) => {}
        }
    }

    fn limits(&self) -> Limits {
        let own = self.max_batch_records.unwrap_or(usize::MAX);
        Limits {
            records: self.settings.batch_count.min(own).max(1),
            bytes: self.settings.batch_bytes.max(1),
        }
    }

    fn put_full(&mut self) {
        while self.pending.has_full_events(self.limits()) {
            self.put_events();
        }
        if self.pending.has_full_messages(self.limits()) {
            self.put_messages();
        }
    }

    fn put_all(&mut self) {
        while self.pending.has_events() {
            self.put_events();
        }
        self.put_messages();
    }

    fn put_events(&mut self) {
        let names = self.context.names.names();
        let parts = self.pending.take(self.limits(), &names);
        let batch = EventBatch::from_parts(self.context.run.clone(), names, parts);
        self.put(Batch::Events(batch));
    }

    fn put_messages(&mut self) {
        for messages in cut(
            self.pending.take_messages(),
            self.limits(),
            estimate::message,
        ) {
            let batch = MessageBatch::new(self.context.run.clone(), messages);
            self.put(Batch::Messages(batch));
        }
    }

    fn put_intervals(&mut self, intervals: Vec<IntervalRecord>) {
        for intervals in cut(intervals, self.limits(), estimate::interval) {
            let batch = IntervalBatch::new(self.context.run.clone(), intervals);
            self.put(Batch::Intervals(batch));
        }
    }

    fn put_lifecycle(&mut self, record: LifecycleRecord) {
        let batch = LifecycleBatch::new(self.context.run.clone(), vec![record]);
        self.put(Batch::Lifecycle(batch));
    }

    fn put_final(&mut self, records: FinalRecords) {
        let mut rest = FinalBatch::new(&self.context.run, records);
        if let Some(limit) = self.max_batch_records {
            while rest.len() > limit.max(1) {
                let (first, others) = rest.split_at(limit.max(1));
                self.put(Batch::Final(first));
                rest = others;
            }
        }
        self.put(Batch::Final(rest));
    }

    /// Puts a batch in the backlog, as what it is or as a file when memory is full.
    fn put(&mut self, batch: Batch) {
        let number = self.next_number;
        self.next_number += 1;
        let records = batch.len();
        let mut lot = Lot::in_memory(number, batch);
        let waiting = self.shared.backlog.records_in_memory();
        if self.shared.spool.is_some() && waiting + records > self.settings.queue_records {
            match self.shared.keep(&lot) {
                Ok(()) => {
                    self.shared.counters.spool(records);
                    lot = Lot::on_disk(number);
                }
                Err(why) => {
                    if let Some(why) = why {
                        self.shared.say(why.describe());
                    }
                    if !lot.is_last() {
                        return self.shared.counters.settle(Place::Memory, 0, records);
                    }
                }
            }
        }
        self.push(lot);
    }

    /// Appends a lot; when the end of the run no longer waits for it, it is kept all the same.
    fn push(&self, lot: Lot) {
        let Err(lot) = self.shared.backlog.push(lot) else {
            return;
        };
        if lot.place == Place::Memory {
            match self.shared.keep(&lot) {
                Ok(()) => self.shared.counters.spool(lot.len()),
                Err(_) => self.shared.counters.settle(Place::Memory, 0, lot.len()),
            }
        }
    }
}

/// Cuts records into batches.
fn cut<T>(records: Vec<T>, limits: Limits, estimate: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut batches = Vec::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for record in records {
        let more = estimate(&record);
        let is_full = batch.len() >= limits.records || bytes + more > limits.bytes;
        if is_full && !batch.is_empty() {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += more;
        batch.push(record);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}
