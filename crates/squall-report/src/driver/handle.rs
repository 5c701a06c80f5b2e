//! What the run holds of a driver.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::closing::Closing;
use super::counts::Place;
use super::intake::Message;
use super::pending::now;
use super::sender::{Accepted, EventSender};
use super::{Counts, DeliveryReport, Ending};
use crate::{Capabilities, FinalRecords, RawEvent, RecordKind};

/// One running driver.
///
/// Dropped without [`finish`](Self::finish), it still delivers what is queued and closes the reporter, unobserved.
#[derive(Debug)]
pub struct DriverHandle {
    pub(super) capabilities: Capabilities,
    pub(super) sender: EventSender,
    pub(super) flush_timeout: Duration,
    pub(super) done: Receiver<(Ending, Option<String>)>,
}

impl DriverHandle {
    /// Returns the name of the reporter.
    pub fn name(&self) -> &str {
        &self.sender.shared.name
    }

    /// Says whether the reporter wants events; when none does, they need not be recorded.
    pub fn takes_events(&self) -> bool {
        !self.sender.selection.has_no_events()
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

    /// Delivers what waits and the last records, closes the reporter, and waits for that up to `limit`, or
    /// [`DriverSettings::flush_timeout`](super::DriverSettings::flush_timeout) if that is shorter.
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
            shared.counters.settle(Place::Memory, 0, count);
        }
        shared.finish();
        Closing {
            shared,
            begun: now(),
            limit: self.flush_timeout,
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
