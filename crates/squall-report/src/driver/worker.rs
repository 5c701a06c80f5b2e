//! The loop of a driver's thread.

use std::sync::mpsc::{Receiver, RecvTimeoutError};

use super::delivery::Delivery;
use super::pending::Pending;
use super::{DriverSettings, Ending, RunContext};
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
    Add(EventPart),
    AddMessage(Box<MessageRecord>),
    SendIntervals(Vec<IntervalRecord>),
    SendLifecycle(Box<LifecycleRecord>),
    Flush,
    Finish(Option<Box<FinalRecords>>),
}

#[derive(Debug)]
pub(super) struct Worker {
    pub(super) queue: Receiver<Message>,
    pub(super) delivery: Delivery,
    pub(super) context: RunContext,
    pub(super) settings: DriverSettings,
    /// The reporter's own limit.
    pub(super) max_batch_records: Option<usize>,
}

impl Worker {
    /// Delivers until told to finish, or until every sender is gone, and closes the reporter.
    pub(super) fn run(mut self) -> (Ending, Option<String>) {
        let mut pending = Pending::default();
        let records = loop {
            match self.next(&pending) {
                Next::Add(part) => {
                    pending.push(part);
                    self.send_full(&mut pending);
                }
                Next::AddMessage(message) => {
                    pending.push_message(*message);
                    if pending.messages() >= self.batch_count() {
                        self.send_messages(&mut pending);
                    }
                }
                // They come once a second: as soon as they are there somebody may want to look at them.
                Next::SendIntervals(intervals) => self.send_intervals(intervals),
                Next::SendLifecycle(record) => self.send_lifecycle(*record),
                Next::Flush => self.send_all(&mut pending),
                Next::Finish(records) => break records,
            }
        };
        // A producer that was in the middle of sending when the driver was told to finish comes after that message.
        while let Ok(message) = self.queue.try_recv() {
            match message {
                Message::Events(part) => pending.push(part),
                Message::FromScript(message) => pending.push_message(*message),
                Message::Intervals(intervals) => self.send_intervals(intervals),
                Message::Lifecycle(record) => self.send_lifecycle(*record),
                Message::Finish(_) => {}
            }
        }
        self.send_all(&mut pending);
        if let Some(records) = records {
            self.send_final(*records);
        }
        self.delivery.close()
    }

    fn next(&self, pending: &Pending) -> Next {
        let received = match pending.time_left(self.settings.batch_age) {
            None => self
                .queue
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
            Some(left) => self.queue.recv_timeout(left),
        };
        match received {
            Ok(Message::Events(part)) => Next::Add(part),
            Ok(Message::FromScript(message)) => Next::AddMessage(message),
            Ok(Message::Intervals(intervals)) => Next::SendIntervals(intervals),
            Ok(Message::Lifecycle(record)) => Next::SendLifecycle(record),
            Ok(Message::Finish(records)) => Next::Finish(Some(records)),
            Err(RecvTimeoutError::Timeout) => Next::Flush,
            Err(RecvTimeoutError::Disconnected) => Next::Finish(None),
        }
    }

    fn batch_count(&self) -> usize {
        let limit = self.max_batch_records.unwrap_or(usize::MAX);
        self.settings.batch_count.min(limit).max(1)
    }

    fn send_full(&mut self, pending: &mut Pending) {
        while pending.len() >= self.batch_count() {
            self.send_one(pending);
        }
    }

    fn send_all(&mut self, pending: &mut Pending) {
        while pending.len() > 0 {
            self.send_one(pending);
        }
        self.send_messages(pending);
    }

    fn send_intervals(&mut self, mut intervals: Vec<IntervalRecord>) {
        while !intervals.is_empty() {
            let rest = intervals.split_off(intervals.len().min(self.batch_count()));
            let run = self.context.run.clone();
            let batch = IntervalBatch::new(run, std::mem::replace(&mut intervals, rest));
            self.delivery.deliver(Batch::Intervals(batch));
        }
    }

    fn send_messages(&mut self, pending: &mut Pending) {
        let mut messages = pending.take_messages();
        while !messages.is_empty() {
            let rest = messages.split_off(messages.len().min(self.batch_count()));
            let run = self.context.run.clone();
            let batch = MessageBatch::new(run, std::mem::replace(&mut messages, rest));
            self.delivery.deliver(Batch::Messages(batch));
        }
    }

    fn send_lifecycle(&mut self, record: LifecycleRecord) {
        let batch = LifecycleBatch::new(self.context.run.clone(), vec![record]);
        self.delivery.deliver(Batch::Lifecycle(batch));
    }

    fn send_one(&mut self, pending: &mut Pending) {
        let parts = pending.take(self.batch_count());
        let names = self.context.names.names();
        let batch = EventBatch::from_parts(self.context.run.clone(), names, parts);
        self.delivery.deliver(Batch::Events(batch));
    }

    fn send_final(&mut self, records: FinalRecords) {
        let mut rest = FinalBatch::new(&self.context.run, records);
        if let Some(limit) = self.max_batch_records {
            while rest.len() > limit.max(1) {
                let (first, others) = rest.split_at(limit.max(1));
                self.delivery.deliver(Batch::Final(first));
                rest = others;
            }
        }
        self.delivery.deliver(Batch::Final(rest));
    }
}
