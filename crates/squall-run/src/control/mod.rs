//! What somebody changes of a run while it goes: users, rate, pause, and what they say about it.
//!
//! Whoever it is, the keyboard, the dashboard or a program over HTTP, goes through [`Remote::control`]: there is one way in, one account
//! of what happened (`controls.jsonl`, and `controls` of `summary.json`), and one mechanism behind it, the course of a scenario in
//! the engine.

mod account;
mod order;
mod remote;

pub(crate) use account::Controls;
pub use order::{ControlOrder, Refusal, Source, Target};
pub use remote::Remote;
