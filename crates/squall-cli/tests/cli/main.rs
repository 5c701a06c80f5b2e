//! The command as people and scripts use it: as a process, against real servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod certificates;
mod commands;
mod comparing;
mod dashboard;
mod debug;
mod defaults;
mod failures;
mod good_runs;
mod graph_flags;
mod help;
mod interrupts;
mod ping;
mod report;
mod sandbox;
mod stored;
mod target;
mod thresholds;
mod urls;
