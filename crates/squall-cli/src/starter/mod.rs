//! Starter graphs, put together of stages.
//!
//! `stage` (the kinds of stages), `order` (which may follow which, in words), `graph` (the file).

mod graph;
mod order;
mod stage;

pub(crate) use graph::Starter;
pub(crate) use order::check_order;
pub use stage::{StageKind, StarterEngine};
