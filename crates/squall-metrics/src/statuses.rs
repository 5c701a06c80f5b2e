//! Answers counted by status.

use serde::{Deserialize, Deserializer, Serialize};

/// How many answers had which status.
///
/// A series sees a handful of statuses, mostly the same one in a row: a short list, searched from the last hit.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct StatusCounts {
    entries: Vec<(u16, u64)>,
    #[serde(skip)]
    last: usize,
}

impl StatusCounts {
    /// Counts one answer.
    #[inline]
    pub fn record(&mut self, status: u16) {
        match self.entries.get_mut(self.last) {
            Some((last, count)) if *last == status => *count += 1,
            _ => self.add(status, 1),
        }
    }

    /// Counts `n` answers.
    pub fn add(&mut self, status: u16, n: u64) {
        self.last = self
            .entries
            .iter()
            .position(|&(known, _)| known == status)
            .unwrap_or_else(|| {
                self.entries.push((status, 0));
                self.entries.len() - 1
            });
        self.entries[self.last].1 += n;
    }

    /// Adds all counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for &(status, n) in &other.entries {
            self.add(status, n);
        }
    }

    /// Hands over the counts, by rising status, and is empty afterwards.
    pub(crate) fn take(&mut self) -> Self {
        let mut taken = std::mem::take(self);
        taken.entries.sort_unstable();
        taken.last = 0;
        taken
    }

    /// Statuses and counts, by rising status.
    pub fn sorted(&self) -> Vec<(u16, u64)> {
        let mut sorted = self.entries.clone();
        sorted.sort_unstable();
        sorted
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl PartialEq for StatusCounts {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl Eq for StatusCounts {}

impl<'de> Deserialize<'de> for StatusCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut counts = Self::default();
        for (status, n) in Vec::<(u16, u64)>::deserialize(deserializer)? {
            counts.add(status, n);
        }
        Ok(counts)
    }
}
