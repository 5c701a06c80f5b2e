//! Events and messages that wait for their batch to be full or old enough.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::MessageRecord;
use crate::batch::EventPart;

#[derive(Debug, Default)]
pub(super) struct Pending {
    parts: VecDeque<EventPart>,
    len: usize,
    since: Option<Instant>,
    messages: Vec<MessageRecord>,
}

impl Pending {
    pub(super) fn push(&mut self, part: EventPart) {
        if part.range.is_empty() {
            return;
        }
        self.len += part.range.len();
        self.parts.push_back(part);
        self.since.get_or_insert_with(now);
    }

    pub(super) fn push_message(&mut self, message: MessageRecord) {
        self.messages.push(message);
        self.since.get_or_insert_with(now);
    }

    /// Counts the messages.
    pub(super) fn messages(&self) -> usize {
        self.messages.len()
    }

    /// Takes all messages.
    pub(super) fn take_messages(&mut self) -> Vec<MessageRecord> {
        let messages = std::mem::take(&mut self.messages);
        self.since = (self.len > 0).then(now);
        messages
    }

    /// Counts the events.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns how much longer the oldest of them may wait; `None` when there is none.
    pub(super) fn time_left(&self, age: Duration) -> Option<Duration> {
        self.since.map(|since| age.saturating_sub(since.elapsed()))
    }

    /// Takes the first `count` events, or all when there are fewer.
    pub(super) fn take(&mut self, count: usize) -> Vec<EventPart> {
        let mut taken = Vec::new();
        let mut room = count.min(self.len);
        self.len -= room;
        while room > 0
            && let Some(mut part) = self.parts.pop_front()
        {
            let cut = part.range.start + room.min(part.range.len());
            let range = part.range.start..cut;
            room -= range.len();
            if cut < part.range.end {
                part.range.start = cut;
                self.parts.push_front(EventPart {
                    events: part.events.clone(),
                    range: part.range,
                });
            }
            taken.push(EventPart {
                events: part.events,
                range,
            });
        }
        self.since = (self.len > 0 || !self.messages.is_empty()).then(now);
        taken
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the age of a batch decides when it leaves; nothing is measured with it"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}
