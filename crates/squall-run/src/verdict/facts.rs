//! What the verdict is made from.

use squall_metrics::LoadedSeconds;

use crate::health::HealthFacts;

/// What the verdict is made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) failed_stages: Vec<(String, String)>,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) first_error: Option<String>,
    pub(crate) iterations_started: u64,
    pub(crate) dropped: u64,
    /// Seconds with load, and those in which the generator was at a limit.
    pub(crate) seconds: LoadedSeconds,
    pub(crate) schedule_error_p99_ms: f64,
    pub(crate) generator_delay_p99_ms: f64,
    pub(crate) response_p99_ms: f64,
    pub(crate) lost_by_reporters: Vec<String>,
    /// Rules that did not hold, a sentence each.
    pub(crate) thresholds: Vec<String>,
    /// Why the test itself ended the run.
    pub(crate) ended_by_test: Option<String>,
    /// What went wrong in the test's own code after the load.
    pub(crate) last_errors: Vec<String>,
    /// Of scenarios that run scripts: iterations that succeeded and that failed, and why most of them did.
    pub(crate) scripts: ScriptFacts,
    /// Of stages in which every iteration must succeed: the scenarios in which some failed.
    pub(crate) must_succeed: Vec<FailedIterations>,
    pub(crate) interpreters: InterpreterFacts,
    pub(crate) agents_lost: u32,
    /// What is known of them, a sentence each.
    pub(crate) agent_losses: Vec<String>,
    pub(crate) health: HealthFacts,
    /// Operations that this machine had no file descriptor for.
    pub(crate) no_descriptor: u64,
    /// Operations that this machine had no local port for.
    pub(crate) no_port: u64,
    /// The user stopped the run after so many of so many seconds.
    pub(crate) stopped: Option<(f64, Option<f64>)>,
}

/// What became of the iterations of scripts.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptFacts {
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) first_error: Option<String>,
}

/// A scenario in which iterations failed.
#[derive(Clone, Debug)]
pub(crate) struct FailedIterations {
    pub(crate) scenario: String,
    pub(crate) failed: u64,
    pub(crate) ended: u64,
}

/// How busy the interpreters were in the seconds in which one of them was at its limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct InterpreterFacts {
    /// How many there were, each in its process.
    pub(crate) processes: u32,
    pub(crate) seconds_saturated: u64,
    pub(crate) seconds_loaded: u64,
    /// Delay of answers in all seconds, from their last byte to the line that gets them.
    pub(crate) delay_p99_ms: f64,
    /// Share of the busiest.
    pub(crate) busiest_percent: f64,
    /// Cores that all together used.
    pub(crate) cores_used: f64,
    /// Cores of this machine.
    pub(crate) cores: u32,
}
