//! A run: the one place where plan, engine, metrics and reporters are joined.
//!
//! Reading order: [`options`] (what a run is told beside its plan), [`prepare`](mod@prepare) (everything that can go wrong before any
//! load, all errors at once; `hosts` and `descriptors` are parts of it), [`run`] (the life of a run), `running` (what its threads
//! share), `load` (who sends the load: this process or agents), [`agent`] (the other end of that), `stages` (the graph), `steering`
//! (volume models), [`control`] (what somebody changes while it goes), `system` (CPU and memory), `meter` and `health` (what limits the generator), `ending` (stopping early), `aggregate` (intervals from parts), `reporting` (drivers) and `events` (what goes to them),
//! [`snapshot`] (what a live view sees), `summarize` (numbers into records), `verdict`, [`store`] (the run's directory);
//! [`ping`] and [`connections`] are for a look at a target without a load (on the thread of `alone`).
//!
//! This crate prints nothing and knows no command line and no Python.

pub mod agent;
mod aggregate;
mod alone;
pub mod connections;
pub mod control;
mod descriptors;
mod ending;
mod error;
mod events;
mod health;
mod hosts;
mod load;
mod machine;
mod messages;
mod meter;
pub mod options;
pub mod ping;
pub mod prepare;
mod reporting;
pub mod resend;
pub mod run;
mod running;
pub mod snapshot;
mod stages;
mod steering;
pub mod store;
mod streaming;
mod summarize;
mod system;
mod thresholds;
mod verdict;

pub use error::{PrepareErrors, StartError};
pub use options::{AgentCommand, AgentLine, ReporterFactory, RunOptions, Targets};
pub use prepare::{PreparedRun, prepare};
pub use run::{FinishedRun, RunHandle};
/// Returns the names of all reporters, in the order of their table.
pub fn reporter_names() -> impl Iterator<Item = &'static str> {
    squall_reporters::REGISTRATIONS
        .iter()
        .map(|reporter| reporter.name)
}

pub use snapshot::{ErrorCount, Snapshot, StageProgress, StageStatus};
pub use squall_report::Opening;
