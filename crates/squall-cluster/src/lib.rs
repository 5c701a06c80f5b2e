//! Several processes for one run: what coordinator and agents tell each other, and what carries it.
//!
//! Reading order: [`messages`] (what is told), [`frames`] (as bytes), [`transport`] (what carries them: in the process, a Unix
//! socket), [`outbox`] (sending without waiting), [`coordinator`] (the set of agents, and who of them still lives), [`process`]
//! (agents as child processes), [`agent`] (the loop of an agent).
//!
//! The coordinator decides nothing about load: it carries messages, and says who was lost. An agent that is silent for
//! [`coordinator::SILENCE_MS`], whose connection closes, or whose process ends without a goodbye is lost. This crate knows no protocol,
//! no plan and no reporter; anything that carries ordered messages of bytes can be a transport.

pub mod agent;
pub mod coordinator;
pub mod frames;
pub mod messages;
pub mod outbox;
pub mod process;
pub mod transport;

pub use agent::{Agent, ServeError, serve};
pub use coordinator::{Coordinator, Events, Member};
pub use messages::{
    AgentError, AgentOptions, AgentUsage, Answer, ErrorPlace, FromAgent, PartState, Record,
    RecordFailure, RecordKind, RestOfShare, TestFile, ToAgent, Welcome,
};
pub use outbox::Outbox;
pub use process::{AgentProcess, Output, SpawnError};
