//! One file per command.

mod agent;
mod as_typed;
mod check;
mod code;
mod compare;
mod debug;
mod dispatch;
mod explain;
mod http;
mod new;
mod ping;
mod plugin;
mod project;
mod report;
mod reporters;
mod resend;
mod run;
mod stored;
mod target;
mod ui;

pub(crate) use dispatch::{refuse, run};
