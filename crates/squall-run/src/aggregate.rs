//! From the parts of the I/O threads to intervals and totals, on a thread of its own.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use squall_engine::{PartKind, PartSink};
use squall_metrics::{Interval, IntervalPart, RunTotals, SeriesTable, Window};

use crate::running::lock;
use crate::store::IntervalFile;

/// Seconds over which live views take percentiles.
const WINDOW_S: usize = 5;
/// Seconds of the rate that live views draw.
const HISTORY_S: usize = 600;

#[derive(Debug)]
enum Message {
    Part(Box<IntervalPart>, PartKind),
    Totals(Sender<RunTotals>),
}

/// Where parts go in.
#[derive(Clone, Debug)]
pub(crate) struct Inlet(Sender<Message>);

impl PartSink for Inlet {
    fn take(&self, part: IntervalPart, kind: PartKind) {
        // The aggregator lives as long as any inlet.
        self.0.send(Message::Part(Box::new(part), kind)).ok();
    }
}

/// What live views take from the aggregator.
#[derive(Clone, Debug)]
pub(crate) struct Latest {
    pub(crate) totals: RunTotals,
    pub(crate) window: Window,
    pub(crate) last_second: Window,
    pub(crate) history: Vec<f64>,
    pub(crate) seconds_saturated: u64,
    pub(crate) seconds_loaded: u64,
}

impl Latest {
    pub(crate) fn empty(table: SeriesTable) -> Self {
        Self {
            totals: RunTotals::new(table),
            window: Window::new(WINDOW_S),
            last_second: Window::new(1),
            history: Vec::new(),
            seconds_saturated: 0,
            seconds_loaded: 0,
        }
    }
}

/// Merges parts into intervals, stores them and adds them up.
#[derive(Debug)]
pub(crate) struct Aggregator {
    inlet: Inlet,
    latest: Arc<Mutex<Latest>>,
    thread: Option<JoinHandle<()>>,
}

impl Aggregator {
    pub(crate) fn start(
        threads: u32,
        table: SeriesTable,
        file: IntervalFile,
    ) -> std::io::Result<Self> {
        let (sender, messages) = channel();
        let latest = Arc::new(Mutex::new(Latest::empty(table)));
        let mut merging = Merging {
            threads: threads as usize,
            pending: BTreeMap::new(),
            file,
            latest: Arc::clone(&latest),
            storing: true,
        };
        let thread = std::thread::Builder::new()
            .name("squall-aggregate".to_owned())
            .spawn(move || merging.run(&messages))?;
        Ok(Self {
            inlet: Inlet(sender),
            latest,
            thread: Some(thread),
        })
    }

    pub(crate) fn inlet(&self) -> Inlet {
        self.inlet.clone()
    }

    /// Gives access to what has been merged so far.
    pub(crate) fn latest<T>(&self, read: impl FnOnce(&Latest) -> T) -> T {
        read(&lock(&self.latest))
    }

    /// Returns totals that hold every part handed over before the call.
    pub(crate) fn totals(&self) -> RunTotals {
        let (sender, totals) = channel();
        let asked = self.inlet.0.send(Message::Totals(sender)).is_ok();
        let fresh = asked.then(|| totals.recv().ok()).flatten();
        fresh.unwrap_or_else(|| self.latest(|latest| latest.totals.clone()))
    }

    /// Ends the thread once all inlets are gone, and returns what it has.
    pub(crate) fn finish(mut self) -> Latest {
        let latest = Arc::clone(&self.latest);
        let thread = self.thread.take();
        drop(self);
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
    complete: usize,
}

#[derive(Debug)]
struct Merging {
    threads: usize,
    pending: BTreeMap<u64, Pending>,
    file: IntervalFile,
    latest: Arc<Mutex<Latest>>,
    storing: bool,
}

impl Merging {
    fn run(&mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            match message {
                Message::Part(part, kind) => self.take(&part, kind),
                Message::Totals(answer) => {
                    // Who asked may have given up.
                    answer.send(self.totals_so_far()).ok();
                }
            }
        }
        for pending in std::mem::take(&mut self.pending).into_values() {
            self.close(pending.interval);
        }
    }

    fn take(&mut self, part: &IntervalPart, kind: PartKind) {
        let new = || Pending {
            interval: Interval::new(part.index),
            complete: 0,
        };
        let pending = self.pending.entry(part.index).or_insert_with(new);
        pending.interval.merge(part);
        pending.complete += usize::from(kind == PartKind::Complete);
        if pending.complete == self.threads
            && let Some(pending) = self.pending.remove(&part.index)
        {
            self.close(pending.interval);
        }
    }

    fn close(&mut self, interval: Interval) {
        let mut latest = lock(&self.latest);
        if self.storing
            && let Err(error) = self.file.append(&interval, latest.totals.table())
        {
            tracing::error!(%error, "intervals are no longer stored");
            self.storing = false;
        }
        latest.totals.add(&interval);
        let busy = interval.thread_busy_max_percent();
        latest.seconds_saturated += u64::from(busy >= 95.0);
        latest.seconds_loaded += u64::from(!interval.series.is_empty());
        let interval = Arc::new(interval);
        latest.window.push(Arc::clone(&interval));
        latest.last_second.push(interval);
        let rate = operations(&latest.last_second, &latest.totals).rate_per_s();
        if latest.history.len() == HISTORY_S {
            latest.history.remove(0);
        }
        latest.history.push(rate);
    }

    fn totals_so_far(&self) -> RunTotals {
        let mut totals = lock(&self.latest).totals.clone();
        self.pending
            .values()
            .for_each(|pending| totals.add(&pending.interval));
        totals
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
