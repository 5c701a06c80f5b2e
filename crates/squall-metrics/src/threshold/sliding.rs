//! The sum of the last tallies.

use std::collections::VecDeque;

use super::tally::Tally;

/// The last tallies, and their sum: what leaves is taken away again, so that a second costs the same however long the window is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sliding {
    capacity: usize,
    tallies: VecDeque<Tally>,
    sum: Tally,
}

impl Sliding {
    /// A window of so many seconds.
    pub(super) fn new(seconds: u32) -> Self {
        Self {
            capacity: usize::try_from(seconds).unwrap_or(usize::MAX).max(1),
            tallies: VecDeque::new(),
            sum: Tally::default(),
        }
    }

    pub(super) fn push(&mut self, tally: Tally) {
        if self.tallies.len() == self.capacity
            && let Some(old) = self.tallies.pop_front()
        {
            self.take_away(&old);
        }
        self.sum.merge(&tally);
        self.tallies.push_back(tally);
    }

    fn take_away(&mut self, old: &Tally) {
        self.sum.all -= old.all;
        self.sum.part -= old.part;
        self.sum.tolerating -= old.tolerating;
        // Seconds are fractions: to add up the rest anew leaves no rounding behind.
        self.sum.seconds = self.tallies.iter().map(|tally| tally.seconds).sum();
        if !old.times.is_empty() {
            let rest = self.tallies.iter().map(|tally| &tally.times);
            self.sum.times.take_away(&old.times, rest);
        }
        if old.values.count() > 0 {
            let rest = self.tallies.iter().map(|tally| &tally.values);
            self.sum.values.take_away(&old.values, rest);
        }
    }

    pub(super) fn sum(&self) -> &Tally {
        &self.sum
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::histogram::Histogram;

    fn tally(times: &[u64], values: &[i16]) -> Tally {
        let mut histogram = Histogram::new();
        for time in times {
            histogram.record(*time);
        }
        let mut tally = Tally {
            seconds: 1.0,
            all: times.len() as u64,
            times: histogram.to_sparse(),
            ..Tally::default()
        };
        for value in values {
            tally.values.record(f64::from(*value) / 3.0);
        }
        tally
    }

    proptest! {
        #[test]
        fn the_sum_is_that_of_the_last_tallies_alone(
            seconds in prop::collection::vec((prop::collection::vec(0_u64..5_000, 0..5), prop::collection::vec(any::<i16>(), 0..4)), 0..25),
            capacity in 1_u32..8,
        ) {
            let tallies: Vec<Tally> = seconds.iter().map(|(times, values)| tally(times, values)).collect();
            let mut sliding = Sliding::new(capacity);
            for (at, one) in tallies.iter().enumerate() {
                sliding.push(one.clone());
                let mut expect = Tally::default();
                let from = (at + 1).saturating_sub(capacity as usize);
                for one in &tallies[from..=at] {
                    expect.merge(one);
                }
                prop_assert_eq!(sliding.sum(), &expect);
            }
        }
    }
}
