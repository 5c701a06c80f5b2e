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
        let paused = pauses
            .map(|pause| between(span.start.max(pause.start)..span.end.min(pause.end)))
            .sum::<f64>();
        (all - paused).max(0.0)
    }
}
