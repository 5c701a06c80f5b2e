//! Every request and its answer, for those who look into a test.

use std::sync::mpsc::Sender;

use squall_http::{Client, HttpStep, KeptAnswer, Operation};
use squall_metrics::{SeriesId, SeriesKey, SeriesTable};
use squall_protocol::values::IterationIds;
use squall_protocol::{Failure, Moments};

/// One request and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Stage, scenario and name of the operation.
    pub series: SeriesKey,
    /// Bytes of the last request, after redirects; without a body that was read from a file.
    pub request: Vec<u8>,
    /// The answer with its redirects, if there was one.
    pub answer: Option<Box<KeptAnswer>>,
    /// Why it failed; empty when it succeeded.
    pub failures: Vec<Failure>,
    /// When things happened.
    pub moments: Moments,
    /// Status of the answer; 0 without one.
    pub status: u16,
    /// Number of the virtual user.
    pub user: u64,
    /// Number of the iteration in its scenario.
    pub iteration: u64,
}

/// Where exchanges go.
#[derive(Clone, Debug)]
pub(crate) struct Tracer {
    pub(crate) exchanges: Sender<Exchange>,
    pub(crate) series: SeriesTable,
}

/// Hands over a finished operation.
#[cold]
pub(crate) fn trace(
    tracer: &Tracer,
    client: &Client,
    step: &HttpStep,
    (series, ids): (SeriesId, IterationIds),
    operation: &Operation,
) {
    let Some(series) = tracer.series.key(series) else {
        return;
    };
    let exchange = Exchange {
        series,
        request: client.last_request(step).to_vec(),
        answer: operation.answer.clone(),
        failures: operation.failures.clone(),
        moments: operation.moments,
        status: operation.status,
        user: ids.user,
        iteration: ids.iteration,
    };
    // Whoever asked for it may have seen enough.
    tracer.exchanges.send(exchange).ok();
}
