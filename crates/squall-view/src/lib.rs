//! What a person sees of a run in the terminal: the live view while it goes, the summary at its end, and a few other texts.
//!
//! Reading order: [`live`] (the screen, and plain lines where there is no terminal), [`summary`] (the tables at the end), [`comparison`] (runs beside each other), [`explain`]
//! (what of a test is compiled, and why not), [`listing`] (facts and rows), [`history`] (stored runs), [`document`] (a run for other tools), [`message`] (errors and hints), [`theme`] (colours and signs).
//!
//! Invariants: nothing is wider than the terminal; no meaning is carried by colour alone; text from outside cannot control the
//! terminal. This crate prints nothing: it fills strings and writers that it is given. It knows neither the engine nor where its
//! numbers come from.

mod bars;
mod changes;
pub mod comparison;
pub mod document;
pub mod explain;
pub mod history;
pub mod listing;
pub mod live;
pub mod message;
mod number;
pub mod summary;
mod table;
mod text;
pub mod theme;

pub use live::{LiveState, LiveView, Progress, Size};
pub use theme::Theme;
