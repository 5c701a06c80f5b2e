//! From the parts of the I/O threads to intervals and totals, on a thread of its own.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use squall_engine::{PartKind, PartSink};
use squall_metrics::threshold::{Judgment, Moment};
use squall_metrics::{
    Exemplars, Interval, IntervalPart, PhasedTotals, RunTotals, SeriesTable, Window,
};

use crate::ending::Ending;
use crate::meter::RunMeter;
use crate::reporting::Reporting;
use crate::running::lock;
use crate::store::IntervalFile;
use crate::thresholds::Judging;

/// Seconds over which live views take percentiles.
const WINDOW_S: usize = 5;
/// Seconds of the rate that live views draw.
const HISTORY_S: usize = 600;

#[derive(Debug)]
enum Message {
    Part(u32, Box<IntervalPart>, PartKind),
    Lost(u32),
    Totals(Sender<SoFar>),
    /// Streams what is not complete yet to the reporters of a Submit stage.
    StreamRest(usize, Sender<()>),
    End,
}

/// Everything measured until a moment, and how rules stand by it.
#[derive(Clone, Debug)]
pub(crate) struct SoFar {
    pub(crate) totals: RunTotals,
    /// The measured part, where that is not all.
    pub(crate) measured: Option<RunTotals>,
    pub(crate) judgments: Vec<Judgment>,
}

impl SoFar {
    /// What the numbers of the run are made of: the measured part.
    pub(crate) fn numbers(&self) -> &RunTotals {
        self.measured.as_ref().unwrap_or(&self.totals)
    }
}

/// Where the parts of one process go in.
#[derive(Clone, Debug)]
pub(crate) struct Inlet {
    process: u32,
    messages: Sender<Message>,
}

impl Inlet {
    /// Says that the process delivers nothing any more: its intervals are complete without it.
    pub(crate) fn lost(&self) {
        // The aggregator ends after all processes.
        self.messages.send(Message::Lost(self.process)).ok();
    }
}

impl PartSink for Inlet {
    fn take(&self, part: IntervalPart, kind: PartKind) {
        let message = Message::Part(self.process, Box::new(part), kind);
        // The aggregator ends after all processes.
        self.messages.send(message).ok();
    }
}

/// Who delivers parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processes {
    /// How many processes.
    pub(crate) count: u32,
    /// I/O threads of each.
    pub(crate) threads: u32,
}

/// Where complete intervals go, and what failures do.
#[derive(Debug)]
pub(crate) struct Outlet {
    pub(crate) file: IntervalFile,
    /// Told of the first failure, where that is to end the run.
    pub(crate) fail_fast: Option<Arc<Ending>>,
    /// Told of a rule that ends the run.
    pub(crate) ending: Arc<Ending>,
    pub(crate) judging: Judging,
    /// Whether warm-up and cool-down are kept apart.
    pub(crate) has_phases: bool,
    pub(crate) reporting: Arc<Reporting>,
    /// Looks at this process and its machine, once for each interval.
    pub(crate) meter: RunMeter,
}

/// What live views take from the aggregator.
#[derive(Clone, Debug)]
pub(crate) struct Latest {
    pub(crate) totals: RunTotals,
    /// Warm-up and cool-down apart, where there are such.
    pub(crate) phased: Option<PhasedTotals>,
    pub(crate) window: Window,
    pub(crate) last_second: Window,
    pub(crate) history: Vec<f64>,
    /// How rules stand while the run goes.
    pub(crate) live: Vec<Judgment>,
    /// How rules stand if nothing more comes.
    pub(crate) judgments: Vec<Judgment>,
    /// The first interval that is not closed.
    pub(crate) next: u64,
    /// Operations kept as a whole.
    pub(crate) exemplars: Exemplars,
}

impl Latest {
    pub(crate) fn empty(table: SeriesTable) -> Self {
        Self {
            totals: RunTotals::new(table),
            phased: None,
            window: Window::new(WINDOW_S),
            last_second: Window::new(1),
            history: Vec::new(),
            live: Vec::new(),
            judgments: Vec::new(),
            next: 0,
            exemplars: Exemplars::default(),
        }
    }

    /// What the numbers of the run are made of: the measured part.
    pub(crate) fn numbers(&self) -> &RunTotals {
        let measured = self.phased.as_ref().map(PhasedTotals::measured);
        measured.unwrap_or(&self.totals)
    }
}

/// Merges parts into intervals, stores them and adds them up.
#[derive(Debug)]
pub(crate) struct Aggregator {
    messages: Sender<Message>,
    latest: Arc<Mutex<Latest>>,
    thread: Option<JoinHandle<()>>,
}

impl Aggregator {
    pub(crate) fn start(
        processes: Processes,
        table: SeriesTable,
        outlet: Outlet,
    ) -> std::io::Result<Self> {
        let (sender, messages) = channel();
        let phased = outlet.has_phases.then(|| PhasedTotals::new(table.clone()));
        let latest = Arc::new(Mutex::new(Latest {
            phased,
            ..Latest::empty(table)
        }));
        let mut merging = Merging {
            threads: processes.threads as usize,
            delivering: vec![true; processes.count as usize],
            pending: BTreeMap::new(),
            outlet,
            latest: Arc::clone(&latest),
            storing: true,
        };
        let thread = std::thread::Builder::new()
            .name("squall-aggregate".to_owned())
            .spawn(move || merging.run(&messages))?;
        Ok(Self {
            messages: sender,
            latest,
            thread: Some(thread),
        })
    }

    /// Returns where the parts of a process go in.
    pub(crate) fn inlet(&self, process: u32) -> Inlet {
        Inlet {
            process,
            messages: self.messages.clone(),
        }
    }

    /// Gives access to what has been merged so far.
    pub(crate) fn latest<T>(&self, read: impl FnOnce(&Latest) -> T) -> T {
        read(&lock(&self.latest))
    }

    /// Returns what holds every part handed over before the call.
    pub(crate) fn so_far(&self) -> SoFar {
        let (sender, totals) = channel();
        let asked = self.messages.send(Message::Totals(sender)).is_ok();
        let fresh = asked.then(|| totals.recv().ok()).flatten();
        fresh.unwrap_or_else(|| {
            self.latest(|latest| SoFar {
                totals: latest.totals.clone(),
                measured: latest
                    .phased
                    .as_ref()
                    .map(|phased| phased.measured().clone()),
                judgments: latest.judgments.clone(),
            })
        })
    }

    /// Streams what was handed over and is not complete yet to the reporters of a Submit stage, and waits for it.
    pub(crate) fn stream_rest(&self, stage: usize) {
        let (sender, done) = channel();
        if self
            .messages
            .send(Message::StreamRest(stage, sender))
            .is_ok()
        {
            done.recv().ok();
        }
    }

    /// Ends the thread after everything handed over before, and returns what it has.
    pub(crate) fn finish(mut self) -> Latest {
        let latest = Arc::clone(&self.latest);
        let thread = self.thread.take();
        self.messages.send(Message::End).ok();
        if let Some(thread) = thread {
            // A panic there has been printed; what was merged before is still here.
            thread.join().ok();
        }
        lock(&latest).clone()
    }
}

/// Intervals of which not every thread has handed over its part.
#[derive(Debug)]
struct Pending {
    interval: Interval,
    /// By process: I/O threads that have handed over their part.
    complete: Vec<usize>,
}

#[derive(Debug)]
struct Merging {
    threads: usize,
    /// By process: whether it still delivers.
    delivering: Vec<bool>,
    pending: BTreeMap<u64, Pending>,
    outlet: Outlet,
    latest: Arc<Mutex<Latest>>,
    storing: bool,
}

impl Merging {
    fn run(&mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            match message {
                Message::Part(process, part, kind) => self.take(process, &part, kind),
                Message::Lost(process) => self.lose(process),
                Message::StreamRest(stage, done) => {
                    self.stream_rest(stage);
                    // Who asked may have given up.
                    done.send(()).ok();
                }
                Message::End => break,
                Message::Totals(answer) => {
                    // Who asked may have given up.
                    answer.send(self.so_far()).ok();
                }
            }
        }
        for pending in std::mem::take(&mut self.pending).into_values() {
            self.close(pending.interval);
        }
    }

    fn take(&mut self, process: u32, part: &IntervalPart, kind: PartKind) {
        if let Some(ending) = &self.outlet.fail_fast
            && let Some(failure) = self.failure(part)
        {
            ending.fail(&failure);
        }
        if !part.exemplars.is_empty() {
            lock(&self.latest).exemplars.add(&part.exemplars);
        }
        let pending = self.pending(part.index);
        pending.interval.merge(part);
        if kind == PartKind::Complete {
            pending.complete[process as usize] += 1;
            self.close_complete();
        }
    }

    /// Describes a failure of a part, if it has one.
    fn failure(&self, part: &IntervalPart) -> Option<String> {
        let (id, series) = part.series.iter().find(|(_, series)| series.failed > 0)?;
        let key = lock(&self.latest).totals.table().key(*id)?;
        let why = series.failures.iter().next();
        let why = why.map_or(String::new(), |group| {
            format!(": {}: {}", group.class, group.message)
        });
        Some(format!("`{}` failed{why}", key.name))
    }

    /// Goes on without a process. The interval that it leaves incomplete is marked.
    fn lose(&mut self, process: u32) {
        self.delivering[process as usize] = false;
        let first = self.pending.keys().next().copied();
        let next = first.unwrap_or_else(|| lock(&self.latest).next);
        self.pending(next).interval.agents_lost += 1;
        self.close_complete();
    }

    fn pending(&mut self, index: u64) -> &mut Pending {
        let processes = self.delivering.len();
        self.pending.entry(index).or_insert_with(|| Pending {
            interval: Interval::new(index),
            complete: vec![0; processes],
        })
    }

    /// Closes what every process has delivered, in order.
    fn close_complete(&mut self) {
        while let Some(first) = self.pending.first_entry() {
            let mut processes = first.get().complete.iter().zip(&self.delivering);
            let all = processes.all(|(complete, delivers)| !delivers || *complete == self.threads);
            // When nobody delivers any more, nobody says how long the rest has to wait.
            if !all || !self.delivering.contains(&true) {
                return;
            }
            let pending = first.remove();
            self.close(pending.interval);
        }
    }

    fn close(&mut self, mut interval: Interval) {
        if let Some((process, machine)) = self.outlet.meter.look() {
            interval.processes.insert(0, process);
            interval.machine = Some(machine);
        }
        let mut latest = lock(&self.latest);
        latest.next = interval.index + 1;
        if self.storing
            && let Err(error) = self.outlet.file.append(&interval, latest.totals.table())
        {
            tracing::error!(%error, "intervals are no longer stored");
            self.storing = false;
        }
        latest.totals.add(&interval);
        let judging = &mut self.outlet.judging;
        if let Some(phased) = &mut latest.phased {
            judging.sort(&interval, phased);
        }
        let ended_by = judging.push(&interval);
        latest.live = judging.at(Moment::Live);
        latest.judgments = judging.at(Moment::End);
        self.outlet
            .reporting
            .interval(&interval, latest.totals.table(), None);
        let interval = Arc::new(interval);
        latest.window.push(Arc::clone(&interval));
        latest.last_second.push(interval);
        let rate = operations(&latest.last_second, &latest.totals).rate_per_s();
        if latest.history.len() == HISTORY_S {
            latest.history.remove(0);
        }
        latest.history.push(rate);
        drop(latest);
        if let Some(reason) = ended_by {
            self.outlet.ending.fail(&reason);
        }
    }

    /// The stages before a Submit stage have ended: no more will come of them in the seconds that are not complete.
    fn stream_rest(&self, stage: usize) {
        let latest = lock(&self.latest);
        let table = latest.totals.table();
        for pending in self.pending.values() {
            let reporting = &self.outlet.reporting;
            reporting.interval(&pending.interval, table, Some(stage));
        }
        self.outlet.reporting.end_intervals(stage, table);
    }

    fn so_far(&self) -> SoFar {
        let (mut totals, mut phased) = {
            let latest = lock(&self.latest);
            (latest.totals.clone(), latest.phased.clone())
        };
        let mut judging = self.outlet.judging.clone();
        for pending in self.pending.values() {
            totals.add(&pending.interval);
            if let Some(phased) = &mut phased {
                judging.sort(&pending.interval, phased);
            }
            judging.push(&pending.interval);
        }
        SoFar {
            totals,
            measured: phased.map(|phased| phased.measured().clone()),
            judgments: judging.at(Moment::End),
        }
    }
}

/// Returns the operations of a window: transactions and iterations are left out.
pub(crate) fn operations(window: &Window, totals: &RunTotals) -> squall_metrics::WindowTimes {
    let table = totals.table();
    let is_operation = |id| {
        table
            .key(id)
            .is_some_and(|key| key.kind == squall_metrics::SeriesKind::Operation)
    };
    window.times(is_operation)
}
