//! What the interpreter timed itself.

use squall_metrics::{Exemplar, Outcome, Sample, SeriesId};
use squall_protocol::values::IterationIds;
use squall_protocol::{Failure, Moments};

use crate::record::{OperationRecord, RecordedKind};
use crate::scenario::ScenarioThread;
use crate::script::{ScriptCommand, TimedFacts, TimedKind};
use crate::users::exemplar;
use crate::users::operation::NONE;
use crate::worker::Worker;

/// Counts a [`ScriptCommand::Timed`].
pub(super) fn record(scenario: &ScenarioThread, command: ScriptCommand, ids: IterationIds) {
    let (worker, scenario_seed) = (&*scenario.worker, scenario.seed);
    let ScriptCommand::Timed {
        series,
        kind,
        outcome,
        intended_ns,
        started_ns,
        ended_ns,
        failure,
        facts,
        ..
    } = command
    else {
        return;
    };
    let times = Times {
        intended: intended_ns.min(started_ns),
        started: started_ns,
        ended: ended_ns.max(started_ns),
        facts: facts.map(|facts| *facts).unwrap_or_default(),
    };
    let is_slow = count(worker, series, (kind, outcome), &times);
    let is_first = failure
        .as_deref()
        .is_some_and(|failure| record_failure(worker, series, failure, times.ended));
    if kind == TimedKind::Operation && outcome.is_some() {
        let mut recorder = worker.recorder.borrow_mut();
        if is_first || (is_slow && recorder.wants_exemplar(times.ended)) {
            let exemplar = times.exemplar(series, ids, failure.as_deref());
            recorder.exemplar(Exemplar {
                failed: outcome == Some(Outcome::Failed),
                ..exemplar
            });
        }
    }
    if let (Some(outcome), Some(records)) = (outcome, &worker.records) {
        let sampler = worker.sampler.as_ref();
        let record = OperationRecord {
            kind: match kind {
                TimedKind::Operation => RecordedKind::Operation,
                TimedKind::Transaction => RecordedKind::Transaction,
            },
            trace: sampler.and_then(|sampler| sampler.span(scenario_seed, ids, 0)),
            ..times.record(series, outcome, ids, failure.as_deref())
        };
        records.borrow_mut().push(record);
    }
}

/// Counts what was timed; returns whether it is one of the slowest so far.
fn count(
    worker: &Worker,
    series: SeriesId,
    how: (TimedKind, Option<Outcome>),
    times: &Times,
) -> bool {
    let mut is_slow = false;
    let mut recorder = worker.recorder.borrow_mut();
    match how {
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
            is_slow = recorder.operation_finished(series, &times.sample(outcome));
        }
        (TimedKind::Operation, None) => {
            recorder.operation_started(series);
            recorder.operation_interrupted(series);
        }
    }
    is_slow
}

/// Counts a failure that the script tells of; returns whether it is the first of its kind.
pub(super) fn record_failure(
    worker: &Worker,
    series: SeriesId,
    failure: &Failure,
    at_ns: u64,
) -> bool {
    let class = failure.class.as_str();
    let mut recorder = worker.recorder.borrow_mut();
    recorder.failure(series, class, &failure.message, at_ns, || {
        failure.detail.clone()
    })
}

#[derive(Clone, Copy, Debug)]
struct Times {
    intended: u64,
    started: u64,
    ended: u64,
    facts: TimedFacts,
}

impl Times {
    /// Returns the moments in their order: one that nobody told is the same as the one before, and none lies outside.
    fn moments(self) -> Moments {
        let after = |before: u64, told: Option<u64>| {
            told.map_or(before, |moment| moment.clamp(before, self.ended))
        };
        let connected = after(self.started, self.facts.connected_ns);
        let secured = after(connected, self.facts.secured_ns);
        let written = after(secured, self.facts.written_ns);
        let first_byte = match self.facts.first_byte_ns {
            None => self.ended,
            told => after(written, told),
        };
        Moments {
            intended: self.intended,
            start: self.started,
            connected,
            secured,
            written,
            first_byte,
            last_byte: self.ended,
        }
    }

    fn sample(self, outcome: Outcome) -> Sample {
        let (moments, facts) = (self.moments(), self.facts);
        let told = |moment: Option<u64>, phase: u64| moment.map_or(NONE, |_| phase);
        Sample {
            outcome,
            status: facts.status,
            response_ns: self.ended - self.intended,
            service_ns: self.ended - self.started,
            waiting_ns: self.started - self.intended,
            connecting_ns: told(facts.connected_ns, moments.connected - moments.start),
            securing_ns: told(facts.secured_ns, moments.secured - moments.connected),
            writing_ns: told(facts.written_ns, moments.written - moments.secured),
            first_byte_ns: told(facts.first_byte_ns, moments.first_byte - moments.written),
            reading_ns: told(facts.first_byte_ns, moments.last_byte - moments.first_byte),
            bytes_sent: facts.bytes_sent,
            bytes_received: facts.bytes_received,
        }
    }

    /// What is known of an operation whose bytes only the script has seen.
    #[cold]
    fn exemplar(self, series: SeriesId, ids: IterationIds, failure: Option<&Failure>) -> Exemplar {
        let facts = self.facts;
        Exemplar {
            series,
            moments_ns: self.moments().to_array(),
            connected: facts.connected_ns.is_some(),
            secured: facts.secured_ns.is_some(),
            status: facts.status,
            bytes_sent: facts.bytes_sent,
            bytes_received: facts.bytes_received,
            user: ids.user,
            iteration: ids.iteration,
            failures: failure.into_iter().map(exemplar::failure).collect(),
            ..Exemplar::default()
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
            kind: RecordedKind::Operation,
            series,
            moments: self.moments(),
            outcome,
            status: self.facts.status,
            bytes_sent: self.facts.bytes_sent,
            bytes_received: self.facts.bytes_received,
            user: ids.user,
            iteration: ids.iteration,
            id: (0, 0),
            trace: None,
            failure: failure
                .map(|failure| Box::new((failure.class.as_str(), failure.message.clone()))),
        }
    }
}
