//! Keys of the live screen: what a key does, as a state machine without a terminal.
//!
//! Reading order: `key` (bytes become keys), `panel` (a key and the run's state become what is to be done, and what is shown of it),
//! `step` (by how much a load is changed), `lines` (how it looks). Who reads the terminal does what [`Panel::press`] returns, and tells
//! the panel how that went.

mod key;
mod lines;
mod panel;
mod step;
#[cfg(test)]
mod tests;

pub use key::{Decoder, Key};
pub(super) use lines::{help, hints, prompt};
pub use panel::{Action, Panel};
