//! The set of agents, and who of them still lives.
//!
//! | agent | then |
//! |---|---|
//! | says `Bye`, and its connection ends | it has left |
//! | its connection ends without `Bye` | it is lost |
//! | sends what is no message | it is ended, and lost |
//! | is silent for [`SILENCE_MS`] | it is ended, and lost |
//!
//! What a lost agent has sent before is received before it is called lost.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::frames;
use crate::messages::{FromAgent, ToAgent};
use crate::outbox::Outbox;
use crate::process::AgentProcess;
use crate::transport::{Connection, Incoming};

/// An agent that is silent for so long is lost.
pub const SILENCE_MS: u32 = 1_500;
/// How often the coordinator looks. Silence is counted in looks: a machine that lets nobody run does not make an agent look dead.
const LOOK_MS: u32 = 100;

/// Takes what agents send; called on a thread of each agent, so that the messages of one keep their order.
pub trait Events: fmt::Debug + Send + Sync {
    /// Takes a message.
    fn received(&self, agent: u32, message: FromAgent);

    /// The agent was lost; nothing comes from it any more.
    fn lost(&self, agent: u32);

    /// The agent has left after its goodbye; nothing comes from it any more.
    fn left(&self, agent: u32);
}

/// An agent that has joined.
#[derive(Debug)]
pub struct Member {
    /// What carries its messages.
    pub connection: Connection,
    /// Its process, where it is one of this machine.
    pub process: Option<AgentProcess>,
}

/// All agents of a run. Dropping it ends their connections and processes.
#[derive(Debug)]
pub struct Coordinator {
    links: Vec<Arc<Link>>,
}

#[derive(Debug)]
struct Link {
    outbox: Outbox,
    process: Option<AgentProcess>,
    /// Looks since it was heard.
    silent: AtomicU32,
    over: AtomicBool,
}

impl Link {
    fn end(&self) {
        if let Some(process) = &self.process {
            process.kill();
        }
        self.outbox.close();
    }
}

impl Coordinator {
    /// Starts to receive what agents send; agents are numbered in their order.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(members: Vec<Member>, events: &Arc<dyn Events>) -> io::Result<Self> {
        let mut links = Vec::new();
        let mut readers = Vec::new();
        for (member, agent) in members.into_iter().zip(0_u32..) {
            let (outgoing, incoming) = member.connection;
            links.push(Arc::new(Link {
                outbox: Outbox::start(outgoing, &format!("agent-{agent}"))?,
                process: member.process,
                silent: AtomicU32::new(0),
                over: AtomicBool::new(false),
            }));
            readers.push(incoming);
        }
        for ((link, incoming), agent) in links.iter().zip(readers).zip(0_u32..) {
            let (link, events) = (Arc::clone(link), Arc::clone(events));
            std::thread::Builder::new()
                .name(format!("squall-from-agent-{agent}"))
                .spawn(move || listen(agent, incoming, &link, &*events))?;
        }
        let watched: Vec<Weak<Link>> = links.iter().map(Arc::downgrade).collect();
        std::thread::Builder::new()
            .name("squall-watch".to_owned())
            .spawn(move || watch(&watched))?;
        Ok(Self { links })
    }

    /// Tells an agent something; one that is gone need not know.
    pub fn send(&self, agent: u32, message: &ToAgent) {
        if let Some(link) = self.link(agent) {
            link.outbox.send(message);
        }
    }

    /// Tells all agents that live something.
    pub fn send_all(&self, message: &ToAgent) {
        for agent in self.living() {
            self.send(agent, message);
        }
    }

    /// Returns the agents that have neither left nor been lost.
    pub fn living(&self) -> Vec<u32> {
        let links = self.links.iter().zip(0_u32..);
        links
            .filter(|(link, _)| !link.over.load(Ordering::Acquire))
            .map(|(_, agent)| agent)
            .collect()
    }

    /// Ends an agent at once; it counts as lost unless it has said goodbye.
    pub fn end(&self, agent: u32) {
        if let Some(link) = self.link(agent) {
            link.end();
        }
    }

    /// Waits until the processes of agents have ended that were told to, and ends those that take too long.
    pub fn reap(&self) {
        let processes = self.links.iter().filter_map(|link| link.process.as_ref());
        processes.for_each(AgentProcess::reap);
    }

    fn link(&self, agent: u32) -> Option<&Arc<Link>> {
        self.links.get(agent as usize)
    }
}

impl Drop for Coordinator {
    fn drop(&mut self) {
        self.links.iter().for_each(|link| link.end());
    }
}

fn listen(agent: u32, mut incoming: Box<dyn Incoming>, link: &Link, events: &dyn Events) {
    let mut said_goodbye = false;
    loop {
        let message = match incoming.receive() {
            Ok(None) => break,
            Ok(Some(bytes)) => frames::decode::<FromAgent>(&bytes),
            Err(error) => Err(error),
        };
        link.silent.store(0, Ordering::Release);
        match message {
            Ok(message) => {
                said_goodbye |= matches!(message, FromAgent::Bye { .. });
                events.received(agent, message);
            }
            Err(error) => {
                tracing::error!(%error, agent, "an agent sent what is no message");
                link.end();
                break;
            }
        }
    }
    link.over.store(true, Ordering::Release);
    if said_goodbye {
        events.left(agent);
    } else {
        link.end();
        events.lost(agent);
    }
}

/// Counts the silence of agents until all are gone.
fn watch(links: &[Weak<Link>]) {
    loop {
        std::thread::sleep(Duration::from_millis(u64::from(LOOK_MS)));
        let mut any = false;
        for link in links.iter().filter_map(Weak::upgrade) {
            if link.over.load(Ordering::Acquire) {
                continue;
            }
            any = true;
            if link.silent.fetch_add(1, Ordering::AcqRel) + 1 >= SILENCE_MS / LOOK_MS {
                link.end();
            }
        }
        if !any {
            return;
        }
    }
}
