//! Operations that have ended and are not counted before the script has judged their answers.

use squall_http::{Capture, Operation};
use squall_metrics::{Outcome, SeriesId};
use squall_protocol::Failure;
use squall_protocol::values::IterationIds;

use crate::users::operation;
use crate::worker::Worker;

/// An operation that waits for its judgement; it has no answer, which the script has.
#[derive(Debug)]
pub(super) struct Held {
    number: u32,
    series: SeriesId,
    operation: Operation,
    /// Its bytes: by the time of the judgement they are gone.
    capture: Option<Capture>,
}

impl Held {
    pub(super) fn of(
        number: u32,
        series: SeriesId,
        operation: &mut Operation,
        capture: Option<Capture>,
    ) -> Box<Self> {
        let answer = operation.answer.take();
        let held = Self {
            number,
            series,
            operation: operation.clone(),
            capture,
        };
        operation.answer = answer;
        Box::new(held)
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
    pub(super) fn judge(&mut self, number: u32, failures: Vec<Failure>) -> Outcome {
        let Some(at) = self.waiting.iter().position(|held| held.number == number) else {
            return Outcome::Ok;
        };
        let mut held = self.waiting.swap_remove(at);
        held.operation.failures.extend(failures);
        let capture = held.capture.take();
        operation::record(self.worker, held.series, &held.operation, self.ids, || {
            capture
        })
    }

    /// Counts what is left.
    pub(super) fn release(&mut self) {
        for mut held in self.waiting.drain(..) {
            let capture = held.capture.take();
            let (series, operation) = (held.series, &held.operation);
            operation::record(self.worker, series, operation, self.ids, || capture);
        }
    }
}

impl Drop for AllHeld<'_> {
    fn drop(&mut self) {
        self.release();
    }
}
