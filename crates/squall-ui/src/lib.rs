//! The dashboard: a run that goes on and stored runs, in a browser and for programs, over HTTP.
//!
//! Reading order: [`server`] (the thread, what it is told, and how it ends), `listen` (connections), `access` (who may ask), `routes`
//! (what can be asked), `hub` (who is connected, and what all get), `feed` (what is new of a run, once a second; `seconds` are its columns), `events` (its shape),
//! `orders` and [`start`] (what can be asked of a run and of a test), `stored` (runs of before), `page` (the front end).
//!
//! The thread has a runtime of its own: nothing here runs on the threads that send load. While nobody is connected it only reads what
//! the run appends to its intervals. It prints nothing, and decides nothing about load: orders go to
//! [`squall_run::control::Remote`], tests are started by whoever holds the [`Server`].

mod access;
mod body;
mod error;
mod events;
mod feed;
mod fields;
mod hub;
mod lines;
mod listen;
mod orders;
mod page;
mod reply;
mod routes;
mod seconds;
pub mod server;
pub mod start;
mod stored;
mod token;

pub use error::UiError;
pub use page::is_built;
pub use server::{Server, Settings, TlsFiles};
pub use start::{LoadOffer, Problem, StageOffer, StartOptions, StartRequest, Starts, TestOffer};
