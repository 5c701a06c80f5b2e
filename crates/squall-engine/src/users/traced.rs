//! Records of transactions, and of iterations that are traced.

use squall_metrics::{Outcome, SeriesId};
use squall_protocol::values::IterationIds;
use squall_protocol::{Moments, TraceIds};

use crate::record::{OperationRecord, RecordedKind};
use crate::scenario::ScenarioThread;

/// Returns the span of the next operation or transaction, where its iteration is traced.
#[inline]
pub(super) fn span(
    scenario: &ScenarioThread,
    ids: IterationIds,
    parent: u64,
) -> Option<Box<TraceIds>> {
    let sampler = scenario.worker.sampler.as_ref()?;
    sampler.span(scenario.seed, ids, parent)
}

/// Hands over the record of a transaction, where somebody wants records; `times` are its start and its end.
pub(super) fn transaction(
    scenario: &ScenarioThread,
    (series, ids): (SeriesId, IterationIds),
    times: (u64, u64),
    outcome: Outcome,
    trace: Option<Box<TraceIds>>,
) {
    if let Some(records) = &scenario.worker.records {
        let record = record((series, ids), times, outcome);
        records
            .borrow_mut()
            .push(OperationRecord { trace, ..record });
    }
}

/// Hands over the record of an iteration that is traced: the root of its trace.
#[inline]
pub(super) fn iteration(
    scenario: &ScenarioThread,
    ids: IterationIds,
    times: (u64, u64),
    outcome: Outcome,
) {
    let worker = &scenario.worker;
    if let (Some(sampler), Some(records)) = (&worker.sampler, &worker.records)
        && let Some(root) = sampler.root(scenario.seed, ids)
    {
        let series = scenario.scenario.program.iteration;
        records.borrow_mut().push(OperationRecord {
            kind: RecordedKind::Iteration,
            trace: Some(Box::new(root)),
            ..record((series, ids), times, outcome)
        });
    }
}

fn record(
    (series, ids): (SeriesId, IterationIds),
    (started, ended): (u64, u64),
    outcome: Outcome,
) -> OperationRecord {
    OperationRecord {
        kind: RecordedKind::Transaction,
        series,
        moments: Moments {
            intended: started,
            start: started,
            connected: started,
            secured: started,
            written: started,
            first_byte: ended,
            last_byte: ended,
        },
        outcome,
        status: 0,
        bytes_sent: 0,
        bytes_received: 0,
        user: ids.user,
        iteration: ids.iteration,
        id: (0, 0),
        trace: None,
        failure: None,
    }
}
