//! The generator, step by step.

use std::collections::BTreeMap;

use squall_metrics::{Histogram, Interval, MachinePart, ProcessPart};

use crate::data::{Column, GeneratorData, three_digits};

/// Threads, interpreters and processes of which there is a column; of more the first.
const MOST: usize = 32;

/// The generator: its columns so far, and what happened in the step that is still open.
#[derive(Debug, Default)]
pub(super) struct Health {
    data: GeneratorData,
    length_s: f64,
    threads_ns: BTreeMap<usize, u64>,
    starved_ns: BTreeMap<usize, u64>,
    interpreters_ns: BTreeMap<u32, u64>,
    processes: BTreeMap<u32, ProcessPart>,
    machine: Option<MachinePart>,
    schedule_error: Histogram,
    generator_delay: Histogram,
    python_wait: Histogram,
    python_delay: Histogram,
}

impl Health {
    /// Adds an interval of which so many seconds were measured.
    pub(super) fn add(&mut self, interval: &Interval, length_s: f64) {
        self.length_s += length_s;
        let mut busiest = BTreeMap::<usize, (u64, u64)>::new();
        for part in interval.threads.iter().filter(|part| part.thread < MOST) {
            let (busy, starved) = busiest.entry(part.thread).or_default();
            *busy = part.busy_ns.max(*busy);
            *starved = part.starved_ns.max(*starved);
        }
        for (thread, (busy, starved)) in busiest {
            *self.threads_ns.entry(thread).or_default() += busy;
            *self.starved_ns.entry(thread).or_default() += starved;
        }
        self.add_processes(interval);
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

    fn add_processes(&mut self, interval: &Interval) {
        for part in &interval.processes {
            if self.processes.len() < MOST || self.processes.contains_key(&part.process) {
                let known = self.processes.entry(part.process).or_default();
                known.cpu_ns += part.cpu_ns;
                known.over_ns += part.over_ns;
                known.memory_bytes = known.memory_bytes.max(part.memory_bytes);
                known.descriptors = known.descriptors.max(part.descriptors);
            }
        }
        if let Some(part) = &interval.machine {
            let known = self.machine.get_or_insert_default();
            let sum = |known: &mut Option<u64>, more: Option<u64>| {
                *known = known.map_or(more, |known| Some(known + more.unwrap_or(0)));
            };
            sum(&mut known.cpu_ticks, part.cpu_ticks);
            sum(&mut known.busy_ticks, part.busy_ticks);
            sum(&mut known.stolen_ticks, part.stolen_ticks);
            sum(&mut known.segments_resent, part.segments_resent);
            known.tcp_sockets = known.tcp_sockets.max(part.tcp_sockets);
            let free = known.free_memory_bytes.into_iter();
            known.free_memory_bytes = free.chain(part.free_memory_bytes).min();
        }
    }

    /// Ends a step.
    pub(super) fn close(&mut self, step: usize) {
        let length_s = std::mem::take(&mut self.length_s);
        let percent = |ns: u64| three_digits((ns as f64 / 1e7 / length_s).min(100.0));
        if length_s > 0.0 {
            for (thread, ns) in std::mem::take(&mut self.threads_ns) {
                let column = self.data.threads.entry(thread).or_default();
                column.put(step, percent(ns));
            }
            for (thread, ns) in std::mem::take(&mut self.starved_ns) {
                let column = self.data.starved.entry(thread).or_default();
                column.put(step, percent(ns));
            }
            for (process, ns) in std::mem::take(&mut self.interpreters_ns) {
                let column = self.data.interpreters.entry(process).or_default();
                column.put(step, percent(ns));
            }
        }
        self.close_processes(step, length_s);
        for (name, times) in [
            ("schedule_error", &mut self.schedule_error),
            ("generator_delay", &mut self.generator_delay),
            ("python_wait", &mut self.python_wait),
            ("python_delay", &mut self.python_delay),
        ] {
            if !times.is_empty() {
                let p99 = three_digits(times.value_at(0.99) as f64 / 1e6);
                self.data.delays.entry(name).or_default().put(step, p99);
                times.clear();
            }
        }
    }

    fn close_processes(&mut self, step: usize, length_s: f64) {
        for (process, part) in std::mem::take(&mut self.processes) {
            let columns = self.data.processes.entry(process).or_default();
            columns
                .cpu_percent
                .put(step, three_digits(part.cpu_percent()));
            columns
                .memory_bytes
                .put(step, three_digits(part.memory_bytes as f64));
            if part.descriptors > 0 {
                columns.descriptors.put(step, part.descriptors as f64);
            }
        }
        let Some(part) = self.machine.take() else {
            return;
        };
        let whole = |count: Option<u64>| count.map(|count| count as f64);
        let per_second = |count: f64| count / length_s.max(0.001);
        for (name, value) in [
            ("cpu_percent", part.cpu_percent()),
            ("stolen_percent", part.stolen_percent()),
            ("tcp_sockets", whole(part.tcp_sockets)),
            ("free_memory_bytes", whole(part.free_memory_bytes)),
            ("resent_per_s", whole(part.segments_resent).map(per_second)),
        ] {
            if let Some(value) = value {
                let column = self.data.machine.entry(name).or_default();
                column.put(step, three_digits(value));
            }
        }
    }

    /// Returns the columns, all as long as the run.
    pub(super) fn finish(mut self, steps: usize) -> GeneratorData {
        let data = &mut self.data;
        // A machine of which no time is stolen, as most are, need not say so.
        data.machine
            .retain(|name, column| *name != "stolen_percent" || !column.is_blank());
        let processes = data.processes.values_mut();
        let processes = processes.flat_map(|process| {
            [
                &mut process.cpu_percent,
                &mut process.memory_bytes,
                &mut process.descriptors,
            ]
        });
        let columns = data.threads.values_mut();
        let columns = columns.chain(data.starved.values_mut());
        let columns = columns.chain(data.interpreters.values_mut());
        let columns = columns.chain(data.delays.values_mut());
        let columns = columns.chain(data.machine.values_mut());
        let columns = columns.chain(processes);
        columns.for_each(|column: &mut Column| column.pad(steps));
        self.data
    }
}
