//! The histogram that is recorded into.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bucket::{BUCKETS, index_of};
use super::moments::Moments;
use super::quantile;
use super::sparse::SparseHistogram;
use crate::summary::Distribution;

/// Buckets of a page; eight pages are an octave.
const PAGE: usize = 64;
/// In the directory: no value came near here yet. No page has this number, there are only 448.
const NO_PAGE: u16 = u16::MAX;

/// A log-linear histogram of nanoseconds; see the [module](super) for what it promises.
///
/// Buckets live in pages that are allocated when their first value arrives: an empty histogram owns no heap memory, one of
/// typical response times about 10 KiB. Recording is an index calculation, two look-ups and an addition.
///
/// Two histograms are equal when they hold the same values, however these arrived.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    moments: Moments,
    /// Page of each 64 buckets, in rising order; ends with the largest that was touched.
    directory: Vec<u16>,
    pages: Vec<[u32; PAGE]>,
    /// For counts above `u32::MAX`, what exceeds 32 bits. Narrow pages keep twice as many buckets in the cache.
    carries: BTreeMap<usize, u64>,
}

impl Histogram {
    /// An empty histogram; allocates nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value in nanoseconds.
    #[inline]
    pub fn record(&mut self, value: u64) {
        self.moments.record(value);
        self.add_one(index_of(value));
    }

    /// Adds `n` equal values.
    pub fn record_n(&mut self, value: u64, n: u64) {
        if n > 0 {
            self.moments.record_n(value, n);
            self.add(index_of(value), n);
        }
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        for (index, count) in other.buckets() {
            self.add(index, count);
        }
    }

    /// Adds all values of `other`.
    pub fn merge_sparse(&mut self, other: &SparseHistogram) {
        self.moments.merge(&other.moments);
        for &(index, count) in &other.buckets {
            self.add(index as usize, count);
        }
    }

    /// Hands over all values and is empty afterwards, its memory kept for the next ones.
    ///
    /// It runs on the I/O threads once a second and must not hold them up: no branch on counts, one allocation.
    pub fn take_sparse(&mut self) -> SparseHistogram {
        if self.moments.count == 0 {
            return SparseHistogram::default();
        }
        if !self.carries.is_empty() {
            let taken = self.to_sparse();
            self.clear();
            return taken;
        }
        let most = u64::try_from(self.pages.len() * PAGE)
            .unwrap_or(u64::MAX)
            .min(self.moments.count);
        let mut buckets = Vec::with_capacity(usize::try_from(most).unwrap_or(0));
        for (first, &page) in (0_u32..).step_by(PAGE).zip(&self.directory) {
            if let Some(page) = self.pages.get_mut(usize::from(page)) {
                append_page(&mut buckets, first, page);
                page.fill(0);
            }
        }
        SparseHistogram {
            moments: std::mem::take(&mut self.moments),
            buckets,
        }
    }

    /// A sparse copy.
    pub fn to_sparse(&self) -> SparseHistogram {
        SparseHistogram {
            moments: self.moments,
            buckets: self.buckets().map(narrow).collect(),
        }
    }

    /// Forgets all values; keeps the memory for the next ones.
    pub fn clear(&mut self) {
        self.moments = Moments::default();
        self.pages.fill([0; PAGE]);
        self.carries.clear();
    }

    /// Whether no value was recorded.
    pub fn is_empty(&self) -> bool {
        self.moments.count == 0
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.moments.count
    }

    /// Smallest value, exact; 0 when empty.
    pub fn min(&self) -> u64 {
        self.moments.least()
    }

    /// Largest value, exact; 0 when empty.
    pub fn max(&self) -> u64 {
        self.moments.max
    }

    /// Arithmetic mean of the exact values; 0 when empty.
    pub fn mean(&self) -> f64 {
        self.moments.mean()
    }

    /// Standard deviation of the exact values as a population (n, not n − 1); 0 when empty.
    pub fn stdev(&self) -> f64 {
        self.moments.stdev()
    }

    /// The value at `quantile` (0.99 is the 99th percentile); 0 when empty.
    ///
    /// Nearest rank: the value at place ⌈quantile · count⌉ of all values in rising order. It is the middle of that value's
    /// bucket, within 0.1 %; the first and the last place are exact.
    pub fn value_at(&self, quantile: f64) -> u64 {
        let [value] = quantile::values_at(&self.moments, self.buckets(), [quantile]);
        value
    }

    /// What `summary.json` says of the values, in milliseconds.
    pub fn distribution(&self) -> Distribution {
        quantile::distribution(&self.moments, self.buckets())
    }

    /// Counts that are not zero, in rising order of their bucket.
    fn buckets(&self) -> impl Iterator<Item = (usize, u64)> {
        self.directory
            .iter()
            .enumerate()
            .filter_map(|(slot, &page)| Some((slot * PAGE, self.pages.get(usize::from(page))?)))
            .flat_map(|(first, page)| (first..).zip(page))
            .map(|(index, &low)| (index, u64::from(low) + self.carried(index)))
            .filter(|&(_, count)| count > 0)
    }

    fn carried(&self, index: usize) -> u64 {
        if self.carries.is_empty() {
            0
        } else {
            self.carries.get(&index).map_or(0, |carry| carry << 32)
        }
    }

    #[inline]
    fn add_one(&mut self, index: usize) {
        let (slot, offset) = (index / PAGE, index % PAGE);
        if let Some(&page) = self.directory.get(slot)
            && let Some(page) = self.pages.get_mut(usize::from(page))
            && let Some(count) = page[offset].checked_add(1)
        {
            page[offset] = count;
        } else {
            self.add(index, 1);
        }
    }

    fn add(&mut self, index: usize, n: u64) {
        let (slot, offset) = (index / PAGE, index % PAGE);
        let page = match self.directory.get(slot) {
            Some(&page) if page != NO_PAGE => usize::from(page),
            _ => self.add_page(slot),
        };
        let (low, carry) = split(u64::from(self.pages[page][offset]) + u64::from(split(n).0));
        self.pages[page][offset] = low;
        if carry + split(n).1 > 0 {
            *self.carries.entry(index).or_default() += carry + split(n).1;
        }
    }

    #[cold]
    fn add_page(&mut self, slot: usize) -> usize {
        assert!(slot < BUCKETS / PAGE, "bucket of no `u64`");
        if self.directory.len() <= slot {
            self.directory.resize(slot + 1, NO_PAGE);
        }
        let page = self.pages.len();
        self.directory[slot] = u16::try_from(page).expect("there are 448 pages at most");
        self.pages.push([0; PAGE]);
        page
    }
}

/// Appends the counts of a page that are not zero; `first` is its first bucket.
///
/// Which buckets are zero is random, and a branch on it is mispredicted every other time: each is written, the zeros are
/// overwritten by what follows.
fn append_page(buckets: &mut Vec<(u32, u64)>, first: u32, page: &[u32; PAGE]) {
    let mut found = [(0, 0); PAGE];
    let mut len = 0;
    for (index, &count) in (first..).zip(page) {
        found[len % PAGE] = (index, u64::from(count));
        len += usize::from(count > 0);
    }
    buckets.extend_from_slice(&found[..len]);
}

/// The low 32 bits, and what is above them.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half is what is wanted"
)]
fn split(n: u64) -> (u32, u64) {
    (n as u32, n >> 32)
}

fn narrow((index, count): (usize, u64)) -> (u32, u64) {
    (
        u32::try_from(index).expect("there are fewer than 2¹⁵ buckets"),
        count,
    )
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.moments == other.moments && self.buckets().eq(other.buckets())
    }
}

impl Eq for Histogram {}

impl From<&SparseHistogram> for Histogram {
    fn from(sparse: &SparseHistogram) -> Self {
        let mut histogram = Self::new();
        histogram.merge_sparse(sparse);
        histogram
    }
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_sparse().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SparseHistogram::deserialize(deserializer).map(|sparse| Self::from(&sparse))
    }
}
