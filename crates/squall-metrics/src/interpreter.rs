//! What interpreters that run scripts used of their cores.

use serde::{Deserialize, Serialize};

use crate::histogram::{Histogram, SparseHistogram};
use crate::interval::Interval;
use crate::summary::InterpreterSummary;

/// From here on an interpreter is at its limit.
const SATURATED_PERCENT: f64 = 95.0;

/// One interpreter in one interval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InterpreterPart {
    /// Number of its process among those that run scripts, from 0.
    pub process: u32,
    /// Time that its event loop was busy, in nanoseconds.
    pub busy_ns: u64,
    /// Time from the order to start an iteration to its first line, in nanoseconds.
    #[serde(skip_serializing_if = "SparseHistogram::is_empty")]
    pub waits: SparseHistogram,
    /// Time from the last byte of an answer to the line that gets it, in nanoseconds.
    #[serde(skip_serializing_if = "SparseHistogram::is_empty")]
    pub delays: SparseHistogram,
}

/// All interpreters over a whole run so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InterpreterTotals {
    /// Processes, each with one interpreter; 0 where no script ran.
    pub processes: u32,
    /// Largest share of an interval that one was busy, in percent.
    pub busy_max_percent: f64,
    /// Time that all were busy, in nanoseconds.
    pub busy_ns: u128,
    /// Time that all together could have been busy in intervals with load, in seconds.
    pub loaded_s: f64,
    /// Intervals with load.
    pub seconds_loaded: u64,
    /// Those of them in which one was busy for 95 % of the time or more.
    pub seconds_saturated: u64,
    /// Shares of the busiest in these, added up, in percent.
    pub saturated_max_percent: f64,
    /// Shares of all together in these, added up, in percent; 100 is one interpreter.
    pub saturated_percent: f64,
    /// Time from the order to start an iteration to its first line.
    pub waits: Histogram,
    /// Time from the last byte of an answer to the line that gets it.
    pub delays: Histogram,
}

impl InterpreterTotals {
    pub(crate) fn add(&mut self, interval: &Interval) {
        let Some(last) = interval.interpreters.last() else {
            return;
        };
        self.processes = self.processes.max(last.process + 1);
        self.busy_max_percent = self
            .busy_max_percent
            .max(interval.interpreter_busy_max_percent());
        if !interval.series.is_empty() {
            self.add_loaded(interval);
        }
        for part in &interval.interpreters {
            if !interval.series.is_empty() {
                self.busy_ns += u128::from(part.busy_ns);
                self.loaded_s += interval.length_s;
            }
            self.waits.merge_sparse(&part.waits);
            self.delays.merge_sparse(&part.delays);
        }
    }

    fn add_loaded(&mut self, interval: &Interval) {
        self.seconds_loaded += 1;
        let most = interval.interpreter_busy_max_percent();
        if most >= SATURATED_PERCENT {
            self.seconds_saturated += 1;
            self.saturated_max_percent += most.min(100.0);
            self.saturated_percent += interval.interpreter_busy_percent();
        }
    }

    /// Share of the time with load that they were busy, on average, in percent.
    pub fn busy_mean_percent(&self) -> f64 {
        if self.loaded_s > 0.0 {
            self.busy_ns as f64 / 1e7 / self.loaded_s
        } else {
            0.0
        }
    }

    /// What `summary.json` says; `None` where no script ran.
    pub fn summary(&self) -> Option<InterpreterSummary> {
        (self.processes > 0).then(|| InterpreterSummary {
            processes: self.processes,
            busy_max_percent: self.busy_max_percent.min(100.0),
            busy_mean_percent: self.busy_mean_percent().min(100.0),
            wait_ms: self.waits.distribution(),
            delay_ms: self.delays.distribution(),
        })
    }
}

/// Adds parts to those of the same process, and keeps all by process: the order of merges does not matter.
pub(crate) fn merge(into: &mut Vec<InterpreterPart>, parts: &[InterpreterPart]) {
    for part in parts {
        match into.binary_search_by_key(&part.process, |known| known.process) {
            Ok(at) => {
                let known = &mut into[at];
                known.busy_ns += part.busy_ns;
                known.waits.merge(&part.waits);
                known.delays.merge(&part.delays);
            }
            Err(at) => into.insert(at, part.clone()),
        }
    }
}
