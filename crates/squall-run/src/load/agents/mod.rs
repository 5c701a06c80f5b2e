//! Load from several processes: this one coordinates them.
//!
//! Reading order: [`launch`] (agents are started and make themselves ready), [`cluster`] (what they are told and what they say),
//! [`shares`] (who runs what, and who takes over what), [`reported`] (from the numbers of an agent's series to ours), [`questions`]
//! (what scripts ask).

mod cluster;
mod launch;
mod questions;
mod reported;
mod shares;

pub(crate) use launch::{AgentsSettings, launch};
pub(crate) use reported::travelling;
