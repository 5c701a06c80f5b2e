//! The engine: it decides when iterations start, runs virtual users and records what they do.
//!
//! Reading order: [`schedule`] (load profiles as arithmetic), [`program`] (flows compiled for the interpreter), `users` (virtual
//! users), `drivers` (one file per load profile), `steering` (what somebody changes while
//! it goes), `thread` (an I/O thread), [`engine`] (all of them), [`script`] (the place of
//! interpreters), [`data`] (data pools), [`limits`] (descriptors).
//!
//! Each I/O thread owns a single-threaded runtime, its connections, its timers and its recorder; threads meet only when an interval
//! is handed over. The engine knows no Python, no reporter and no terminal.

mod alarm;
pub mod data;
mod drivers;
pub mod engine;
mod intervals;
pub mod limits;
mod names;
mod parts;
pub mod program;
mod record;
mod sampling;
mod scenario;
pub mod schedule;
pub mod script;
mod seed;
mod steering;
mod thread;
mod timer;
mod trace;
mod users;
mod worker;

mod compile;

pub use compile::{CompileStageError, Environment, compile_stage};
pub use engine::{
    Engine, EngineError, EngineSettings, RunningScenarios, TakenShare, parts_of, shares,
};
pub use parts::{PartKind, PartSink};
pub use record::{OperationRecord, RecordQueue, RecordedKind};
pub use sampling::TraceSampling;
pub use scenario::CompiledScenario;
pub use trace::Exchange;
