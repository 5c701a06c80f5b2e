//! The values of one virtual user.

use std::cell::Cell as StdCell;
use std::rc::Rc;
use std::sync::Arc;

use rand::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Cell, Counter, Scope, Slot, Table};

/// Numbers that identify one iteration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IterationIds {
    /// Number of the virtual user, from 1, unique over the run.
    pub user: u64,
    /// Number of the iteration, from 0, unique over the scenario.
    pub iteration: u64,
    /// What the iteration's random choices are drawn from; equal seeds give equal choices.
    pub seed: u64,
}

/// What the virtual users of one scenario on one thread share.
#[derive(Debug)]
pub struct BindingsSettings {
    tables: Vec<Arc<Table>>,
    variables: usize,
    counters: Vec<(Counter, StdCell<u64>)>,
    stride: (u64, u64),
    wall_origin_ns: u64,
}

impl BindingsSettings {
    /// Creates the shared part for a scope. `stride` is this thread's share of counters: (index, count). `wall_origin_ns` is Unix
    /// time at zero of the run's clock.
    pub fn new(scope: &Scope, stride: (u64, u64), wall_origin_ns: u64) -> Self {
        Self {
            tables: scope
                .pools()
                .iter()
                .map(|(_, table)| Arc::clone(table))
                .collect(),
            variables: scope.variables().len(),
            counters: scope
                .counters()
                .iter()
                .map(|counter| (*counter, StdCell::new(0)))
                .collect(),
            stride,
            wall_origin_ns,
        }
    }

    fn next_count(&self, counter: usize) -> i64 {
        let (counter, used) = &self.counters[counter];
        let number = self.stride.0 + used.get() * self.stride.1;
        used.set(used.get() + 1);
        counter.start.wrapping_add(
            counter
                .step
                .wrapping_mul(i64::try_from(number).unwrap_or(i64::MAX)),
        )
    }
}

/// The values of one virtual user: variables live for one iteration, rows as the pool's order says.
#[derive(Debug)]
pub struct Bindings {
    shared: Rc<BindingsSettings>,
    slots: Vec<Slot>,
    rows: Vec<usize>,
    ids: IterationIds,
    /// Seeded when the iteration draws for the first time: most never do.
    rng: Option<Xoshiro256PlusPlus>,
}

impl Bindings {
    /// Creates the values of one virtual user.
    pub fn new(shared: Rc<BindingsSettings>) -> Self {
        let slots = (0..shared.variables).map(|_| Slot::default()).collect();
        let rows = vec![0; shared.tables.len()];
        Self {
            shared,
            slots,
            rows,
            ids: IterationIds::default(),
            rng: None,
        }
    }

    /// Starts an iteration: variables are forgotten, random choices start from the iteration's own seed.
    pub fn begin(&mut self, ids: IterationIds) {
        self.slots.iter_mut().for_each(Slot::clear);
        self.ids = ids;
        self.rng = None;
    }

    /// Chooses the row that this iteration sees of a pool.
    pub fn set_row(&mut self, pool: usize, row: usize) {
        self.rows[pool] = row;
    }

    /// Returns the row that this iteration sees of each pool.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Returns a variable's place.
    pub fn slot(&self, variable: usize) -> &Slot {
        &self.slots[variable]
    }

    /// Returns a variable's place for setting it.
    pub fn slot_mut(&mut self, variable: usize) -> &mut Slot {
        &mut self.slots[variable]
    }

    /// Returns a field of the current row of a pool.
    pub fn cell(&self, pool: usize, field: usize) -> Option<&Cell> {
        self.shared.tables[pool].cell(self.rows[pool], field)
    }

    /// Returns the numbers of the current iteration.
    pub fn ids(&self) -> IterationIds {
        self.ids
    }

    /// Draws evenly from `0..span`; 0 means the whole range of `u64`.
    ///
    /// Lemire's multiplication, whose bias of at most span/2⁶⁴ no run can see.
    pub fn random_below(&mut self, span: u64) -> u64 {
        let random = self.rng().next_u64();
        if span == 0 {
            return random;
        }
        u64::try_from((u128::from(random) * u128::from(span)) >> 64).unwrap_or(0)
    }

    fn rng(&mut self) -> &mut Xoshiro256PlusPlus {
        let seed = self.ids.seed;
        self.rng
            .get_or_insert_with(|| Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Draws 16 random bytes.
    pub fn random_bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.rng().fill_bytes(&mut bytes);
        bytes
    }

    /// Returns the next value of a counter.
    pub fn next_count(&mut self, counter: usize) -> i64 {
        self.shared.next_count(counter)
    }

    /// Returns Unix time in nanoseconds at a moment of the run's clock.
    pub fn unix_ns(&self, now: u64) -> u64 {
        self.shared.wall_origin_ns + now
    }
}
