//! The generator, step by step.

use std::collections::BTreeMap;

use squall_metrics::{Histogram, Interval, MachinePart, ProcessPart};

use crate::data::{GeneratorData, ProcessData, View, three_digits, view_all};

/// Threads, interpreters and processes of which there is a column; of more the first.
const MOST: usize = 32;
/// Of less time than this, shares of it say nothing.
const SHORTEST_S: f64 = 0.1;

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

    /// Writes down the step so far.
    pub(super) fn write(&mut self, step: usize) {
        let length_s = self.length_s;
        let percent = |ns: u64| three_digits((ns as f64 / 1e7 / length_s).min(100.0));
        if length_s >= SHORTEST_S {
            for (&thread, &ns) in &self.threads_ns {
                let column = self.data.threads.entry(thread).or_default();
                column.put(step, percent(ns));
            }
            for (&thread, &ns) in &self.starved_ns {
                let column = self.data.starved.entry(thread).or_default();
                column.put(step, percent(ns));
            }
            for (&process, &ns) in &self.interpreters_ns {
                let column = self.data.interpreters.entry(process).or_default();
                column.put(step, percent(ns));
            }
        }
        self.close_processes(step, length_s);
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

    fn close_processes(&mut self, step: usize, length_s: f64) {
        for (&process, part) in &self.processes {
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
        let Some(part) = &self.machine else {
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
            let Some(value) = value else { continue };
            // A machine of which no time is stolen, as most are, need not say so.
            if name == "stolen_percent" && value == 0.0 && !self.data.machine.contains_key(name) {
                continue;
            }
            let column = self.data.machine.entry(name).or_default();
            column.put(step, three_digits(value));
        }
    }

    /// Begins a step.
    pub(super) fn reset(&mut self) {
        self.length_s = 0.0;
        self.threads_ns.clear();
        self.starved_ns.clear();
        self.interpreters_ns.clear();
        self.processes.clear();
        self.machine = None;
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
        let data = &mut self.data;
        let processes = data.processes.iter_mut().map(|(process, own)| {
            let own = ProcessData {
                cpu_percent: own.cpu_percent.view(view, f64::NAN),
                memory_bytes: own.memory_bytes.view(view, f64::NAN),
                descriptors: own.descriptors.view(view, f64::NAN),
            };
            (*process, own)
        });
        GeneratorData {
            processes: processes.collect(),
            threads: view_all(&mut data.threads, view),
            starved: view_all(&mut data.starved, view),
            interpreters: view_all(&mut data.interpreters, view),
            delays: view_all(&mut data.delays, view),
            machine: view_all(&mut data.machine, view),
        }
    }
}
