//! What a series has at a moment.

use std::collections::BTreeMap;

use squall_report::HistogramRecord;

use crate::exponential;

/// Eight buckets for each power of two, 9 % wide: what Prometheus' own instrumentation takes.
pub(super) const SCHEMA: i32 = 3;
/// Values up to this are counted as zeros; the default of Prometheus' own instrumentation, 2^-128.
pub(super) const ZERO_THRESHOLD: f64 = 2.938_735_877_055_719e-39;
const NS_PER_S: f64 = 1e9;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Distribution(Box<Distribution>),
}

/// Times, all since the reporter was opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Distribution {
    pub(super) count: u64,
    sum_ns: u128,
    /// How many are in each classic bucket and in no smaller one; the last has no upper end.
    classic: Vec<u64>,
    /// How many are in each native bucket; bucket `i` ends at 2^(i/8) seconds.
    native: BTreeMap<i32, u64>,
    pub(super) zeros: u64,
}

impl Distribution {
    /// Adds times; `bounds` are the upper ends of the classic buckets in nanoseconds, the same in each call.
    pub(super) fn add(&mut self, times: &HistogramRecord, bounds: &[u64]) {
        self.count += times.count;
        self.sum_ns += u128::from(times.sum_ns);
        self.classic.resize(bounds.len() + 1, 0);
        for (ns, count) in &times.values {
            let place = bounds.partition_point(|bound| bound < ns);
            self.classic[place] += count;
        }
        let (buckets, zeros) = exponential::buckets(times, SCHEMA, NS_PER_S);
        self.zeros += zeros;
        for (index, count) in buckets {
            *self.native.entry(index + 1).or_default() += count;
        }
    }

    /// Returns the sum in seconds.
    pub(super) fn sum_s(&self) -> f64 {
        self.sum_ns as f64 / NS_PER_S
    }

    /// Returns how many are in each classic bucket or a smaller one; the last one's upper end is infinite.
    pub(super) fn cumulative(&self, bounds: &[u64]) -> impl Iterator<Item = (f64, u64)> {
        let ends = bounds.iter().map(|bound| *bound as f64 / NS_PER_S);
        let mut sum = 0;
        ends.chain([f64::INFINITY])
            .zip(&self.classic)
            .map(move |(end, count)| {
                sum += count;
                (end, sum)
            })
    }

    /// Returns the native buckets as spans (offset to the end of the last one, length), and each count less the one before it.
    pub(super) fn spans(&self) -> (Vec<(i32, u32)>, Vec<i64>) {
        let mut spans: Vec<(i32, u32)> = Vec::new();
        let mut deltas = Vec::with_capacity(self.native.len());
        let (mut next, mut before) = (0, 0);
        for (index, count) in &self.native {
            match spans.last_mut() {
                Some((_, length)) if *index == next => *length += 1,
                _ => spans.push((index - next, 1)),
            }
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            deltas.push(count - before);
            (next, before) = (index + 1, count);
        }
        (spans, deltas)
    }
}
