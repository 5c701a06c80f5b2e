//! A process that sends a part of the load of another one: what `squall agent` runs.
//!
//! Reading order: [`serve`] (the way in), [`body`] (what an agent is told, and what it does), [`link`] (what its scripts reach of the
//! run), [`outlet`] (what it measured, on its way), [`errors`] (what is wrong with the test here).

mod body;
pub(crate) mod errors;
mod link;
mod outlet;
mod serve;

pub use serve::{LoadScripts, TestFile, serve};
