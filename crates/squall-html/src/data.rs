//! What the front end reads: columns of numbers, one entry for each step of time.
//!
//! `web/src/model/run.ts` has the same shape. Times are in milliseconds and have three significant digits, counts are exact, and a step
//! without a value is `null`.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;
use squall_metrics::SeriesKind;

/// Version of this shape.
pub const DATA_VERSION: u32 = 1;

/// Everything that a report shows.
#[derive(Clone, Debug, Serialize)]
pub struct ReportData {
    /// [`DATA_VERSION`].
    pub version: u32,
    /// `summary.json`, without secrets.
    pub summary: Value,
    /// `plan.json`, without secrets; `null` where it is not there.
    pub plan: Option<Value>,
    /// `exemplars.json`, without secrets and shortened where there is too much of it; `null` where it is not there.
    pub exemplars: Option<Value>,
    /// The run over time.
    pub timeline: Timeline,
}

/// The run over time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Timeline {
    /// Seconds that a step covers.
    pub step_s: u64,
    /// Seconds that were measured in each step.
    pub length_s: Column,
    /// Lines of `intervals.jsonl` that could not be read; the last one of a process that was killed may be torn.
    pub unreadable: u64,
    /// Series that are left out because there are too many; their numbers are in the summary.
    pub left_out: usize,
    /// All operations together.
    pub all: SeriesData,
    /// Each series by itself.
    pub series: Vec<SeriesData>,
    /// Each scenario.
    pub scenarios: Vec<ScenarioData>,
    /// Answers by status.
    pub statuses: BTreeMap<u16, Column>,
    /// Failures by class.
    pub failures: BTreeMap<String, Column>,
    /// The generator.
    pub generator: GeneratorData,
}

/// One series over time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SeriesData {
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// Its name.
    pub name: String,
    /// What it counts; `None` is all operations.
    pub kind: Option<SeriesKind>,
    /// Columns by name; those in which nothing happened are not there.
    pub columns: BTreeMap<&'static str, Column>,
    /// Response times by size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heat: Option<HeatData>,
}

/// Values by size over time: rows of equal ratio, columns of equal time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HeatData {
    /// The first column that `counts` hold, where the others are as they were told before; `None`: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<usize>,
    /// Seconds that a column covers.
    pub step_s: u64,
    /// Lower end of the lowest row in milliseconds.
    pub low_ms: f64,
    /// The upper end of a row over its lower end.
    pub ratio: f64,
    /// Rows.
    pub rows: usize,
    /// Counts of all rows of the first column, from the lowest, then those of the next.
    pub counts: Vec<u64>,
}

/// One scenario over time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScenarioData {
    /// Stage that it belongs to.
    pub stage: String,
    /// Its name.
    pub scenario: String,
    /// Virtual users: the most at the end of a second.
    pub users: Column,
    /// Iterations that were due and found no user.
    pub dropped: Column,
}

/// The generator over time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GeneratorData {
    /// How busy each I/O thread was, in percent; of threads with the same number the busiest.
    pub threads: BTreeMap<usize, Column>,
    /// How long each I/O thread had work and no core, in percent; of threads with the same number the longest.
    pub starved: BTreeMap<usize, Column>,
    /// How busy each interpreter was, in percent.
    pub interpreters: BTreeMap<u32, Column>,
    /// 99th percentiles in milliseconds: `schedule_error`, `generator_delay`, `python_wait`, `python_delay`.
    pub delays: BTreeMap<&'static str, Column>,
    /// Processes by number: 0 started the run, agents count from 1.
    pub processes: BTreeMap<u32, ProcessData>,
    /// The machine: `cpu_percent`, `stolen_percent`, `tcp_sockets`, `free_memory_bytes`, `resent_per_s`.
    pub machine: BTreeMap<&'static str, Column>,
}

/// One process of the generator over time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProcessData {
    /// Share of a core, in percent; several threads may use more than one.
    pub cpu_percent: Column,
    /// Resident memory in bytes, the most of a step.
    pub memory_bytes: Column,
    /// Open file descriptors, the most of a step.
    pub descriptors: Column,
}

/// Numbers, one for each step of time.
#[derive(Clone, Debug, Default)]
pub struct Column {
    cells: Vec<Cell>,
    /// A number other than zero was put in.
    filled: bool,
    /// Those who are told the run step by step have it.
    told: bool,
}

/// Which steps of the run so far are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View {
    /// All of so many.
    Whole(usize),
    /// Those that have not been told, of columns that have been; all of new ones.
    News {
        /// The first that may have changed.
        from: usize,
        /// How many there are.
        steps: usize,
    },
}

impl Column {
    /// Sets the number of a step; steps before it that have none stay empty.
    pub fn put(&mut self, step: usize, value: f64) {
        if self.cells.len() <= step {
            self.cells.resize(step + 1, Cell(f64::NAN));
        }
        self.cells[step] = Cell(value);
        self.filled |= !value.is_nan() && value != 0.0;
    }

    /// Tells whether all of its numbers are zero or missing.
    pub fn is_blank(&self) -> bool {
        !self.filled
    }

    /// Returns the numbers; missing ones are not a number.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.cells.iter().map(|cell| cell.0)
    }

    /// Returns the wanted steps, up to the last of the run; `missing` stands for those that have no number.
    pub(crate) fn view(&mut self, view: View, missing: f64) -> Self {
        let (from, steps) = match view {
            View::Whole(steps) => (0, steps),
            View::News { from, steps } => (if self.told { from } else { 0 }, steps),
        };
        self.told |= matches!(view, View::News { .. });
        let cell = |step: usize| match self.cells.get(step) {
            Some(cell) if !cell.0.is_nan() => *cell,
            _ => Cell(missing),
        };
        Self {
            cells: (from..steps).map(cell).collect(),
            filled: self.filled,
            told: false,
        }
    }

    /// Notes that nobody has it any more.
    pub(crate) fn forget(&mut self) {
        self.told = false;
    }
}

/// Returns the wanted steps of columns by name.
pub(crate) fn view_all<K: Ord + Clone>(
    columns: &mut BTreeMap<K, Column>,
    view: View,
) -> BTreeMap<K, Column> {
    let columns = columns.iter_mut();
    columns
        .map(|(key, column)| (key.clone(), column.view(view, f64::NAN)))
        .collect()
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.cells)
    }
}

/// A number that JSON writes as shortly as it can; one that is missing is not a number.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell(f64);

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self.0 {
            value if !value.is_finite() => serializer.serialize_none(),
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2⁵³")]
            value if value.fract() == 0.0 && value.abs() < EXACT => {
                serializer.serialize_i64(value as i64)
            }
            value => serializer.serialize_f64(value),
        }
    }
}

/// Rounds to three significant digits.
pub(crate) fn three_digits(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    format!("{value:.2e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits_and_whole_ones_have_no_point() {
        let mut column = Column::default();
        for (step, value) in [(0, 0.0), (1, 12.3456), (3, 98_765.4), (4, -0.001_234_5)] {
            column.put(step, three_digits(value));
        }
        let json = serde_json::to_string(&column).unwrap();
        assert_eq!(json, "[0,12.3,null,98800,-0.00123]");
    }

    #[test]
    fn a_column_of_nothing_is_blank() {
        let mut column = Column::default();
        column.put(2, 0.0);
        assert!(column.is_blank());
        column.put(1, 4.0);
        assert!(!column.is_blank());
    }
}
