//! The loop of an agent.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use thiserror::Error;

use crate::frames;
use crate::messages::{AgentError, AgentUsage, FromAgent, ToAgent, Welcome};
use crate::outbox::Outbox;
use crate::transport::{Connection, Incoming};

/// How often an agent says that it lives.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// How long the last messages of an agent may take.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// Why an agent has ended before its time.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The connection could not be used.
    #[error("cannot talk to the coordinator")]
    Connection(#[from] io::Error),
    /// The coordinator has gone.
    #[error("the coordinator has gone")]
    Orphaned,
}

/// What an agent does.
pub trait Agent: fmt::Debug + Sync {
    /// Makes everything ready; called once, before any order.
    ///
    /// # Errors
    /// Everything that is wrong with the test here.
    fn prepare(&self, welcome: Welcome, outbox: &Outbox) -> Result<(), Vec<AgentError>>;

    /// Obeys an order or takes an answer, also while it prepares and finishes; may not wait for another message.
    fn obey(&self, message: ToAgent);

    /// Returns what the process used so far.
    fn usage(&self) -> AgentUsage;

    /// Ends everything, and sends what was measured; returns what went wrong. Called once, also after errors.
    fn finish(&self) -> Vec<AgentError>;

    /// The coordinator has gone: whoever still works here works for nobody. Called on another thread than the rest; should
    /// end the process.
    fn orphaned(&self);
}

/// What the thread that works is told.
#[derive(Debug)]
enum Duty {
    Prepare(Box<Welcome>),
    Finish,
}

/// Serves a coordinator to the end. Prepares and finishes on the thread that calls.
///
/// # Errors
/// The coordinator has gone, or could not be talked to.
pub fn serve(connection: Connection, agent: &dyn Agent, version: &str) -> Result<(), ServeError> {
    let (outgoing, incoming) = connection;
    let outbox = Outbox::start(outgoing, "coordinator")?;
    outbox.send(&FromAgent::Hello {
        pid: std::process::id(),
        version: version.to_owned(),
    });
    let (duties, own_duties) = channel();
    let (end, ended) = channel();
    let leaving = AtomicBool::new(false);
    let (leaving, beating) = (&leaving, &outbox);
    let thread = |name: &str| std::thread::Builder::new().name(format!("squall-{name}"));
    std::thread::scope(|scope| {
        thread("orders").spawn_scoped(scope, move || {
            take_orders(incoming, agent, &duties, leaving);
        })?;
        thread("heartbeat").spawn_scoped(scope, move || beat(agent, beating, &ended))?;
        let served = work(agent, &outbox, &own_duties);
        leaving.store(true, Ordering::Release);
        drop(end);
        outbox.drained_to(0, LAST_WORDS);
        outbox.close();
        served
    })
}

/// Prepares and finishes when it is told to.
fn work(agent: &dyn Agent, outbox: &Outbox, duties: &Receiver<Duty>) -> Result<(), ServeError> {
    loop {
        match duties.recv() {
            Ok(Duty::Prepare(welcome)) => outbox.send(&match agent.prepare(*welcome, outbox) {
                Ok(()) => FromAgent::Ready,
                Err(errors) => FromAgent::Refused { errors },
            }),
            Ok(Duty::Finish) => {
                let errors = agent.finish();
                let usage = agent.usage();
                outbox.send(&FromAgent::Bye { usage, errors });
                return Ok(());
            }
            Err(_) => return Err(ServeError::Orphaned),
        }
    }
}

fn take_orders(
    mut incoming: Box<dyn Incoming>,
    agent: &dyn Agent,
    duties: &Sender<Duty>,
    leaving: &AtomicBool,
) {
    loop {
        let message = incoming.receive().and_then(|bytes| {
            let message = bytes.map(|bytes| frames::decode::<ToAgent>(&bytes));
            message.transpose()
        });
        // The thread that works lives for as long as it has duties.
        match message {
            Ok(Some(ToAgent::Welcome(welcome))) => {
                duties.send(Duty::Prepare(welcome)).ok();
            }
            Ok(Some(ToAgent::Shutdown)) => {
                duties.send(Duty::Finish).ok();
            }
            Ok(Some(message)) => agent.obey(message),
            Ok(None) => break,
            Err(error) => {
                tracing::error!(%error, "the coordinator sent what is no message");
                break;
            }
        }
    }
    if !leaving.load(Ordering::Acquire) {
        agent.orphaned();
    }
}

fn beat(agent: &dyn Agent, outbox: &Outbox, ended: &Receiver<()>) {
    while ended.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
        outbox.send(&FromAgent::Heartbeat {
            usage: agent.usage(),
        });
    }
}
