//! Virtual users: reusable slots with a session (connections, cookies, variables) that run one iteration after the other.

mod flow;
mod operation;
mod running;
mod script_user;
mod virtual_user;

pub use script_user::ScriptUser;
pub(crate) use virtual_user::{Ended, Start, VirtualUser};
