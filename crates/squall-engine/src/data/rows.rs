//! Handing out rows on one thread: each thread takes its share by arithmetic, none asks another.

use std::cell::Cell;

use squall_plan::RowOrder;
use squall_protocol::values::Bindings;

use crate::schedule::Segment;

/// A pool's order and size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    /// How rows are handed out.
    pub(crate) order: RowOrder,
    /// How many there are.
    pub(crate) count: usize,
}

/// Hands out the rows of one pool on one thread.
#[derive(Debug)]
pub(crate) struct RowPicker {
    rows: Rows,
    segment: Segment,
    taken: Cell<u64>,
}

impl RowPicker {
    /// Hands out the rows of a segment but for the first `taken`.
    pub(crate) fn new(rows: Rows, segment: Segment, taken: u64) -> Self {
        Self {
            rows,
            segment,
            taken: Cell::new(taken),
        }
    }

    /// Returns the row for the next iteration of virtual user `user` (from 0), or `None` when a *once* pool is used up.
    pub(crate) fn next(&self, user: u64, bindings: &mut Bindings) -> Option<usize> {
        let count = self.rows.count as u64;
        let row = match self.rows.order {
            RowOrder::Random => bindings.random_below(count),
            RowOrder::Unique => user % count,
            RowOrder::Sequential => self.take() % count,
            RowOrder::Once => Some(self.take()).filter(|row| *row < count)?,
        };
        usize::try_from(row).ok()
    }

    fn take(&self) -> u64 {
        let number = self.taken.get();
        self.taken.set(number + 1);
        u64::from(self.segment.index) + number * u64::from(self.segment.count)
    }
}
