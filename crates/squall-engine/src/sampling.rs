//! Which iterations are traced, and the ids of their spans.

use std::cell::Cell;

use squall_protocol::TraceIds;
use squall_protocol::values::IterationIds;

use crate::seed::mix;

/// How many iterations are traced, and what makes their ids unique.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceSampling {
    /// Share of the iterations, 0 to 1.
    pub share: f64,
    /// A number that no other run has, the same in all processes of one.
    pub run: u64,
}

/// The sampling of one I/O thread.
#[derive(Debug)]
pub(crate) struct Sampler {
    sampling: TraceSampling,
    thread: u32,
    spans: Cell<u64>,
}

/// Bits that a double holds exactly.
const MANTISSA_BITS: u32 = 53;

impl Sampler {
    /// Creates the sampler of a thread; `thread` is its number among those of all processes.
    pub(crate) fn new(sampling: TraceSampling, thread: u32) -> Self {
        Self {
            sampling,
            thread,
            spans: Cell::new(0),
        }
    }

    /// Returns the root of an iteration's trace, where it is sampled. An iteration is judged alike whoever asks and whenever.
    pub(crate) fn root(&self, scenario_seed: u64, ids: IterationIds) -> Option<TraceIds> {
        let drawn = mix(mix(self.sampling.run, scenario_seed), ids.iteration);
        let place = (drawn >> (u64::BITS - MANTISSA_BITS)) as f64;
        if place >= self.sampling.share * (1_u64 << MANTISSA_BITS) as f64 {
            return None;
        }
        let low = mix(drawn, 1);
        Some(TraceIds {
            trace_id: (u128::from(drawn) << u64::BITS | u128::from(low)).max(1),
            span_id: mix(low, 2).max(1),
            parent_id: 0,
        })
    }

    /// Returns a new span of an iteration that is sampled; `parent` 0 stands for the iteration itself.
    #[cold]
    pub(crate) fn span(
        &self,
        scenario_seed: u64,
        ids: IterationIds,
        parent: u64,
    ) -> Option<Box<TraceIds>> {
        let root = self.root(scenario_seed, ids)?;
        let number = self.spans.get();
        self.spans.set(number + 1);
        let own = mix(mix(self.sampling.run, u64::from(self.thread)), number);
        Some(Box::new(TraceIds {
            span_id: own.max(1),
            parent_id: if parent == 0 { root.span_id } else { parent },
            ..root
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn sampler(share: f64) -> Sampler {
        Sampler::new(TraceSampling { share, run: 7 }, 3)
    }

    fn ids(iteration: u64) -> IterationIds {
        IterationIds {
            iteration,
            ..IterationIds::default()
        }
    }

    #[test]
    fn the_share_of_iterations_is_sampled() {
        let sampler = sampler(0.1);
        let taken = (0..100_000).filter(|n| sampler.root(1, ids(*n)).is_some());
        // Five standard deviations of 100,000 draws.
        assert!((9_526..10_474).contains(&taken.count()));
    }

    #[test]
    fn spans_of_an_iteration_share_its_trace_and_are_unique() {
        let sampler = sampler(1.0);
        let root = sampler.root(1, ids(5)).unwrap();
        let mut seen = HashSet::from([root.span_id]);
        for _ in 0..1_000 {
            let span = sampler.span(1, ids(5), 0).unwrap();
            assert_eq!(
                (span.trace_id, span.parent_id),
                (root.trace_id, root.span_id)
            );
            assert!(seen.insert(span.span_id));
        }
        assert_ne!(sampler.root(1, ids(6)).unwrap().trace_id, root.trace_id);
        assert_ne!(sampler.root(2, ids(5)).unwrap().trace_id, root.trace_id);
    }
}
