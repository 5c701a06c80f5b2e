//! Response times by size over time.

use squall_metrics::SparseHistogram;

use crate::data::HeatData;

/// Rows of a decade while values come in.
const FINE: f64 = 48.0;
/// From 1 µs …
const LOW_NS: f64 = 1e3;
/// … over ten decades, which is almost three hours; what is above is counted in the last row.
const FINE_ROWS: usize = 480;
/// Rows that are shown at most.
const ROWS: usize = 40;
/// Columns of the heat map of all operations at most.
pub(super) const FINE_COLUMNS: u64 = 240;
/// Columns of the heat map of one series at most.
pub(super) const COARSE_COLUMNS: u64 = 100;

/// Counts of a heat map.
#[derive(Clone, Debug)]
pub(super) struct Heat {
    /// Seconds of a column.
    step_s: u64,
    columns: Vec<Vec<(u16, u64)>>,
    column: Vec<u64>,
    at: usize,
}

impl Heat {
    /// An empty map of a run of about as many steps; columns are made wider where it takes longer.
    pub(super) fn new(step_s: u64) -> Self {
        Self {
            step_s,
            columns: Vec::new(),
            column: vec![0; FINE_ROWS],
            at: 0,
        }
    }

    /// Counts the values of an interval.
    pub(super) fn add(&mut self, second: u64, values: &SparseHistogram) {
        let at = usize::try_from(second / self.step_s).unwrap_or(usize::MAX);
        if at != self.at {
            self.close();
            self.at = at;
        }
        for (ns, count) in values.values() {
            self.column[row_of(ns)] += count;
        }
    }

    fn close(&mut self) {
        let filled = self
            .column
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        let column: Vec<(u16, u64)> = filled
            .map(|(row, count)| (u16::try_from(row).unwrap_or(u16::MAX), *count))
            .collect();
        self.column.fill(0);
        if !column.is_empty() {
            self.columns.resize(self.at + 1, Vec::new());
            self.columns[self.at] = column;
        }
    }

    /// Returns the map with rows as fine as the values need, and at most so many columns.
    pub(super) fn finish(mut self, columns: u64) -> Option<HeatData> {
        self.close();
        let wide = (self.columns.len() as u64).div_ceil(columns).max(1);
        let cells = || self.columns.iter().flatten();
        let lowest = usize::from(cells().map(|cell| cell.0).min()?);
        let highest = usize::from(cells().map(|cell| cell.0).max()?);
        let high = (highest - lowest + 1).div_ceil(ROWS);
        let rows = (highest - lowest + 1).div_ceil(high);
        let mut counts = vec![0; rows * self.columns.len().div_ceil(width(wide))];
        for (at, column) in self.columns.iter().enumerate() {
            for &(row, count) in column {
                let row = (usize::from(row) - lowest) / high;
                counts[at / width(wide) * rows + row] += count;
            }
        }
        Some(HeatData {
            step_s: self.step_s * wide,
            low_ms: LOW_NS / 1e6 * 10_f64.powf(lowest as f64 / FINE),
            ratio: 10_f64.powf(high as f64 / FINE),
            rows,
            counts,
        })
    }
}

fn width(wide: u64) -> usize {
    usize::try_from(wide).unwrap_or(usize::MAX)
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
        assert_eq!(Heat::new(1).finish(FINE_COLUMNS), None);
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
            let Some(heat) = heat.finish(FINE_COLUMNS) else {
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
