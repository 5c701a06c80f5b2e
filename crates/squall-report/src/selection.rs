//! Which of a run's records one reporter is sent.

use std::sync::Arc;
use std::time::Duration;

use crate::{EventKind, Outcome, RawEvent, Tags};

/// What one reporter is sent, of the kinds that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Which events.
    pub events: EventSelection,
    /// Whether those that are traced come as well, whatever else is selected.
    pub traced: bool,
    /// Whether intervals; `None` leaves it to the stage that sends.
    pub intervals: Option<bool>,
    /// How long an interval is: whole seconds.
    pub interval: Duration,
    /// Tags on everything, beside those of the test.
    pub tags: Tags,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            events: EventSelection::All,
            traced: false,
            intervals: None,
            interval: Duration::from_secs(1),
            tags: Tags::new(),
        }
    }
}

impl Selection {
    /// Says whether no event ever is selected.
    pub fn has_no_events(&self) -> bool {
        self.events.is_none() && !self.traced
    }

    /// Returns the events that are selected, in the same memory when all are.
    pub fn of(&self, events: Arc<Vec<RawEvent>>) -> Arc<Vec<RawEvent>> {
        if self.events == EventSelection::All {
            return events;
        }
        let takes =
            |event: &&RawEvent| self.events.takes(event) || (self.traced && event.trace.is_some());
        Arc::new(events.iter().filter(takes).cloned().collect())
    }
}

/// Which events a reporter is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EventSelection {
    /// All.
    All,
    /// None.
    None,
    /// Those that did not end well.
    Failed,
    /// Those of this share of the iterations (0 to 1): an iteration comes whole or not at all.
    Sample(f64),
}

impl EventSelection {
    /// Says whether an event is selected. The same iteration of a run is always judged alike, by every reporter.
    pub fn takes(self, event: &RawEvent) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Failed => event.outcome != Outcome::Ok,
            Self::Sample(share) => is_sampled(share, event.agent, event.user, event.iteration),
        }
    }

    /// Says whether no event ever is.
    pub fn is_none(self) -> bool {
        self == Self::None
    }
}

/// Says whether an iteration is in a sample of this share. Spreads by a hash, so that neighbours are independent; a
/// larger share contains every smaller one.
pub fn is_sampled(share: f64, agent: u32, user: u32, iteration: u64) -> bool {
    let ids = (u64::from(agent) << 32) | u64::from(user);
    let mixed = mix(mix(ids).wrapping_add(iteration));
    // 53 bits are what a double holds.
    ((mixed >> 11) as f64) < share * (1_u64 << 53) as f64
}

/// The finalizer of `SplitMix64` (Steele, Lea, Flood 2014): every bit of the result depends on every bit of the input.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

impl RawEvent {
    /// Says whether it is an operation: not a transaction around some, and not a check of one.
    pub fn is_operation(&self) -> bool {
        self.kind == EventKind::Operation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_about_its_share_and_is_part_of_every_larger_one() {
        let all = (0..20_u32).flat_map(|user| (0..5_000_u64).map(move |n| (user, n)));
        let (mut small, mut large) = (0_u32, 0_u32);
        for (user, iteration) in all {
            let (in_small, in_large) = (
                is_sampled(0.01, 0, user, iteration),
                is_sampled(0.2, 0, user, iteration),
            );
            assert!(in_large || !in_small);
            small += u32::from(in_small);
            large += u32::from(in_large);
        }
        // 100,000 draws: five standard deviations.
        assert!((843..1_157).contains(&small), "{small}");
        assert!((19_368..20_632).contains(&large), "{large}");
    }
}
