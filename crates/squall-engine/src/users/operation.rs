//! From a finished operation to a sample.

use std::sync::Arc;

use squall_http::{Capture, Operation};
use squall_metrics::{Outcome, Sample, SeriesId};
use squall_protocol::FailureClass;
use squall_protocol::answer::CheckNames;
use squall_protocol::values::IterationIds;

use super::exemplar::exemplar;
use crate::record::{OperationRecord, RecordedKind};
use crate::worker::Worker;

/// Marks a phase that did not take place.
pub(super) const NONE: u64 = u64::MAX;

/// Counts a finished operation and returns its outcome. `capture` is asked for its bytes where it is to be kept as a whole; one that is
/// neither slow nor failed costs no more than a comparison.
#[inline]
pub(super) fn record(
    worker: &Worker,
    (series, checks): (SeriesId, Option<&CheckNames>),
    operation: &Operation,
    ids: IterationIds,
    capture: impl FnOnce() -> Option<Capture>,
) -> Outcome {
    let sample = sample(operation);
    let mut recorder = worker.recorder.borrow_mut();
    let is_slow = recorder.operation_finished(series, &sample);
    let at = operation.moments.last_byte;
    let mut is_first = false;
    for failure in &operation.failures {
        let class = failure.class.as_str();
        is_first |= recorder.failure(series, class, &failure.message, at, || {
            example(operation, &failure.detail)
        });
    }
    if is_first || (is_slow && recorder.wants_exemplar(at)) {
        recorder.exemplar(exemplar(series, operation, ids, capture()));
    }
    if operation
        .failures
        .iter()
        .any(|one| one.class.is_of_answer())
    {
        recorder.unmet(series);
    }
    if let Some(names) = checks
        && was_checked(operation)
    {
        recorder.checked(series, names, failed_checks(operation));
    }
    drop(recorder);
    if let Some(records) = &worker.records {
        let mut records = records.borrow_mut();
        let record = operation_record(series, operation, sample.outcome, ids);
        if let Some(names) = checks
            && was_checked(operation)
        {
            check_records(names, operation, &record, |check| records.push(check));
        }
        records.push(record);
    }
    sample.outcome
}

/// Tells whether there was an answer that was looked at.
fn was_checked(operation: &Operation) -> bool {
    let mut classes = operation.failures.iter().map(|failure| failure.class);
    classes.all(|class| class.is_of_answer() || class == FailureClass::Script)
}

/// The checks that did not hold, each once; failures of one check follow each other.
fn failed_checks(operation: &Operation) -> impl Iterator<Item = usize> + '_ {
    let checks = operation
        .failures
        .iter()
        .filter_map(|failure| failure.check);
    let mut last = None;
    checks
        .filter(move |check| last.replace(*check) != Some(*check))
        .map(usize::from)
}

/// Hands over a record of each check that a script made of an answer, where somebody wants records.
pub(super) fn record_judged(
    worker: &Worker,
    series: SeriesId,
    operation: &Operation,
    ids: IterationIds,
    checks: &[(String, bool)],
) {
    let Some(records) = &worker.records else {
        return;
    };
    let of = operation_record(series, operation, Outcome::Ok, ids);
    for (name, held) in checks {
        records.borrow_mut().push(OperationRecord {
            kind: RecordedKind::Check(name.as_str().into()),
            outcome: if *held { Outcome::Ok } else { Outcome::Failed },
            trace: None,
            failure: (!held).then(|| Box::new((FailureClass::Check.as_str(), name.clone()))),
            ..of.clone()
        });
    }
}

/// Makes a record of each check of an answer.
fn check_records(
    names: &CheckNames,
    operation: &Operation,
    of: &OperationRecord,
    mut push: impl FnMut(OperationRecord),
) {
    for (number, name) in names.iter().enumerate() {
        let mut failures = operation.failures.iter();
        let failed = failures.find(|failure| failure.check.map(usize::from) == Some(number));
        push(OperationRecord {
            kind: RecordedKind::Check(Arc::clone(name)),
            outcome: match failed {
                Some(_) => Outcome::Failed,
                None => Outcome::Ok,
            },
            trace: None,
            failure: failed
                .map(|failure| Box::new((failure.class.as_str(), failure.message.clone()))),
            ..of.clone()
        });
    }
}

/// Tells how a finished operation counts.
pub(super) fn outcome(operation: &Operation) -> Outcome {
    if operation.failures.is_empty() {
        Outcome::Ok
    } else {
        Outcome::Failed
    }
}

fn sample(operation: &Operation) -> Sample {
    let m = &operation.moments;
    Sample {
        outcome: outcome(operation),
        status: operation.status,
        response_ns: m.last_byte.saturating_sub(m.intended),
        service_ns: m.last_byte.saturating_sub(m.start),
        waiting_ns: m.start.saturating_sub(m.intended),
        connecting_ns: if operation.connected {
            m.connected - m.start
        } else {
            NONE
        },
        securing_ns: if operation.secured {
            m.secured - m.connected
        } else {
            NONE
        },
        writing_ns: m.written.saturating_sub(m.secured),
        first_byte_ns: m.first_byte.saturating_sub(m.written),
        reading_ns: m.last_byte.saturating_sub(m.first_byte),
        bytes_sent: operation.bytes_sent,
        bytes_received: operation.bytes_received,
    }
}

fn example(operation: &Operation, detail: &str) -> String {
    if detail.is_empty() {
        operation.request_line.clone()
    } else {
        format!("{}: {detail}", operation.request_line)
    }
}

fn operation_record(
    series: SeriesId,
    operation: &Operation,
    outcome: Outcome,
    ids: IterationIds,
) -> OperationRecord {
    let failure = operation
        .failures
        .first()
        .map(|failure| Box::new((failure.class.as_str(), failure.message.clone())));
    OperationRecord {
        kind: RecordedKind::Operation,
        series,
        moments: operation.moments,
        outcome,
        status: operation.status,
        bytes_sent: operation.bytes_sent,
        bytes_received: operation.bytes_received,
        user: ids.user,
        iteration: ids.iteration,
        id: (0, 0),
        trace: operation.trace.clone(),
        failure,
    }
}
