//! Operations that a plugin of the test does by itself, counted as those of the built-in clients are.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use squall_engine::script::{TimedFacts, TimedKind};
use squall_metrics::Outcome;
use squall_protocol::{Failure, FailureClass};

use super::iteration::{Iteration, Timed};
use super::span::Span;

/// When an operation should have started, when it did, and when it ended.
pub(crate) type Times = (u64, u64, u64);
/// Class, message and detail.
pub(crate) type Failed = (String, String, String);
/// The moments of connecting, securing, writing and the first byte; bytes sent and received; status.
pub(crate) type Told = ([Option<u64>; 4], u64, u64, u16);

/// Begins an operation: returns when it should have started, and when it does.
pub(crate) fn begin(iteration: &Iteration) -> (u64, u64) {
    let is_first = iteration.count_request() == 0;
    let started = iteration.shared.now();
    (iteration.intended_of(started, is_first), started)
}

/// Counts an operation that has ended; `ok` is `None` for one that was given up.
#[expect(clippy::too_many_arguments, reason = "arguments of a Python method")]
pub(crate) fn end(
    py: Python<'_>,
    iteration: &Iteration,
    name: &str,
    (intended_ns, started_ns, ended_ns): Times,
    ok: Option<bool>,
    failed: Option<Failed>,
    told: Option<Told>,
) -> PyResult<()> {
    let outcome = match ok {
        Some(true) => Some(Outcome::Ok),
        Some(false) => Some(Outcome::Failed),
        None => None,
    };
    let timed = Timed {
        kind: TimedKind::Operation,
        outcome: outcome.filter(|_| !iteration.is_given_up()),
        intended_ns,
        started_ns,
        ended_ns: ended_ns.max(started_ns),
    };
    let failure = match failed {
        None => None,
        Some((class, message, detail)) => Some(Box::new(Failure {
            check: None,
            class: class_of(&class)?,
            message,
            detail,
        })),
    };
    if let Some(Outcome::Failed) = timed.outcome {
        Span::add(py, Span::current_of(py, iteration), Outcome::Failed);
    }
    iteration.told(name, timed, failure, told.map(facts_of).map(Box::new));
    Ok(())
}

fn facts_of((moments, bytes_sent, bytes_received, status): Told) -> TimedFacts {
    let [connected_ns, secured_ns, written_ns, first_byte_ns] = moments;
    TimedFacts {
        connected_ns,
        secured_ns,
        written_ns,
        first_byte_ns,
        bytes_sent,
        bytes_received,
        status,
    }
}

fn class_of(name: &str) -> PyResult<FailureClass> {
    FailureClass::named(name).ok_or_else(|| {
        let known: Vec<String> = FailureClass::ALL
            .iter()
            .map(|class| format!("`{class}`"))
            .collect();
        let message = format!(
            "there is no class of failures `{name}`; there are {}",
            known.join(", ")
        );
        PyValueError::new_err(message)
    })
}
