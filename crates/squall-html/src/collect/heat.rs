//! Response times by size over time.

use squall_metrics::SparseHistogram;

use crate::data::{HeatData, View};

/// Rows of a decade while values come in.
const FINE: f64 = 48.0;
/// From 1 µs …
const LOW_NS: f64 = 1e3;
/// … over ten decades, which is almost three hours; what is above is counted in the last row.
const FINE_ROWS: usize = 480;
/// Rows that are shown at most.
const ROWS: usize = 40;
/// Columns of the heat map of all operations at most.
pub(super) const FINE_COLUMNS: usize = 240;
/// Columns of the heat map of one series at most.
pub(super) const COARSE_COLUMNS: usize = 100;

/// Counts of a heat map.
#[derive(Clone, Debug)]
pub(super) struct Heat {
    /// Seconds of a column.
    step_s: u64,
    columns: Vec<Vec<(u16, u64)>>,
    column: Vec<u64>,
    at: usize,
    /// The rows that have values.
    rows: Option<(usize, usize)>,
    /// What is known to those who are told the run step by step.
    told: Option<Told>,
    /// Something has come since.
    touched: bool,
}

/// How a map was told: by its rows, how many columns became one, and how many there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    rows: (usize, usize),
    wide: usize,
    columns: usize,
}

impl Heat {
    /// An empty map of a run of about as many steps; columns are made wider where it takes longer.
    pub(super) fn new(step_s: u64) -> Self {
        Self {
            step_s,
            columns: Vec::new(),
            column: vec![0; FINE_ROWS],
            at: 0,
            rows: None,
            told: None,
            touched: false,
        }
    }

    /// Counts the values of an interval.
    pub(super) fn add(&mut self, second: u64, values: &SparseHistogram) {
        let at = usize::try_from(second / self.step_s).unwrap_or(usize::MAX);
        if at != self.at {
            self.write();
            self.column.fill(0);
            self.at = at;
        }
        for (ns, count) in values.values() {
            let row = row_of(ns);
            self.column[row] += count;
            let (lowest, highest) = self.rows.unwrap_or((row, row));
            self.rows = Some((lowest.min(row), highest.max(row)));
            self.touched = true;
        }
    }

    /// Writes down the column so far.
    fn write(&mut self) {
        let filled = self
            .column
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        let column: Vec<(u16, u64)> = filled
            .map(|(row, count)| (u16::try_from(row).unwrap_or(u16::MAX), *count))
            .collect();
        if !column.is_empty() {
            self.columns.resize(self.at + 1, Vec::new());
            self.columns[self.at] = column;
        }
    }

    /// Notes that nobody has it any more.
    pub(super) fn forget(&mut self) {
        self.told = None;
    }

    /// Returns the map with rows as fine as the values need, and at most so many columns. Of news, `None` says that nothing is new.
    pub(super) fn view(&mut self, columns: usize, view: View) -> Option<HeatData> {
        self.write();
        let (lowest, highest) = self.rows?;
        let high = (highest - lowest + 1).div_ceil(ROWS);
        let rows = (highest - lowest + 1).div_ceil(high);
        let wide = self.columns.len().div_ceil(columns).max(1);
        let mut from = None;
        if let View::News { .. } = view {
            let now = Told {
                rows: (lowest, highest),
                wide,
                columns: self.columns.len(),
            };
            let before = self.told.replace(now);
            let same = |told: &Told| (told.rows, told.wide) == (now.rows, wide);
            // The last column that was told may have been open.
            from = before
                .filter(same)
                .map(|told| told.columns.saturating_sub(1) / wide);
            if !std::mem::take(&mut self.touched) && from.is_some() {
                return None;
            }
        }
        let first = from.unwrap_or(0);
        let mut counts = vec![0; rows * (self.columns.len().div_ceil(wide) - first)];
        for (at, column) in self.columns.iter().enumerate().skip(first * wide) {
            for &(row, count) in column {
                let row = (usize::from(row) - lowest) / high;
                counts[(at / wide - first) * rows + row] += count;
            }
        }
        Some(HeatData {
            from,
            step_s: self.step_s * wide as u64,
            low_ms: LOW_NS / 1e6 * 10_f64.powf(lowest as f64 / FINE),
            ratio: 10_f64.powf(high as f64 / FINE),
            rows,
            counts,
        })
    }
}

fn row_of(ns: u64) -> usize {
    let row = (ns as f64 / LOW_NS).max(1.0).log10() * FINE;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 480"
    )]
    let row = row as usize;
    row.min(FINE_ROWS - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use squall_metrics::Histogram;

    use super::*;

    fn of(values: &[u64]) -> SparseHistogram {
        let mut histogram = Histogram::new();
        for value in values {
            histogram.record(*value);
        }
        histogram.to_sparse()
    }

    #[test]
    fn nothing_has_no_map() {
        assert_eq!(Heat::new(1).view(FINE_COLUMNS, View::Whole(0)), None);
    }

    proptest! {
        #[test]
        fn every_value_is_counted_once_within_the_rows_and_columns_there_are(
            seconds in prop::collection::vec(prop::collection::vec(1_000_u64..3_600_000_000_000, 0..20), 1..900)
        ) {
            let mut heat = Heat::new(1);
            for (second, values) in seconds.iter().enumerate() {
                heat.add(second as u64, &of(values));
            }
            let count: usize = seconds.iter().map(Vec::len).sum();
            let Some(heat) = heat.view(FINE_COLUMNS, View::Whole(900)) else {
                prop_assert_eq!(count, 0);
                return Ok(());
            };
            prop_assert_eq!(heat.counts.iter().sum::<u64>(), count as u64);
            prop_assert!(heat.rows <= ROWS && heat.counts.len() / heat.rows <= 240);
            let least = *seconds.iter().flatten().min().unwrap() as f64 / 1e6;
            let most = *seconds.iter().flatten().max().unwrap() as f64 / 1e6;
            let top = heat.low_ms * heat.ratio.powi(i32::try_from(heat.rows).unwrap());
            prop_assert!(heat.low_ms <= least * 1.002 && top >= most * 0.998);
        }
    }
}
