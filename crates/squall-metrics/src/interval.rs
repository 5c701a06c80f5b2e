//! One second of everything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exemplar::Exemplar;
use crate::health::{self, MachinePart, ProcessPart};
use crate::histogram::SparseHistogram;
use crate::interpreter::{self, InterpreterPart};
use crate::series::{ScenarioId, SeriesId};
use crate::series_part::SeriesPart;

/// How busy one I/O thread was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ThreadPart {
    /// Number of the thread.
    pub thread: usize,
    /// CPU time that it used, by the thread's own clock, in nanoseconds: the time in which it worked.
    pub busy_ns: u64,
    /// Time in which it had work and got no core, because others used them all, in nanoseconds; 0 where the system does not tell.
    #[serde(default, skip_serializing_if = "is_zero_ns")]
    pub starved_ns: u64,
}

/// What happened to one scenario in one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioPart {
    /// Iterations that were due and found no free virtual user.
    pub dropped: u64,
    /// Active virtual users at the end of the interval.
    pub users: u64,
    /// Largest number of active virtual users of each thread in the interval, added up over threads.
    pub users_peak: u64,
    /// Numbers of virtual users above the most that the load may have.
    #[serde(default)]
    pub clamped: u64,
}

impl ScenarioPart {
    fn merge(&mut self, other: &Self) {
        self.dropped += other.dropped;
        self.users += other.users;
        self.users_peak += other.users_peak;
        self.clamped += other.clamped;
    }
}

/// What one thread recorded in one interval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntervalPart {
    /// Which interval, from 0.
    pub index: u64,
    /// Which thread, and how busy it was.
    pub thread: ThreadPart,
    /// Series in which something happened or is in flight, by id.
    pub series: Vec<(SeriesId, SeriesPart)>,
    /// Scenarios that have users or dropped iterations, by id.
    pub scenarios: Vec<(ScenarioId, ScenarioPart)>,
    /// Actual − intended start of iterations as far as the generator caused it.
    pub schedule_error: SparseHistogram,
    /// Delay that no target caused.
    pub generator_delay: SparseHistogram,
    /// Interpreters that run scripts; one thread of a process reports for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interpreters: Vec<InterpreterPart>,
    /// What the process of this thread used since the last time; one thread of a process brings it along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessPart>,
    /// Operations kept as a whole; they stay with the run and not with its intervals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemplars: Vec<Exemplar>,
}

/// What all threads recorded in one interval. As JSON it is one line of `intervals.jsonl`.
///
/// Merging is exact and does not depend on order: all parts of an index may come from any number of threads and agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Which interval, from 0.
    pub index: u64,
    /// Seconds from the start of the run to its start.
    pub start_s: f64,
    /// Seconds that it lasted; 1, but for the last one.
    pub length_s: f64,
    /// Threads, by number and busy time; those of several agents may share a number.
    pub threads: Vec<ThreadPart>,
    /// Series in which something happened or is in flight.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub series: BTreeMap<SeriesId, SeriesPart>,
    /// Scenarios that have users or dropped iterations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scenarios: BTreeMap<ScenarioId, ScenarioPart>,
    /// Actual − intended start of iterations as far as the generator caused it.
    #[serde(default, skip_serializing_if = "SparseHistogram::is_empty")]
    pub schedule_error: SparseHistogram,
    /// Delay that no target caused.
    #[serde(default, skip_serializing_if = "SparseHistogram::is_empty")]
    pub generator_delay: SparseHistogram,
    /// Interpreters that run scripts, by process.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interpreters: Vec<InterpreterPart>,
    /// Processes of the generator, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<ProcessPart>,
    /// The machine of the process that started the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachinePart>,
    /// Agents that were found to be lost in it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub agents_lost: u32,
}

impl Interval {
    /// An empty interval of one second.
    pub fn new(index: u64) -> Self {
        Self {
            index,
            start_s: index as f64,
            length_s: 1.0,
            threads: Vec::new(),
            series: BTreeMap::new(),
            scenarios: BTreeMap::new(),
            schedule_error: SparseHistogram::default(),
            generator_delay: SparseHistogram::default(),
            interpreters: Vec::new(),
            processes: Vec::new(),
            machine: None,
            agents_lost: 0,
        }
    }

    /// Adds what one thread recorded. The part must be of this interval.
    pub fn merge(&mut self, part: &IntervalPart) {
        debug_assert_eq!(self.index, part.index, "a part of another interval");
        self.add_threads(&[part.thread]);
        for (id, series) in &part.series {
            self.series.entry(*id).or_default().merge(series);
        }
        for (id, scenario) in &part.scenarios {
            self.scenarios.entry(*id).or_default().merge(scenario);
        }
        self.schedule_error.merge(&part.schedule_error);
        self.generator_delay.merge(&part.generator_delay);
        interpreter::merge(&mut self.interpreters, &part.interpreters);
        health::merge(&mut self.processes, part.process.as_slice());
    }

    /// Adds what another process recorded in the same interval, its ids being of the same table.
    pub fn merge_interval(&mut self, other: &Self) {
        debug_assert_eq!(self.index, other.index, "another interval");
        self.length_s = self.length_s.max(other.length_s);
        self.add_threads(&other.threads);
        for (id, series) in &other.series {
            self.series.entry(*id).or_default().merge(series);
        }
        for (id, scenario) in &other.scenarios {
            self.scenarios.entry(*id).or_default().merge(scenario);
        }
        self.schedule_error.merge(&other.schedule_error);
        self.generator_delay.merge(&other.generator_delay);
        interpreter::merge(&mut self.interpreters, &other.interpreters);
        health::merge(&mut self.processes, &other.processes);
        self.machine = self.machine.or(other.machine);
        self.agents_lost += other.agents_lost;
    }

    /// Active virtual users at its end.
    pub fn users(&self) -> u64 {
        self.scenarios.values().map(|scenario| scenario.users).sum()
    }

    /// Iterations dropped in it.
    pub fn dropped(&self) -> u64 {
        self.scenarios
            .values()
            .map(|scenario| scenario.dropped)
            .sum()
    }

    /// Largest share of the interval that a thread was busy, in percent.
    pub fn thread_busy_max_percent(&self) -> f64 {
        let busiest = self
            .threads
            .iter()
            .map(|thread| thread.busy_ns)
            .max()
            .unwrap_or(0);
        self.percent(busiest)
    }

    /// Largest share of the interval that a thread had work and no core, in percent.
    pub fn thread_starved_max_percent(&self) -> f64 {
        let starved = self.threads.iter().map(|thread| thread.starved_ns);
        self.percent(starved.max().unwrap_or(0))
    }

    /// Largest share of the interval that an interpreter was busy, in percent; 0 where there is none.
    pub fn interpreter_busy_max_percent(&self) -> f64 {
        let busy = self.interpreters.iter().map(|part| part.busy_ns);
        self.percent(busy.max().unwrap_or(0))
    }

    /// Share of the interval that all interpreters together were busy, in percent; 100 is one interpreter.
    pub fn interpreter_busy_percent(&self) -> f64 {
        self.percent(self.interpreters.iter().map(|part| part.busy_ns).sum())
    }

    fn percent(&self, busy_ns: u64) -> f64 {
        if self.length_s > 0.0 {
            busy_ns as f64 / 1e7 / self.length_s
        } else {
            0.0
        }
    }

    fn add_threads(&mut self, threads: &[ThreadPart]) {
        self.threads.extend_from_slice(threads);
        self.threads.sort_unstable();
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero_ns(n: &u64) -> bool {
    *n == 0
}
