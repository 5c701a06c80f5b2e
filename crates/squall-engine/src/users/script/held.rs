//! Operations that have ended and are not counted before the script has judged their answers.

use squall_http::{Capture, Operation};
use squall_metrics::{Outcome, SeriesId};
use squall_protocol::Failure;
use squall_protocol::answer::CheckNames;
use squall_protocol::values::IterationIds;

use crate::users::operation;
use crate::worker::Worker;

/// An operation that waits for its judgement; it has no answer, which the script has.
#[derive(Debug)]
pub(super) struct Held {
    number: u32,
    series: SeriesId,
    checks: Option<CheckNames>,
    operation: Operation,
    /// Its bytes: by the time of the judgement they are gone.
    capture: Option<Capture>,
}

impl Held {
    pub(super) fn of(
        number: u32,
        (series, checks): (SeriesId, Option<&CheckNames>),
        operation: &mut Operation,
        capture: Option<Capture>,
    ) -> Box<Self> {
        let answer = operation.answer.take();
        let held = Self {
            number,
            series,
            checks: checks.cloned(),
            operation: operation.clone(),
            capture,
        };
        operation.answer = answer;
        Box::new(held)
    }
}

impl Held {
    fn count(self, worker: &Worker, ids: IterationIds) -> Outcome {
        let (checks, capture) = (self.checks.as_ref(), self.capture);
        operation::record(worker, (self.series, checks), &self.operation, ids, || {
            capture
        })
    }
}

/// Those of a pass; what is left at its end is counted as it is.
#[derive(Debug)]
pub(super) struct AllHeld<'a> {
    worker: &'a Worker,
    ids: IterationIds,
    waiting: Vec<Held>,
}

impl<'a> AllHeld<'a> {
    pub(super) fn new(worker: &'a Worker, ids: IterationIds) -> Self {
        Self {
            worker,
            ids,
            waiting: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, held: Held) {
        self.waiting.push(held);
    }

    /// Counts one that was judged, and returns how.
    pub(super) fn judge(
        &mut self,
        number: u32,
        failures: Vec<Failure>,
        checks: Vec<(String, bool)>,
    ) -> Outcome {
        let Some(at) = self.waiting.iter().position(|held| held.number == number) else {
            return Outcome::Ok;
        };
        let mut held = self.waiting.swap_remove(at);
        held.operation.failures.extend(failures);
        if !checks.is_empty() {
            operation::record_judged(self.worker, held.series, &held.operation, self.ids, &checks);
            let failed: Vec<usize> = (0..)
                .zip(&checks)
                .filter(|(_, (_, held))| !held)
                .map(|(at, _)| at)
                .collect();
            let names: CheckNames = checks.into_iter().map(|(name, _)| name.into()).collect();
            let mut recorder = self.worker.recorder.borrow_mut();
            recorder.checked(held.series, &names, failed.into_iter());
        }
        held.count(self.worker, self.ids)
    }

    /// Counts what is left.
    pub(super) fn release(&mut self) {
        for held in self.waiting.drain(..) {
            held.count(self.worker, self.ids);
        }
    }
}

impl Drop for AllHeld<'_> {
    fn drop(&mut self) {
        self.release();
    }
}
