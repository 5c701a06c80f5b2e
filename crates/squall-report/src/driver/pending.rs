//! Events and messages that wait for their batch to be full or old enough.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::estimate;
use crate::MessageRecord;
use crate::batch::EventPart;
use crate::records::Names;

/// What makes a batch full.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) records: usize,
    /// As they are estimated.
    pub(super) bytes: usize,
}

#[derive(Debug, Default)]
pub(super) struct Pending {
    parts: VecDeque<Weighed>,
    len: usize,
    bytes: usize,
    since: Option<Instant>,
    messages: Vec<MessageRecord>,
    message_bytes: usize,
}

/// A part with its estimated size.
#[derive(Debug)]
struct Weighed {
    part: EventPart,
    bytes: usize,
}

impl Pending {
    pub(super) fn push(&mut self, part: EventPart, names: &Names) {
        if part.range.is_empty() {
            return;
        }
        let events = part.events[part.range.clone()].iter();
        let bytes = events.map(|event| estimate::event(event, names)).sum();
        self.len += part.range.len();
        self.bytes += bytes;
        self.parts.push_back(Weighed { part, bytes });
        self.since.get_or_insert_with(now);
    }

    pub(super) fn push_message(&mut self, message: MessageRecord) {
        self.message_bytes += estimate::message(&message);
        self.messages.push(message);
        self.since.get_or_insert_with(now);
    }

    /// Says whether there are messages for a full batch.
    pub(super) fn has_full_messages(&self, limits: Limits) -> bool {
        self.messages.len() >= limits.records || self.message_bytes >= limits.bytes
    }

    /// Takes all messages.
    pub(super) fn take_messages(&mut self) -> Vec<MessageRecord> {
        let messages = std::mem::take(&mut self.messages);
        self.message_bytes = 0;
        self.since = (self.len > 0).then(now);
        messages
    }

    /// Says whether there are events.
    pub(super) fn has_events(&self) -> bool {
        self.len > 0
    }

    /// Says whether there are events for a full batch.
    pub(super) fn has_full_events(&self, limits: Limits) -> bool {
        self.len >= limits.records || self.bytes >= limits.bytes
    }

    /// Returns how much longer the oldest of them may wait; `None` when there is none.
    pub(super) fn time_left(&self, age: Duration) -> Option<Duration> {
        self.since.map(|since| age.saturating_sub(since.elapsed()))
    }

    /// Takes the first events, as many as fit in a batch, but one at least.
    pub(super) fn take(&mut self, limits: Limits, names: &Names) -> Vec<EventPart> {
        let mut taken = Vec::new();
        let mut room = limits;
        while let Some(next) = self.parts.pop_front() {
            if next.part.range.len() <= room.records && next.bytes <= room.bytes {
                room.records -= next.part.range.len();
                room.bytes -= next.bytes;
                self.len -= next.part.range.len();
                self.bytes -= next.bytes;
                taken.push(next.part);
                continue;
            }
            let (first, rest) = next.cut(room, taken.is_empty(), names);
            self.len -= first.part.range.len();
            self.bytes -= first.bytes;
            if !first.part.range.is_empty() {
                taken.push(first.part);
            }
            if !rest.part.range.is_empty() {
                self.parts.push_front(rest);
            }
            break;
        }
        self.since = (self.len > 0 || !self.messages.is_empty()).then(now);
        taken
    }
}

impl Weighed {
    /// Cuts off the first events, as many as there is room for; one more than none where `is_first`.
    fn cut(self, room: Limits, is_first: bool, names: &Names) -> (Self, Self) {
        let EventPart { events, range } = self.part;
        let (mut count, mut bytes) = (0, 0);
        for event in events[range.clone()].iter().take(room.records) {
            let more = estimate::event(event, names);
            if bytes + more > room.bytes && !(is_first && count == 0) {
                break;
            }
            count += 1;
            bytes += more;
        }
        let cut = range.start + count;
        let part = |range| EventPart {
            events: events.clone(),
            range,
        };
        let first = Self {
            part: part(range.start..cut),
            bytes,
        };
        let rest = Self {
            part: part(cut..range.end),
            bytes: self.bytes - bytes,
        };
        (first, rest)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the age of a batch decides when it leaves; nothing is measured with it"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}
