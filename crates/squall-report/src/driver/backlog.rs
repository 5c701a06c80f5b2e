//! Batches between the thread that makes them and the thread that delivers them, in order.
//!
//! The batch in delivery stays here until it is settled, so that the end of the run can take it away from a reporter
//! that hangs and keep it on disk.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::counts::{Counters, Place};
use crate::{Batch, Delivered};

/// Whether somebody waits for the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The run does, up to its limit.
    Observed,
    /// Nobody does: what cannot be delivered with the usual retries is left.
    Unobserved,
}

#[derive(Debug)]
pub(super) struct Backlog {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Lot>,
    /// The lot in delivery.
    hand: Option<Lot>,
    /// Records in memory, those in delivery included.
    in_memory: usize,
    /// Set when nothing more comes.
    end: Option<End>,
    abandoned: bool,
}

/// What was one batch when it came: mostly it still is; several when it was too large for the backend.
#[derive(Debug, Clone)]
pub(super) struct Lot {
    /// Its place in the order, and its file in the spool.
    pub(super) number: u64,
    pub(super) place: Place,
    /// What of it is in memory; nothing when it has not been read from the disk.
    pub(super) parts: VecDeque<Arc<Batch>>,
    /// Whether its file has more than is left of it.
    pub(super) is_begun: bool,
}

impl Lot {
    pub(super) fn in_memory(number: u64, batch: Batch) -> Self {
        Self {
            number,
            place: Place::Memory,
            parts: VecDeque::from([Arc::new(batch)]),
            is_begun: false,
        }
    }

    pub(super) fn on_disk(number: u64) -> Self {
        Self {
            number,
            place: Place::Disk,
            parts: VecDeque::new(),
            is_begun: false,
        }
    }

    /// Counts the records in memory.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|batch| batch.len()).sum()
    }

    /// Says whether it has the run's last records, which are few and always find room.
    pub(super) fn is_last(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|batch| matches!(**batch, Batch::Final(_)))
    }

    fn held(&self) -> usize {
        match self.place {
            Place::Memory => self.len(),
            Place::Disk => 0,
        }
    }
}

impl Backlog {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Appends a lot; gives it back when the end of the run no longer waits.
    pub(super) fn push(&self, lot: Lot) -> Result<(), Lot> {
        let mut state = self.state();
        if state.abandoned {
            return Err(lot);
        }
        state.in_memory += lot.held();
        state.waiting.push_back(lot);
        self.changed.notify_all();
        Ok(())
    }

    /// Counts the records in memory, those in delivery included.
    pub(super) fn records_in_memory(&self) -> usize {
        self.state().in_memory
    }

    /// Says that nothing more comes.
    pub(super) fn end(&self, end: End) {
        self.state().end = Some(end);
        self.changed.notify_all();
    }

    /// Says whether something more may come, and if not, whether somebody waits.
    pub(super) fn ended(&self) -> Option<End> {
        self.state().end
    }

    /// Waits until nothing more comes, at most `limit`.
    pub(super) fn wait_for_end(&self, limit: Duration) {
        let waited = self
            .changed
            .wait_timeout_while(self.state(), limit, |state| state.end.is_none());
        drop(waited);
    }

    /// Waits for the next lot and puts it in hand; `None` when there is none any more.
    pub(super) fn take(&self) -> Option<Lot> {
        let mut state = self.state();
        loop {
            if state.abandoned {
                return None;
            }
            if let Some(lot) = state.waiting.pop_front() {
                state.hand = Some(lot.clone());
                return Some(lot);
            }
            if state.end.is_some() {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives the lot in hand what was read from its file.
    pub(super) fn fill_hand(&self, batches: Vec<Batch>) {
        if let Some(hand) = &mut self.state().hand {
            hand.parts = batches.into_iter().map(Arc::new).collect();
        }
    }

    /// Returns the first part in hand; `None` when all are settled, or were taken away.
    pub(super) fn first(&self) -> Option<Arc<Batch>> {
        self.state().hand.as_ref()?.parts.front().cloned()
    }

    /// Settles the first part in hand: what the backend did not take of it is dropped.
    pub(super) fn settle(&self, counters: &Counters, delivered: &Delivered) {
        let mut state = self.state();
        let Some(hand) = &mut state.hand else { return };
        let Some(batch) = hand.parts.pop_front() else {
            return;
        };
        let taken = delivered.records.min(batch.len());
        hand.is_begun = true;
        // Under the lock: the end of the run sees either the batch or its count.
        counters.settle(hand.place, taken, batch.len() - taken);
        if hand.place == Place::Memory {
            state.in_memory -= batch.len();
        }
    }

    /// Drops as many records as a file had that cannot be read.
    pub(super) fn lose_file(&self, counters: &Counters, records: usize) {
        if self.state().hand.take().is_some() {
            counters.settle(Place::Disk, 0, records);
        }
    }

    /// Cuts the first part in hand.
    pub(super) fn cut(&self, first: Batch, second: Batch) {
        let mut state = self.state();
        if let Some(hand) = &mut state.hand {
            hand.parts.pop_front();
            hand.parts.push_front(Arc::new(second));
            hand.parts.push_front(Arc::new(first));
        }
    }

    /// Returns what is left of the lot in hand, which stays there.
    pub(super) fn hand(&self) -> Option<Lot> {
        self.state().hand.clone()
    }

    /// Puts the hand down: it is settled, or what is left of it is on disk and stays there.
    pub(super) fn put_down(&self, counters: &Counters) {
        let mut state = self.state();
        if let Some(lot) = state.hand.take() {
            state.in_memory -= lot.held();
            count_as_spooled(&lot, counters);
        }
    }

    /// Puts the lot in hand back to the front; `Place::Disk` when all that is left of it is in its file.
    pub(super) fn put_back(&self, counters: &Counters, place: Place) {
        let mut state = self.state();
        let Some(mut lot) = state.hand.take() else {
            return;
        };
        if place == Place::Disk {
            state.in_memory -= lot.held();
            count_as_spooled(&lot, counters);
            lot = Lot::on_disk(lot.number);
        }
        state.waiting.push_front(lot);
    }

    /// Takes everything that waits or is in delivery, in order; nothing comes in or is settled any more.
    pub(super) fn abandon(&self) -> Vec<Lot> {
        let mut state = self.state();
        state.abandoned = true;
        state.in_memory = 0;
        let mut lots: Vec<Lot> = state.hand.take().into_iter().collect();
        lots.extend(state.waiting.drain(..));
        self.changed.notify_all();
        lots
    }

    /// Locks also after a panic elsewhere: no change is left half-made.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count_as_spooled(lot: &Lot, counters: &Counters) {
    if lot.place == Place::Memory {
        counters.spool(lot.len());
    }
}
