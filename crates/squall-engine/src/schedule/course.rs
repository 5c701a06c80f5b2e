use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Ramp;

/// What somebody changed of a scenario's load while it went, in the order in which it was said.
///
/// Each change holds from an instant on. All shares of a scenario get the same course, hence they add up to what was asked for, as
/// those of the plan do. A course is always given whole: one that was given twice, or to a share that starts late, changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    changes: Vec<Change>,
}

/// A change that holds from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Nanoseconds since the start of the scenario.
    pub at_ns: u64,
    /// What holds then.
    pub to: Steer,
}

/// What can be changed of a load.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Steer {
    /// This level, of users or of iterations a second over all shares, until the load ends.
    Level(f64),
    /// No iteration starts.
    Pause,
    /// Iterations start again.
    Resume,
}

impl Course {
    /// Adds a change. One for an instant before the last one holds from that one on.
    pub fn push(&mut self, at_ns: u64, to: Steer) {
        let last = self.changes.last().map_or(0, |change| change.at_ns);
        let at_ns = at_ns.max(last);
        self.changes.push(Change { at_ns, to });
    }

    /// Tells whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns the highest level that somebody asked for, rounded up; `None` where nobody did.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "levels are small and not negative"
    )]
    pub fn peak(&self) -> Option<u64> {
        let levels = self.changes.iter().filter_map(|change| match change.to {
            Steer::Level(level) => Some(level.ceil() as u64),
            Steer::Pause | Steer::Resume => None,
        });
        levels.max()
    }

    /// Returns the levels that hold instead of the planned ones; pauses are no part of it.
    pub fn ramp(&self, planned: &Ramp) -> Ramp {
        let mut ramp = planned.clone();
        for change in &self.changes {
            if let Steer::Level(level) = change.to {
                ramp = ramp.holding(change.at_ns, level);
            }
        }
        ramp
    }

    /// Returns when no iteration starts, in order; the last pause may have no end yet, which is `u64::MAX`.
    pub fn pauses(&self) -> Vec<Range<u64>> {
        let mut pauses: Vec<Range<u64>> = Vec::new();
        for change in &self.changes {
            let open = pauses.last_mut().filter(|pause| pause.end == u64::MAX);
            match (change.to, open) {
                (Steer::Pause, None) => pauses.push(change.at_ns..u64::MAX),
                (Steer::Resume, Some(pause)) => pause.end = change.at_ns,
                _ => {}
            }
        }
        pauses.retain(|pause| !pause.is_empty());
        pauses
    }

    /// Returns the iterations that a rate makes due in a span: those of pauses are not.
    pub fn due(&self, planned: &Ramp, span: Range<u64>) -> f64 {
        let ramp = self.ramp(planned);
        let between = |span: Range<u64>| {
            if span.is_empty() {
                return 0.0;
            }
            ramp.integral(span.end) - ramp.integral(span.start)
        };
        let all = between(span.clone());
        let pauses = self.pauses().into_iter();
        let left_out: f64 = pauses
            .map(|pause| between(span.start.max(pause.start)..span.end.min(pause.end)))
            .sum();
        (all - left_out).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use squall_plan::{RampStage, Spacing, Span};

    use super::*;
    use crate::schedule::{Arrival, Arrivals, Segment, UserSchedule};

    const SECOND: u64 = 1_000_000_000;

    fn planned() -> Ramp {
        let stage = |seconds, target| RampStage {
            duration: Span::from_secs(seconds),
            target,
        };
        Ramp::new(0.0, &[stage(4, 40.0), stage(4, 40.0), stage(2, 0.0)])
    }

    fn course(changes: &[(u64, Steer)]) -> Course {
        let mut course = Course::default();
        for (at_ns, to) in changes {
            course.push(*at_ns, *to);
        }
        course
    }

    /// Arrivals of a share that learns of each new level when it has come to it.
    fn steered(changes: &[(u64, f64)], spacing: Spacing, segment: Segment) -> Vec<Arrival> {
        let mut arrivals = Arrivals::new(planned(), spacing, 7, segment);
        let (mut known, mut left) = (Course::default(), changes.iter());
        let (mut taken, mut next) = (Vec::new(), arrivals.next());
        loop {
            let change = left.next();
            let until = change.map_or(u64::MAX, |(at_ns, _)| *at_ns);
            while let Some(due) = next.filter(|due| due.intended_ns < until) {
                taken.push(due);
                next = arrivals.next();
            }
            let Some((at_ns, level)) = change else {
                return taken;
            };
            known.push(*at_ns, Steer::Level(*level));
            arrivals.steer(known.ramp(&planned()), next.map(|next| next.number));
            next = arrivals.next();
        }
    }

    fn changes() -> impl Strategy<Value = Vec<(u64, f64)>> {
        proptest::collection::vec((0..11 * SECOND, prop_oneof![Just(0.0), 0.5..90.0]), 0..5)
            .prop_map(|mut changes| {
                changes.sort_by_key(|(at_ns, _)| *at_ns);
                changes
            })
    }

    proptest! {
        #[test]
        fn shares_that_are_steered_on_their_way_add_up_to_the_new_schedule(changes in changes(), count in 1_u32..5) {
            let levels: Vec<_> = changes.iter().map(|(at_ns, level)| (*at_ns, Steer::Level(*level))).collect();
            let ramp = course(&levels).ramp(&planned());
            for spacing in [Spacing::Even, Spacing::Poisson] {
                let whole: Vec<Arrival> = Arrivals::new(ramp.clone(), spacing, 7, Segment::WHOLE).collect();
                let shares = Segment::WHOLE.split(count).map(|share| steered(&changes, spacing, share));
                let mut all: Vec<Arrival> = shares.flatten().collect();
                all.sort_unstable();
                prop_assert_eq!(all.len(), whole.len());
                for (one, other) in all.iter().zip(&whole) {
                    prop_assert_eq!(one.number, other.number);
                    // Before the change the old ramp said it: cutting a piece moves the roots by rounding.
                    prop_assert!(one.intended_ns.abs_diff(other.intended_ns) <= 2, "{one:?} {other:?}");
                }
            }
        }

        #[test]
        fn a_level_holds_from_its_instant_to_the_planned_end(changes in changes(), at_ns in 0..12 * SECOND) {
            let levels: Vec<_> = changes.iter().map(|(at_ns, level)| (*at_ns, Steer::Level(*level))).collect();
            let ramp = course(&levels).ramp(&planned());
            let last = changes.iter().rev().find(|(from, _)| *from <= at_ns);
            let expect = match last {
                Some((_, level)) if at_ns < planned().end_ns() => *level,
                _ => planned().level(at_ns),
            };
            prop_assert!((ramp.level(at_ns) - expect).abs() < 1e-6, "{} {expect}", ramp.level(at_ns));
            prop_assert_eq!(ramp.end_ns(), planned().end_ns());
        }

        #[test]
        fn users_of_all_shares_are_the_level(changes in changes(), at_ns in 0..10 * SECOND, count in 1_u32..5) {
            let levels: Vec<_> = changes.iter().map(|(at_ns, level)| (*at_ns, Steer::Level(level.round()))).collect();
            let ramp = course(&levels).ramp(&planned());
            let shares = Segment::WHOLE.split(count);
            let users: u64 = shares.map(|share| UserSchedule::new(ramp.clone(), share).users_at(at_ns)).sum();
            prop_assert!((users as f64 - ramp.level(at_ns)).abs() <= 1.0);
        }

        #[test]
        fn what_is_due_is_what_arrives(changes in changes(), from in 0..9 * SECOND, length in 0..SECOND) {
            let levels: Vec<_> = changes.iter().map(|(at_ns, level)| (*at_ns, Steer::Level(*level))).collect();
            let course = course(&levels);
            let arrivals = Arrivals::new(course.ramp(&planned()), Spacing::Even, 7, Segment::WHOLE);
            let span = from..from + length;
            let found = arrivals.filter(|arrival| span.contains(&arrival.intended_ns)).count();
            let due = course.due(&planned(), span);
            prop_assert!((found as f64 - due).abs() <= 1.0 + 1e-6, "{found} {due}");
        }
    }

    #[test]
    fn pauses_begin_and_end_as_was_said() {
        use Steer::{Level, Pause, Resume};
        let pauses = |changes: &[(u64, Steer)]| course(changes).pauses();
        assert_eq!(pauses(&[(5, Level(2.0)), (9, Resume)]), []);
        assert_eq!(
            pauses(&[(5, Pause), (7, Pause), (9, Resume)]),
            vec![5..9; 1]
        );
        assert_eq!(
            pauses(&[(5, Pause), (9, Resume), (20, Pause)]),
            [5..9, 20..u64::MAX]
        );
        // What is for an instant that is over holds from the last one on.
        assert_eq!(pauses(&[(5, Pause), (3, Resume)]), []);
    }

    #[test]
    fn nothing_is_due_in_a_pause() {
        let course = course(&[(5 * SECOND, Steer::Pause), (6 * SECOND, Steer::Resume)]);
        let due = |from: u64, to: u64| course.due(&planned(), from * SECOND..to * SECOND);
        assert!((due(4, 8) - 120.0).abs() < 1e-6, "{}", due(4, 8));
        assert!(due(5, 6).abs() < 1e-9);
    }
}
