//! What one I/O thread measured, handed over once a second and whenever somebody asks.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rustix::time::{ClockId, clock_gettime};
use squall_metrics::{InterpreterPart, IntervalPart, ScenarioId, ScenarioPart};

use crate::parts::{PartKind, PartSink};
use crate::worker::Worker;

/// Length of an interval.
const INTERVAL_NS: u64 = 1_000_000_000;

/// Hands over one part a second.
#[derive(Debug)]
pub(crate) struct Intervals {
    worker: Rc<Worker>,
    parts: Arc<dyn PartSink>,
    next: Cell<u64>,
    busy: Cell<u64>,
    starved: Cell<u64>,
    /// Most virtual users of each scenario in parts of this interval that were handed over early.
    peaks: RefCell<BTreeMap<ScenarioId, u64>>,
}

impl Intervals {
    pub(crate) fn new(worker: Rc<Worker>, parts: Arc<dyn PartSink>) -> Self {
        Self {
            worker,
            parts,
            next: Cell::new(0),
            busy: Cell::new(0),
            starved: Cell::new(0),
            peaks: RefCell::default(),
        }
    }

    /// Hands over a part at the end of every second, for as long as the thread runs.
    pub(crate) async fn report(&self) {
        self.busy.set(thread_cpu_ns());
        self.starved.set(thread_starved_ns());
        loop {
            self.worker
                .timers
                .sleep_until((self.next.get() + 1) * INTERVAL_NS)
                .await;
            self.flush(PartKind::Complete);
        }
    }

    /// Hands over what was measured since the last time.
    ///
    /// Parts of one interval are added up. What is not a sum (in flight, virtual users, time busy) is therefore left to the part that
    /// ends the interval.
    pub(crate) fn flush(&self, kind: PartKind) {
        let thread = usize::try_from(self.worker.segment.index).unwrap_or(0);
        let (used, starved) = match kind {
            PartKind::Partial => (0, 0),
            PartKind::Complete | PartKind::Last => self.used(),
        };
        let mut recorder = self.worker.recorder.borrow_mut();
        let mut part = recorder.take_part(self.next.get(), thread, used);
        drop(recorder);
        part.thread.starved_ns = starved;
        match kind {
            PartKind::Partial => self.hold_back(&mut part),
            PartKind::Complete | PartKind::Last => {
                self.give_back(&mut part);
                part.interpreters.extend(self.interpreter());
            }
        }
        if kind == PartKind::Complete {
            self.next.set(self.next.get() + 1);
        }
        self.parts.take(part, kind);
    }

    /// Returns the CPU time that this thread used since the last time, and the time that it waited for a core.
    fn used(&self) -> (u64, u64) {
        let (busy, starved) = (thread_cpu_ns(), thread_starved_ns());
        let used = busy.saturating_sub(self.busy.replace(busy));
        (used, starved.saturating_sub(self.starved.replace(starved)))
    }

    /// Returns what the interpreter of this process used since the last time; the first thread asks for all.
    fn interpreter(&self) -> Option<InterpreterPart> {
        let host = self.worker.scripts.as_ref();
        let used = host.filter(|_| self.worker.thread == 0)?.take_use();
        Some(InterpreterPart {
            // The first thread of a process has the number of the process: see `Segment::split`.
            process: self.worker.segment.index,
            busy_ns: used.busy_ns,
            waits: used.waits,
            delays: used.delays,
        })
    }

    fn hold_back(&self, part: &mut IntervalPart) {
        for (_, series) in &mut part.series {
            series.in_flight = 0;
        }
        let mut peaks = self.peaks.borrow_mut();
        for (id, scenario) in &mut part.scenarios {
            let peak = peaks.entry(*id).or_default();
            *peak = scenario.users_peak.max(*peak);
            (scenario.users, scenario.users_peak) = (0, 0);
        }
    }

    fn give_back(&self, part: &mut IntervalPart) {
        for (id, peak) in std::mem::take(&mut *self.peaks.borrow_mut()) {
            let at = part.scenarios.partition_point(|(other, _)| *other < id);
            if part.scenarios.get(at).is_none_or(|(other, _)| *other != id) {
                part.scenarios.insert(at, (id, ScenarioPart::default()));
            }
            let scenario = &mut part.scenarios[at].1;
            scenario.users_peak = scenario.users_peak.max(peak);
        }
    }
}

/// Returns the CPU time that this thread has used, in nanoseconds.
fn thread_cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000
        + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// Returns how long this thread has waited for a core although it had work, in nanoseconds; 0 where the system does not tell.
fn thread_starved_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat");
    text.ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
