//! The dashboard's server, with runs that send real load.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
#[path = "../../../squall-html/src/collect/apply.rs"]
mod apply;
mod client;
mod controls;
mod ends;
mod events;
mod rig;
mod starts;
mod tls;
