//! Choosing one of several branches by weight.

use squall_plan::ChooseOrder;
use squall_protocol::values::Bindings;

/// Branches, their weights, and how one is chosen.
#[derive(Clone, Debug)]
pub(crate) struct Chooser {
    order: ChooseOrder,
    weights: Vec<f64>,
    targets: Vec<usize>,
    total: f64,
    /// Iterations of a batch, with that order.
    batch: u64,
}

/// How far a thread is in its turn through the branches.
#[derive(Clone, Debug)]
pub(crate) struct ChooserState {
    credits: Vec<f64>,
}

impl Chooser {
    pub(crate) fn new(order: ChooseOrder, weights: Vec<f64>, targets: Vec<usize>) -> Self {
        let total = weights.iter().sum();
        Self {
            order,
            weights,
            targets,
            total,
            batch: 1,
        }
    }

    /// Sets how many iterations of a batch take the same branch.
    #[must_use]
    pub(crate) fn with_batches_of(mut self, size: u32) -> Self {
        self.batch = u64::from(size.max(1));
        self
    }

    /// Creates the state of one thread; threads start at different branches.
    pub(crate) fn state(&self, thread: u32) -> ChooserState {
        let mut state = ChooserState {
            credits: vec![0.0; self.weights.len()],
        };
        for _ in 0..thread {
            self.next_in_turn(&mut state);
        }
        state
    }

    /// Chooses a branch and returns its first operation.
    pub(crate) fn choose(&self, state: &mut ChooserState, bindings: &mut Bindings) -> usize {
        let branch = match self.order {
            ChooseOrder::Cycle => self.next_in_turn(state),
            ChooseOrder::Random => self.random(bindings),
            ChooseOrder::Batches => self.of_batch(bindings.ids().iteration),
        };
        self.targets[branch]
    }

    /// Smooth weighted round robin: every branch earns its weight, the richest one runs and pays the sum of all weights.
    fn next_in_turn(&self, state: &mut ChooserState) -> usize {
        let mut richest = 0;
        for (branch, weight) in self.weights.iter().enumerate() {
            state.credits[branch] += weight;
            if state.credits[branch] > state.credits[richest] {
                richest = branch;
            }
        }
        state.credits[richest] -= self.total;
        richest
    }

    /// The branch of an iteration by its number, which is the same however the load is split.
    fn of_batch(&self, iteration: u64) -> usize {
        let branches = self.targets.len().max(1) as u64;
        usize::try_from(iteration / self.batch % branches).unwrap_or(0)
    }

    fn random(&self, bindings: &mut Bindings) -> usize {
        const RESOLUTION: u64 = 1 << 53;
        let mut left = bindings.random_below(RESOLUTION) as f64 / RESOLUTION as f64 * self.total;
        for (branch, weight) in self.weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return branch;
            }
        }
        self.weights.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_hold_the_shares_of_the_weights_in_every_window() {
        let chooser = Chooser::new(ChooseOrder::Cycle, vec![3.0, 1.0, 1.0], vec![0, 1, 2]);
        let mut state = chooser.state(0);
        let turns: Vec<_> = (0..1000)
            .map(|_| chooser.next_in_turn(&mut state))
            .collect();
        for window in turns.windows(5) {
            assert!((2..=4).contains(&window.iter().filter(|branch| **branch == 0).count()));
        }
        assert_eq!(turns.iter().filter(|branch| **branch == 0).count(), 600);
    }

    #[test]
    fn a_batch_takes_one_branch_and_the_next_batch_the_next() {
        let chooser =
            Chooser::new(ChooseOrder::Batches, vec![1.0; 2], vec![10, 20]).with_batches_of(3);
        let taken: Vec<_> = (0..9)
            .map(|i| chooser.targets[chooser.of_batch(i)])
            .collect();
        assert_eq!(taken, [10, 10, 10, 20, 20, 20, 10, 10, 10]);
    }

    #[test]
    fn equal_weights_take_turns_and_threads_start_apart() {
        let chooser = Chooser::new(ChooseOrder::Cycle, vec![1.0; 3], vec![0, 1, 2]);
        let turns = |thread| {
            let mut state = chooser.state(thread);
            (0..4)
                .map(|_| chooser.next_in_turn(&mut state))
                .collect::<Vec<_>>()
        };
        assert_eq!(turns(0), [0, 1, 2, 0]);
        assert_eq!(turns(1), [1, 2, 0, 1]);
    }
}
