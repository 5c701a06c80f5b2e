//! What the interpreter timed itself.

use squall_metrics::{Outcome, Sample, SeriesId};
use squall_protocol::values::IterationIds;
use squall_protocol::{Failure, Moments};

use crate::record::OperationRecord;
use crate::script::{ScriptCommand, TimedKind};
use crate::users::operation::NONE;
use crate::worker::Worker;

/// Counts a [`ScriptCommand::Timed`].
pub(super) fn record(worker: &Worker, command: ScriptCommand, ids: IterationIds) {
    let ScriptCommand::Timed {
        series,
        kind,
        outcome,
        intended_ns,
        started_ns,
        ended_ns,
        failure,
        ..
    } = command
    else {
        return;
    };
    let times = Times {
        intended: intended_ns.min(started_ns),
        started: started_ns,
        ended: ended_ns.max(started_ns),
    };
    let mut recorder = worker.recorder.borrow_mut();
    match (kind, outcome) {
        (TimedKind::Transaction, Some(outcome)) => {
            recorder.transaction_started(series);
            recorder.transaction_finished(series, outcome, times.ended - times.started);
        }
        (TimedKind::Transaction, None) => {
            recorder.transaction_started(series);
            recorder.transaction_interrupted(series);
        }
        (TimedKind::Operation, Some(outcome)) => {
            recorder.operation_started(series);
            recorder.operation_finished(series, &times.sample(outcome));
        }
        (TimedKind::Operation, None) => {
            recorder.operation_started(series);
            recorder.operation_interrupted(series);
        }
    }
    drop(recorder);
    if let Some(failure) = &failure {
        record_failure(worker, series, failure, times.ended);
    }
    if let (TimedKind::Operation, Some(outcome), Some(records)) = (kind, outcome, &worker.records) {
        let record = times.record(series, outcome, ids, failure.as_deref());
        records.borrow_mut().push(record);
    }
}

/// Counts a failure that the script tells of.
pub(super) fn record_failure(worker: &Worker, series: SeriesId, failure: &Failure, at_ns: u64) {
    let class = failure.class.as_str();
    let mut recorder = worker.recorder.borrow_mut();
    recorder.failure(series, class, &failure.message, at_ns, || {
        failure.detail.clone()
    });
}

#[derive(Clone, Copy, Debug)]
struct Times {
    intended: u64,
    started: u64,
    ended: u64,
}

impl Times {
    fn sample(self, outcome: Outcome) -> Sample {
        Sample {
            outcome,
            status: 0,
            response_ns: self.ended - self.intended,
            service_ns: self.ended - self.started,
            waiting_ns: self.started - self.intended,
            connecting_ns: NONE,
            securing_ns: NONE,
            writing_ns: NONE,
            first_byte_ns: NONE,
            reading_ns: NONE,
            bytes_sent: 0,
            bytes_received: 0,
        }
    }

    fn record(
        self,
        series: SeriesId,
        outcome: Outcome,
        ids: IterationIds,
        failure: Option<&Failure>,
    ) -> OperationRecord {
        OperationRecord {
            series,
            moments: Moments {
                intended: self.intended,
                start: self.started,
                connected: self.started,
                secured: self.started,
                written: self.started,
                first_byte: self.ended,
                last_byte: self.ended,
            },
            outcome,
            status: 0,
            bytes_sent: 0,
            bytes_received: 0,
            user: ids.user,
            iteration: ids.iteration,
            id: (0, 0),
            failure: failure
                .map(|failure| Box::new((failure.class.as_str(), failure.message.clone()))),
        }
    }
}
