use squall_plan::CheckedBatches;

use super::{Arrival, Segment};

/// Batches of iterations: the arrivals of one segment, in order of their time.
///
/// Batch k has n(k) = min(size, first + k · step) iterations, due one `gap` after the other. The next batch is due after the last gap of
/// this one and a wait: `interval`, or min((k + 1) · `interval_step`, `interval`). Everything follows from the number of an iteration, so
/// that segments need not talk to each other.
#[derive(Clone, Debug)]
pub struct Batches {
    profile: CheckedBatches,
    segment: Segment,
    /// Next arrival of this segment.
    number: u64,
    batch: Batch,
}

/// One batch.
#[derive(Clone, Copy, Debug)]
struct Batch {
    index: u64,
    /// Number of its first iteration.
    first: u64,
    /// When that is due.
    start_ns: u64,
    /// How many there are.
    count: u64,
}

impl Batches {
    /// The batches of one segment; sizes are those of the whole.
    pub fn new(profile: CheckedBatches, segment: Segment) -> Self {
        Self {
            profile,
            segment,
            number: segment.number(0),
            batch: Batch {
                index: 0,
                first: 0,
                start_ns: 0,
                count: u64::from(profile.first.min(profile.size)).max(1),
            },
        }
    }

    /// Leaves out what is to start before a moment.
    pub fn skip_to(&mut self, from_ns: u64) {
        while self.arrival().intended_ns < from_ns {
            self.number += u64::from(self.segment.count);
        }
    }

    /// The arrival with the next number.
    fn arrival(&mut self) -> Arrival {
        while self.number >= self.batch.first + self.batch.count {
            self.batch = self.after(self.batch);
        }
        let within = self.number - self.batch.first;
        let gap = self.profile.gap.as_nanos();
        Arrival {
            number: self.number,
            intended_ns: self
                .batch
                .start_ns
                .saturating_add(within.saturating_mul(gap)),
        }
    }

    fn after(&self, batch: Batch) -> Batch {
        let profile = &self.profile;
        let index = batch.index + 1;
        let interval = profile.interval.as_nanos();
        let wait = match profile.interval_step {
            Some(step) => interval.min(step.as_nanos().saturating_mul(index)),
            None => interval,
        };
        let lasts = batch.count.saturating_mul(profile.gap.as_nanos());
        let grown = u64::from(profile.step).saturating_mul(index);
        Batch {
            index,
            first: batch.first + batch.count,
            start_ns: batch.start_ns.saturating_add(lasts).saturating_add(wait),
            count: u64::from(profile.first)
                .saturating_add(grown)
                .clamp(1, u64::from(profile.size.max(1))),
        }
    }
}

impl Iterator for Batches {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let arrival = self.arrival();
        self.number += u64::from(self.segment.count);
        Some(arrival)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use squall_plan::Span;

    use super::*;

    const MS: u64 = 1_000_000;

    fn profile(first: u32, step: u32, size: u32) -> CheckedBatches {
        CheckedBatches {
            size,
            first,
            step,
            interval: Span::from_millis(100),
            interval_step: None,
            gap: Span::ZERO,
        }
    }

    /// The moments in milliseconds of the first arrivals.
    fn moments(profile: CheckedBatches, count: usize) -> Vec<u64> {
        let arrivals = Batches::new(profile, Segment::WHOLE).take(count);
        arrivals.map(|arrival| arrival.intended_ns / MS).collect()
    }

    #[test]
    fn a_batch_is_due_at_once_and_the_next_one_after_the_interval() {
        assert_eq!(
            moments(profile(3, 0, 3), 8),
            [0, 0, 0, 100, 100, 100, 200, 200]
        );
    }

    #[test]
    fn batches_grow_by_their_step_up_to_their_size() {
        let expected = [0, 0, 100, 100, 100, 100, 200, 200, 200, 200, 200, 300];
        assert_eq!(moments(profile(2, 2, 5), 12), expected);
    }

    #[test]
    fn waits_grow_up_to_the_interval() {
        let growing = CheckedBatches {
            interval_step: Some(Span::from_millis(40)),
            ..profile(2, 0, 2)
        };
        // After the first batch 40 ms, then 80, then the whole interval each time.
        let expected = [0, 0, 40, 40, 120, 120, 220, 220, 320, 320];
        assert_eq!(moments(growing, 10), expected);
    }

    #[test]
    fn a_constant_spawn_rate_has_gaps_and_then_the_interval() {
        let spaced = CheckedBatches {
            gap: Span::from_millis(10),
            ..profile(3, 0, 3)
        };
        assert_eq!(moments(spaced, 7), [0, 10, 20, 130, 140, 150, 260]);
        let without_interval = CheckedBatches {
            interval: Span::ZERO,
            ..spaced
        };
        assert_eq!(moments(without_interval, 7), [0, 10, 20, 30, 40, 50, 60]);
    }

    fn any_profile() -> impl Strategy<Value = CheckedBatches> {
        let counts = (1_u32..20, 0_u32..5, 1_u32..30);
        (
            counts,
            1_u64..300,
            proptest::option::of(1_u64..100),
            0_u64..20,
        )
            .prop_map(
                |((first, step, size), interval, growing, gap)| CheckedBatches {
                    size,
                    first: first.min(size),
                    step,
                    interval: Span::from_millis(interval),
                    interval_step: growing.map(Span::from_millis),
                    gap: Span::from_millis(gap),
                },
            )
    }

    proptest! {
        #[test]
        fn segments_add_up_to_the_whole(profile in any_profile(), parts in 1_u32..6) {
            let whole: Vec<_> = Batches::new(profile, Segment::WHOLE).take(200).collect();
            let mut split: Vec<_> = Segment::WHOLE
                .split(parts)
                .flat_map(|segment| Batches::new(profile, segment).take(200))
                .collect();
            split.sort();
            split.truncate(200);
            split.sort_by_key(|arrival| arrival.number);
            prop_assert_eq!(split, whole);
        }

        #[test]
        fn what_is_skipped_is_what_was_due_before(profile in any_profile(), from_ms in 0_u64..5_000) {
            let from_ns = from_ms * MS;
            let mut skipped = Batches::new(profile, Segment::WHOLE);
            skipped.skip_to(from_ns);
            let expected: Vec<_> = Batches::new(profile, Segment::WHOLE)
                .skip_while(|arrival| arrival.intended_ns < from_ns)
                .take(10)
                .collect();
            prop_assert_eq!(skipped.take(10).collect::<Vec<_>>(), expected);
        }
    }
}
