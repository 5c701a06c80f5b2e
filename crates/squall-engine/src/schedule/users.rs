use std::ops::Range;

use super::{Ramp, Segment};

/// The closed model: which virtual users are to be active at a moment.
///
/// User number i is active while the level exceeds i: on a ramp from 0 to 100 the first user starts at once and the others
/// evenly until the end of the ramp; on the way down they leave in reverse order, the first one when the level is 0.
#[derive(Clone, Debug, PartialEq)]
pub struct UserSchedule {
    ramp: Ramp,
    segment: Segment,
}

impl UserSchedule {
    /// The users of one segment; the level of `ramp` is their number over all segments.
    pub fn new(ramp: Ramp, segment: Segment) -> Self {
        Self { ramp, segment }
    }

    /// How many users of this segment are to be active: those with the smallest numbers. 0 from the end on.
    pub fn users_at(&self, at_ns: u64) -> u64 {
        self.segment.share(self.everywhere(at_ns))
    }

    /// The next moment at which [`Self::users_at`] is another than at `after_ns`; `None` if it stays.
    pub fn next_change(&self, after_ns: u64) -> Option<u64> {
        let now = self.users_at(after_ns);
        self.first_where(after_ns, |at_ns| self.users_at(at_ns) != now)
    }

    /// When the user with this number (of all users, not of the segment's) is active, in order.
    pub fn active_spans(&self, number: u64) -> Vec<Range<u64>> {
        let is_active = |at_ns| self.segment.holds(number) && number < self.everywhere(at_ns);
        let mut spans = Vec::new();
        let mut start = if is_active(0) {
            Some(0)
        } else {
            self.first_where(0, is_active)
        };
        while let Some(from) = start {
            let to = self
                .first_where(from, |at_ns| !is_active(at_ns))
                .unwrap_or(self.ramp.end_ns());
            spans.push(from..to);
            start = self.first_where(to, is_active);
        }
        spans
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "levels are small and not negative"
    )]
    fn everywhere(&self, at_ns: u64) -> u64 {
        self.ramp.level(at_ns).ceil() as u64
    }

    /// The first moment after `after_ns` at which `holds` is true, given that it is false at `after_ns`.
    ///
    /// Within a piece the level rises or falls, hence `holds` changes at most once and can be bisected: the answer agrees with
    /// `holds` to the nanosecond, whatever the rounding.
    fn first_where(&self, after_ns: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
        for (first, last) in self.ramp.spans().filter(|&(_, last)| last > after_ns) {
            let (mut below, mut above) = (first.max(after_ns + 1), last);
            if holds(below) {
                return Some(below);
            }
            if !holds(above) {
                continue;
            }
            while above - below > 1 {
                let middle = below + (above - below) / 2;
                if holds(middle) {
                    above = middle;
                } else {
                    below = middle;
                }
            }
            return Some(above);
        }
        let end = self.ramp.end_ns();
        (end > after_ns && holds(end)).then_some(end)
    }
}
