//! What an interpreter implements, and what it can reach.

use std::fmt;
use std::sync::Arc;

use squall_metrics::SparseHistogram;
use squall_protocol::Clock;

use super::{CommandInlet, ScriptEvent, ScriptFailure, ScriptInfo};

/// Runs scripts for the engine.
///
/// The life of a host: `prepare` for each script of the plan, `start`, then per I/O thread `attach`, then `deliver` for as long as
/// load goes, `finish`. The methods must return at once, apart from `prepare`, `start`, `volume`, `serve` and `finish`.
pub trait ScriptHost: fmt::Debug + Send + Sync {
    /// Looks a script up before any load.
    ///
    /// # Errors
    /// There is none of that name, or it cannot run in the way that the plan says.
    fn prepare(&self, script: &Arc<ScriptInfo>) -> Result<(), ScriptFailure>;

    /// Starts the interpreter and whatever the scripts do once per process before the load.
    ///
    /// # Errors
    /// The test's own code failed; no load is sent.
    fn start(&self, clock: &Clock, run: Arc<dyn RunLink>) -> Result<(), ScriptFailure>;

    /// Says that nobody waits for [`Self::start`] any more, because the user gave up; the process will end.
    fn give_up_start(&self) {}

    /// Says where I/O thread `thread` takes commands; comes before any event of that thread.
    fn attach(&self, thread: u32, commands: CommandInlet);

    /// Takes a batch of events of one I/O thread, and leaves the vector empty.
    fn deliver(&self, events: &mut Vec<ScriptEvent>);

    /// Returns how many virtual users a volume model wants from `start_s` to `end_s` of its scenario; `None` ends the scenario.
    ///
    /// # Errors
    /// The model raised.
    fn volume(&self, entry: &str, start_s: f64, end_s: f64) -> Result<Option<f64>, ScriptFailure>;

    /// Answers a question of a host in another process (see [`RunLink::ask`]); called where the test was loaded first.
    ///
    /// # Errors
    /// Says what is wrong, for the one who asked.
    fn serve(&self, topic: &str, payload: &[u8]) -> Answer;

    /// Takes news that the first process sends to all (see [`RunLink::tell_all`]).
    fn notify(&self, topic: &str, payload: &[u8]);

    /// Returns what the interpreter used since the last call.
    fn take_use(&self) -> InterpreterUse;

    /// Does whatever the scripts do once per process after the load, and ends the interpreter; waits a bounded time.
    ///
    /// # Errors
    /// The test's own code failed.
    fn finish(&self) -> Result<(), ScriptFailure>;
}

/// What comes back for a question.
pub type Answer = Result<Vec<u8>, String>;

/// What an interpreter can reach of the run that it is part of.
pub trait RunLink: fmt::Debug + Send + Sync {
    /// Hands a message of a script to reporters and whoever watches.
    fn message(&self, message: ScriptMessage);

    /// Asks the process in which the test was loaded first; `answered` may be called on any thread, before this returns or later.
    fn ask(&self, topic: &str, payload: Vec<u8>, answered: Box<dyn FnOnce(Answer) + Send>);

    /// Tells all other processes of the run.
    fn tell_all(&self, topic: &str, payload: &[u8]);

    /// Ends the load, gracefully, and says why.
    fn stop(&self, reason: &str);

    /// Tells whether the first failed iteration is to end the load (see [`RunLink::stop`]).
    fn fails_fast(&self) -> bool {
        false
    }

    /// Returns the number of this process among those that run scripts, from 0, and how many there are.
    fn place(&self) -> (u32, u32);
}

/// What a script sent.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ScriptMessage {
    /// When, in nanoseconds of the run's clock.
    pub at_ns: u64,
    /// Its kind, as the script names it.
    pub kind: String,
    /// Name of the stage.
    pub stage: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Number of the virtual user.
    pub user: u64,
    /// Number of the iteration in its scenario.
    pub iteration: u64,
    /// Transaction around it, `outer :: inner`.
    pub transaction: Option<String>,
    /// Whatever else it holds, a JSON object.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// What an interpreter used of its core, and how long others waited for it.
#[derive(Clone, Debug, Default)]
pub struct InterpreterUse {
    /// Time that its event loop was busy, in nanoseconds; 0 for one that has none.
    pub busy_ns: u64,
    /// Time from the order to start an iteration to its first line.
    pub waits: SparseHistogram,
    /// Time from the last byte of an answer to the line that gets it.
    pub delays: SparseHistogram,
}
