//! Scripts: what a flow cannot express runs in an interpreter, on threads of its own.
//!
//! Reading order: [`messages`] (what I/O threads and interpreters tell each other), [`host`] (what an interpreter implements),
//! [`inlet`] (where an I/O thread takes commands), [`reply`] (where a blocking thread waits for its answer), `desk` (where an I/O
//! thread and the interpreters meet).
//!
//! The engine decides when an iteration starts and on which virtual user, sends every request, and takes every timestamp; the host
//! runs the code between requests. Both sides talk in batches: one lock and at most one wake-up per batch, nothing per message.

mod desk;
mod host;
mod inlet;
mod messages;
mod passes;
mod reply;

pub(crate) use desk::{ScriptDesk, Seat};
pub use host::{Answer, InterpreterUse, RunLink, ScriptHost, ScriptMessage};
pub use inlet::CommandInlet;
pub use messages::{
    FinishedOperation, IterationRef, ReplyTo, ScriptCommand, ScriptEnd, ScriptEvent, ScriptFailure,
    ScriptInfo, ScriptStart, TimedFacts, TimedKind,
};
pub(crate) use passes::Passes;
pub use reply::ReplySlot;
