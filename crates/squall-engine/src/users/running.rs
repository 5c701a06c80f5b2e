//! What was started is counted exactly once, whatever becomes of it.

use squall_metrics::{Outcome, SeriesId};

use crate::worker::Worker;

/// A transaction or an iteration under way; dropped unfinished, it counts as interrupted.
#[derive(Debug)]
pub(super) struct RunningTransaction<'a> {
    worker: &'a Worker,
    series: SeriesId,
    started: u64,
    open: bool,
}

impl<'a> RunningTransaction<'a> {
    pub(super) fn start(worker: &'a Worker, series: SeriesId, started: u64) -> Self {
        worker.recorder.borrow_mut().transaction_started(series);
        Self {
            worker,
            series,
            started,
            open: true,
        }
    }

    pub(super) fn finish(mut self, outcome: Outcome, ended: u64) {
        self.open = false;
        self.worker.recorder.borrow_mut().transaction_finished(
            self.series,
            outcome,
            ended.saturating_sub(self.started),
        );
    }
}

impl Drop for RunningTransaction<'_> {
    fn drop(&mut self) {
        if self.open {
            self.worker
                .recorder
                .borrow_mut()
                .transaction_interrupted(self.series);
        }
    }
}

/// An operation under way; dropped unfinished, it counts as interrupted.
#[derive(Debug)]
pub(super) struct RunningOperation<'a> {
    worker: &'a Worker,
    series: SeriesId,
}

impl<'a> RunningOperation<'a> {
    pub(super) fn start(worker: &'a Worker, series: SeriesId) -> Self {
        worker.recorder.borrow_mut().operation_started(series);
        Self { worker, series }
    }

    /// Leaves the counting to the caller, who has the result.
    pub(super) fn finished(self) {
        std::mem::forget(self);
    }
}

impl Drop for RunningOperation<'_> {
    fn drop(&mut self) {
        self.worker
            .recorder
            .borrow_mut()
            .operation_interrupted(self.series);
    }
}
