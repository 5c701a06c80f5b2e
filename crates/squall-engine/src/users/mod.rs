//! Virtual users: reusable slots with a session (connections, cookies, variables) that run one iteration after the other.

mod exemplar;
mod flow;
mod operation;
mod running;
mod script;
mod traced;
mod virtual_user;

pub(crate) use virtual_user::{Ended, Start, VirtualUser};
