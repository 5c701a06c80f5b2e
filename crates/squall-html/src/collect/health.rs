//! The generator, step by step.

use std::collections::BTreeMap;

use squall_metrics::{Histogram, Interval};

use crate::data::{GeneratorData, View, three_digits, view_all};

/// Threads and interpreters of which there is a column; of more the first.
const MOST: usize = 32;

/// The generator: its columns so far, and what happened in the step that is still open.
#[derive(Debug, Default)]
pub(super) struct Health {
    data: GeneratorData,
    length_s: f64,
    threads_ns: BTreeMap<usize, u64>,
    interpreters_ns: BTreeMap<u32, u64>,
    schedule_error: Histogram,
    generator_delay: Histogram,
    python_wait: Histogram,
    python_delay: Histogram,
}

impl Health {
    /// Adds an interval of which so many seconds were measured.
    pub(super) fn add(&mut self, interval: &Interval, length_s: f64) {
        self.length_s += length_s;
        let mut busiest = BTreeMap::<usize, u64>::new();
        for part in interval.threads.iter().filter(|part| part.thread < MOST) {
            let known = busiest.entry(part.thread).or_default();
            *known = part.busy_ns.max(*known);
        }
        for (thread, ns) in busiest {
            *self.threads_ns.entry(thread).or_default() += ns;
        }
        for part in &interval.interpreters {
            if self.interpreters_ns.len() < MOST || self.interpreters_ns.contains_key(&part.process)
            {
                *self.interpreters_ns.entry(part.process).or_default() += part.busy_ns;
            }
            self.python_wait.merge_sparse(&part.waits);
            self.python_delay.merge_sparse(&part.delays);
        }
        self.schedule_error.merge_sparse(&interval.schedule_error);
        self.generator_delay.merge_sparse(&interval.generator_delay);
    }

    /// Writes down the step so far.
    pub(super) fn write(&mut self, step: usize) {
        let length_s = self.length_s;
        let percent = |ns: u64| three_digits((ns as f64 / 1e7 / length_s).min(100.0));
        if length_s > 0.0 {
            for (&thread, &ns) in &self.threads_ns {
                let column = self.data.threads.entry(thread).or_default();
                column.put(step, percent(ns));
            }
            for (&process, &ns) in &self.interpreters_ns {
                let column = self.data.interpreters.entry(process).or_default();
                column.put(step, percent(ns));
            }
        }
        for (name, times) in [
            ("schedule_error", &self.schedule_error),
            ("generator_delay", &self.generator_delay),
            ("python_wait", &self.python_wait),
            ("python_delay", &self.python_delay),
        ] {
            if !times.is_empty() {
                let p99 = three_digits(times.value_at(0.99) as f64 / 1e6);
                self.data.delays.entry(name).or_default().put(step, p99);
            }
        }
    }

    /// Begins a step.
    pub(super) fn reset(&mut self) {
        self.length_s = 0.0;
        self.threads_ns.clear();
        self.interpreters_ns.clear();
        for times in [
            &mut self.schedule_error,
            &mut self.generator_delay,
            &mut self.python_wait,
            &mut self.python_delay,
        ] {
            times.clear();
        }
    }

    /// Returns the wanted steps.
    pub(super) fn view(&mut self, view: View) -> GeneratorData {
        GeneratorData {
            threads: view_all(&mut self.data.threads, view),
            interpreters: view_all(&mut self.data.interpreters, view),
            delays: view_all(&mut self.data.delays, view),
        }
    }
}
