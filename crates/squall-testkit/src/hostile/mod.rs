//! A server that plays a script of bytes, and scripts of what broken servers do.

mod action;
mod cases;
mod play;
mod server;

pub use action::Action;
pub use cases::{BODY_LIMIT, Case, SUCCESS, cases};
pub use server::HostileServer;
