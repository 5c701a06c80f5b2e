//! What the run holds of a driver.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::pending::now;
use super::shared::Shared;
use super::worker::Message;
use super::{Counts, DeliveryReport, Ending};
use crate::batch::EventPart;
use crate::{
    Capabilities, FinalRecords, IntervalRecord, LifecycleRecord, MessageRecord, RawEvent,
    RecordKind,
};

/// What happened to events that were offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use]
pub struct Accepted {
    /// Entered the queue.
    pub accepted: usize,
    /// Did not fit, or came when the reporter was dead or finishing.
    pub dropped: usize,
}

/// Offers events to one reporter from any thread.
#[derive(Debug, Clone)]
pub struct EventSender {
    takes_events: bool,
    takes_messages: bool,
    takes_intervals: bool,
    takes_lifecycle: bool,
    shared: Arc<Shared>,
    queue: Sender<Message>,
}

impl EventSender {
    /// Offers events in the order in which one thread recorded them. Never waits.
    ///
    /// A reporter that takes no events is offered none: nothing is counted.
    pub fn events(&self, events: impl Into<Arc<Vec<RawEvent>>>) -> Accepted {
        if !self.takes_events {
            return Accepted::default();
        }
        let events = events.into();
        self.offer(events.len(), |accepted| {
            let range = 0..accepted;
            Message::Events(EventPart { events, range })
        })
    }

    /// Offers a message of a script. Never waits.
    ///
    /// A reporter that takes no messages is offered none: nothing is counted.
    pub fn message(&self, message: MessageRecord) -> Accepted {
        if !self.takes_messages {
            return Accepted::default();
        }
        self.offer(1, |_| Message::FromScript(Box::new(message)))
    }

    /// Offers seconds of series. Never waits.
    ///
    /// A reporter that takes no intervals is offered none: nothing is counted.
    pub fn intervals(&self, mut intervals: Vec<IntervalRecord>) -> Accepted {
        if !self.takes_intervals {
            return Accepted::default();
        }
        self.offer(intervals.len(), |accepted| {
            intervals.truncate(accepted);
            Message::Intervals(intervals)
        })
    }

    /// Offers a beginning or an end. Never waits.
    ///
    /// A reporter that takes none is offered none: nothing is counted.
    pub fn lifecycle(&self, record: LifecycleRecord) -> Accepted {
        if !self.takes_lifecycle {
            return Accepted::default();
        }
        self.offer(1, |_| Message::Lifecycle(Box::new(record)))
    }

    /// Says whether the reporter wants to know when the run and its stages begin and end.
    pub fn takes_lifecycle(&self) -> bool {
        self.takes_lifecycle
    }

    /// Says whether the reporter wants intervals.
    pub fn takes_intervals(&self) -> bool {
        self.takes_intervals
    }

    /// Says whether the reporter wants messages of scripts.
    pub fn takes_messages(&self) -> bool {
        self.takes_messages
    }

    /// Puts records in the queue, as many as there is room for.
    fn offer(&self, offered: usize, message: impl FnOnce(usize) -> Message) -> Accepted {
        let refused = Accepted {
            accepted: 0,
            dropped: offered,
        };
        if self.shared.is_closed() {
            self.shared.counters.refuse(offered);
            return refused;
        }
        let accepted = self.shared.counters.reserve(offered);
        if accepted > 0 && self.queue.send(message(accepted)).is_err() {
            self.shared.counters.settle(0, accepted);
            return refused;
        }
        Accepted {
            accepted,
            dropped: offered - accepted,
        }
    }
}

/// One running driver.
///
/// Dropped without [`finish`](Self::finish), it still delivers what is queued and closes the reporter, unobserved.
#[derive(Debug)]
pub struct DriverHandle {
    capabilities: Capabilities,
    sender: EventSender,
    done: Receiver<(Ending, Option<String>)>,
}

impl DriverHandle {
    pub(super) fn new(
        capabilities: Capabilities,
        shared: Arc<Shared>,
        queue: Sender<Message>,
        done: Receiver<(Ending, Option<String>)>,
    ) -> Self {
        let sender = EventSender {
            takes_events: capabilities.takes(RecordKind::Events),
            takes_messages: capabilities.takes(RecordKind::Messages),
            takes_intervals: capabilities.takes(RecordKind::Intervals),
            takes_lifecycle: capabilities.takes(RecordKind::Lifecycle),
            shared,
            queue,
        };
        Self {
            capabilities,
            sender,
            done,
        }
    }

    /// Returns the name of the reporter.
    pub fn name(&self) -> &str {
        &self.sender.shared.name
    }

    /// Says whether the reporter wants events; when none does, they need not be recorded.
    pub fn takes_events(&self) -> bool {
        self.sender.takes_events
    }

    /// Returns a sender for another thread.
    pub fn sender(&self) -> EventSender {
        self.sender.clone()
    }

    /// Offers events; see [`EventSender::events`].
    pub fn events(&self, events: impl Into<Arc<Vec<RawEvent>>>) -> Accepted {
        self.sender.events(events)
    }

    /// Returns what became of the records so far.
    pub fn counts(&self) -> Counts {
        self.sender.shared.counters.now()
    }

    /// Returns the last thing that went wrong so far.
    pub fn message(&self) -> Option<String> {
        self.sender.shared.message()
    }

    /// Delivers what is queued and the last records, closes the reporter, and waits for that up to `limit`.
    pub fn finish(self, records: FinalRecords, limit: Duration) -> DeliveryReport {
        self.close(records).wait(limit)
    }

    /// Begins to finish without waiting, so that several drivers finish at the same time.
    pub fn close(self, records: FinalRecords) -> Closing {
        let shared = self.sender.shared.clone();
        shared.close();
        let records = self.taken(records);
        let count = records.len();
        shared.counters.reserve_always(count);
        if self
            .sender
            .queue
            .send(Message::Finish(Box::new(records)))
            .is_err()
        {
            shared.counters.settle(0, count);
        }
        Closing {
            shared,
            done: self.done,
        }
    }

    /// Keeps what the reporter takes.
    fn taken(&self, records: FinalRecords) -> FinalRecords {
        let mut records = records.with_total_groups();
        if !self.capabilities.takes(RecordKind::Metrics) {
            records.metrics.clear();
        }
        if !self.capabilities.takes(RecordKind::Common) {
            records.common.clear();
        }
        if !self.capabilities.takes(RecordKind::Errors) {
            records.errors.clear();
        }
        if !self.capabilities.takes(RecordKind::Custom) {
            records.custom.clear();
        }
        if !self.capabilities.takes(RecordKind::System) {
            records.system.clear();
        }
        if !self.capabilities.takes(RecordKind::Thresholds) {
            records.thresholds.clear();
        }
        records
    }
}

/// A driver that delivers its last records.
#[derive(Debug)]
pub struct Closing {
    shared: Arc<Shared>,
    done: Receiver<(Ending, Option<String>)>,
}

impl Closing {
    /// Waits until everything is delivered or lost, at most `limit`; then the reporter is abandoned and what it
    /// still held counts as dropped.
    pub fn wait(self, limit: Duration) -> DeliveryReport {
        let (ending, location) = match self.done.recv_timeout(limit) {
            Ok(done) => done,
            Err(RecvTimeoutError::Disconnected) => (Ending::Failed, None),
            Err(RecvTimeoutError::Timeout) => return self.abandon(limit),
        };
        DeliveryReport::new(&self.shared, ending, location)
    }

    fn abandon(self, limit: Duration) -> DeliveryReport {
        let report = DeliveryReport::new(&self.shared, Ending::Abandoned, None);
        // Only now: the thread that this wakes up has its own last words.
        self.shared.abandon();
        let before = report.message.map(|text| format!("; before that: {text}"));
        let message = format!(
            "still busy {limit:?} after the end of the run{}",
            before.unwrap_or_default()
        );
        DeliveryReport {
            message: Some(message),
            ..report
        }
    }
}

/// Finishes all drivers at the same time, within one common limit, and reports in their order.
pub fn finish_all(
    handles: Vec<DriverHandle>,
    records: &FinalRecords,
    limit: Duration,
) -> Vec<DeliveryReport> {
    let begun = now();
    let closing: Vec<_> = handles
        .into_iter()
        .map(|handle| handle.close(records.clone()))
        .collect();
    closing
        .into_iter()
        .map(|closing| closing.wait(limit.saturating_sub(begun.elapsed())))
        .collect()
}
