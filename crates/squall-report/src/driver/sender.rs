//! What producers hold of a driver.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::counts::Place;
use super::intake::Message;
use super::shared::Shared;
use crate::batch::EventPart;
use crate::{
    Capabilities, EventSelection, IntervalRecord, LifecycleRecord, MessageRecord, RawEvent,
    RecordKind, Selection,
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
    /// What it is sent; no events where the reporter takes none.
    pub(super) selection: Arc<Selection>,
    takes_messages: bool,
    takes_intervals: bool,
    takes_lifecycle: bool,
    pub(super) shared: Arc<Shared>,
    pub(super) queue: Sender<Message>,
}

impl EventSender {
    pub(super) fn new(
        capabilities: &Capabilities,
        selection: &Selection,
        shared: Arc<Shared>,
        queue: Sender<Message>,
    ) -> Self {
        let mut selection = selection.clone();
        if !capabilities.takes(RecordKind::Events) {
            (selection.events, selection.traced) = (EventSelection::None, false);
        }
        Self {
            takes_messages: capabilities.takes(RecordKind::Messages),
            takes_intervals: capabilities.takes(RecordKind::Intervals)
                && selection.intervals != Some(false),
            takes_lifecycle: capabilities.takes(RecordKind::Lifecycle),
            selection: Arc::new(selection),
            shared,
            queue,
        }
    }

    /// Offers events in the order in which one thread recorded them. Never waits.
    ///
    /// A reporter is offered only what is selected for it, and only that is counted.
    pub fn events(&self, events: impl Into<Arc<Vec<RawEvent>>>) -> Accepted {
        if self.selection.has_no_events() {
            return Accepted::default();
        }
        let events = self.selection.of(events.into());
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
            self.shared.counters.settle(Place::Memory, 0, accepted);
            return refused;
        }
        Accepted {
            accepted,
            dropped: offered - accepted,
        }
    }
}
