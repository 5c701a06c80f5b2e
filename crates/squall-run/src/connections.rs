//! One connection to every target of a plan, before any load: an address that nobody answers at is a mistake to hear of early.

use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use squall_engine::CompiledScenario;
use squall_http::HttpThread;
use squall_plan::{CheckedStage, PlanError, PlanErrors, Source};
use squall_protocol::connect::{Connector, Origin};
use squall_protocol::{Clock, Failure, FailureClass};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};

use crate::PreparedRun;
use crate::alone::block_on;
use crate::error::plan_error;
use crate::hosts::first_source;

/// Connections that are tried at once.
const AT_ONCE: usize = 64;
/// Wait before the next attempt.
const PAUSE: Duration = Duration::from_millis(500);

/// A target, and whether it could be connected to.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Stage that sends requests there.
    pub stage: String,
    /// The first of its requests there.
    pub action: String,
    /// Scheme, host and port.
    pub origin: String,
    /// Where the stage's first scenario was written.
    pub place: Option<Source>,
    /// What came of it.
    pub outcome: Result<Connection, Failure>,
}

/// A connection that came about, and is closed again.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Address of the peer, or path of the socket.
    pub address: String,
    /// Milliseconds until it could have been written to: name, TCP and TLS.
    pub took_ms: f64,
    /// Version of TLS, where it is encrypted.
    pub tls: Option<String>,
}

/// Connects once to each target whose URL does not vary, and `retries` times more to one that does not answer; no request is sent.
///
/// Returns `None` where the user gave up. The targets are in the order of their stages.
///
/// # Errors
/// The system gives no event loop.
pub fn connect(
    run: &PreparedRun,
    retries: u32,
    interrupts: Option<&AtomicUsize>,
) -> io::Result<Option<Vec<Reached>>> {
    let thread = Rc::new(HttpThread::new(Clock::start()));
    let attempts = attempts(run, retries);
    let clock = thread.clock().clone();
    block_on(&thread, interrupts, async move {
        let local = LocalSet::new();
        local.run_until(try_all(attempts, clock)).await
    })
}

/// Returns the targets that could not be connected to, as errors.
pub fn unreachable(reached: &[Reached]) -> PlanErrors {
    let failed = reached.iter().filter_map(|target| {
        let failure = target.outcome.as_ref().err()?;
        Some(error(target, failure))
    });
    PlanErrors(failed.collect())
}

fn error(target: &Reached, failure: &Failure) -> PlanError {
    let Reached {
        stage,
        action,
        origin,
        place,
        ..
    } = target;
    let message = format!(
        "action `{action}` of stage `{stage}` cannot connect to {origin}: {}",
        failure.message
    );
    plan_error(&format!("stages.{stage}"), &message, place.as_ref()).with_hint(hint(failure))
}

fn hint(failure: &Failure) -> String {
    match failure.class {
        FailureClass::Tls => "look at its certificate with `squall ping URL`",
        FailureClass::Dns => "check the spelling of the URL, or give an address with `connect_to`",
        _ => "is the target running, and is its port right?",
    }
    .to_owned()
}

/// What is needed to try one target.
struct Attempt {
    stage: String,
    action: String,
    place: Option<Source>,
    origin: Origin,
    connector: Connector,
    limit: Duration,
    retries: u32,
}

fn attempts(run: &PreparedRun, retries: u32) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for ((index, _), scenarios) in &run.scenarios {
        let stage = &run.checked.stages[*index];
        if stage.skip {
            continue;
        }
        let mut known = BTreeSet::new();
        for scenario in scenarios {
            let targets = scenario.program.targets();
            let new = targets.filter(|(_, origin)| known.insert((*origin).clone()));
            attempts.extend(new.map(|target| attempt(stage, scenario, target, retries)));
        }
    }
    attempts
}

fn attempt(
    stage: &CheckedStage,
    scenario: &CompiledScenario,
    (action, origin): (&str, &Origin),
    retries: u32,
) -> Attempt {
    Attempt {
        stage: stage.name.clone(),
        action: action.to_owned(),
        place: first_source(stage).or(stage.source.as_ref()).cloned(),
        origin: origin.clone(),
        connector: Connector::new(scenario.http.connect_settings().clone()),
        limit: scenario.http.connect_timeout(),
        retries,
    }
}

async fn try_all(attempts: Vec<Attempt>, clock: Clock) -> Vec<Reached> {
    let turns = Rc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (number, attempt) in attempts.into_iter().enumerate() {
        let (turns, clock) = (Rc::clone(&turns), clock.clone());
        tasks.spawn_local(async move {
            // Nobody closes the semaphore.
            let _turn = turns.acquire().await.ok();
            (number, attempt.reach(&clock).await)
        });
    }
    let mut reached = tasks.join_all().await;
    reached.sort_by_key(|(number, _)| *number);
    reached.into_iter().map(|(_, reached)| reached).collect()
}

impl Attempt {
    async fn reach(self, clock: &Clock) -> Reached {
        let mut outcome = self.once(clock).await;
        for _ in 0..self.retries {
            if outcome.is_ok() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            outcome = self.once(clock).await;
        }
        Reached {
            stage: self.stage,
            action: self.action,
            origin: self.origin.to_string(),
            place: self.place,
            outcome,
        }
    }

    async fn once(&self, clock: &Clock) -> Result<Connection, Failure> {
        let start = clock.now();
        let connecting = self.connector.connect(&self.origin, clock);
        let Ok(connected) = tokio::time::timeout(self.limit, connecting).await else {
            let message = format!("no connection after {} s", self.limit.as_secs_f64());
            return Err(Failure::new(FailureClass::Timeout, message));
        };
        let connected = connected?;
        let facts = connected.facts();
        Ok(Connection {
            address: facts.peer,
            took_ms: connected.secured.saturating_sub(start) as f64 / 1e6,
            tls: facts.tls.map(|tls| tls.version),
        })
    }
}
