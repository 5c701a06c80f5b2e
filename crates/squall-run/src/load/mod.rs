//! Who sends the load: the engine of this process, or agents. Stages, results and verdicts do not know which.
//!
//! Reading order: [`Load`] (what stages ask for), [`OwnLoad`] (an engine and an interpreter in this process; also the inside of an
//! agent), [`agents`] (several processes), [`link`] (what scripts reach of the run).

mod agents;
mod link;
mod own;
mod parts;

use std::fmt;

use squall_engine::RunningScenarios;
use squall_engine::schedule::Course;
use squall_plan::PlanError;

use crate::machine::Usage;

pub(crate) use agents::travelling;
use agents::{AgentsSettings, launch};
use link::OwnLink;
pub(crate) use own::{OwnLoad, OwnSettings, script_error};
pub(crate) use parts::LoadParts;

/// How load ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// What is in flight gets its grace.
    Gracefully,
    /// What is in flight is interrupted.
    AtOnce,
}

/// A number of virtual users that holds from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VolumeChange {
    pub(crate) stage: String,
    pub(crate) scenario: String,
    /// Nanoseconds since the start of the scenario.
    pub(crate) at_ns: u64,
    /// Over all processes; `None` ends the scenario.
    pub(crate) users: Option<u32>,
}

/// What was changed of the load of a scenario, from its start on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CourseChange {
    pub(crate) stage: String,
    pub(crate) scenario: String,
    /// All changes so far.
    pub(crate) course: Course,
}

/// An agent that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LostAgent {
    /// Its number, from 1.
    pub(crate) agent: u32,
    /// How many there were at the start.
    pub(crate) of: u32,
    /// When it was noticed, on the run's clock.
    pub(crate) at_ns: u64,
    /// What becomes of its share.
    pub(crate) share: LostShare,
}

/// What becomes of the share of an agent that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LostShare {
    /// The others send it.
    Inherited,
    /// Nobody is left.
    Abandoned,
    /// The load was ending or over.
    Over,
}

/// Sends load.
pub(crate) trait Load: fmt::Debug + Send + Sync {
    /// Starts all shares of a stage, at one instant.
    ///
    /// # Errors
    /// Says why nobody is left to send it.
    fn start(&self, name: &str) -> Result<RunningScenarios, String>;

    /// Changes the number of virtual users of a scenario.
    fn set_volume(&self, change: &VolumeChange);

    /// Changes the load of a scenario as its course says.
    fn steer(&self, change: &CourseChange);

    /// Returns how long before an instant an order must be given so that all shares have it by then, in nanoseconds.
    fn head_start_ns(&self) -> u64;

    /// Ends the load of a stage before its time; what is in flight gets its grace.
    fn end_stage(&self, name: &str);

    /// Ends all load before its time.
    fn end(&self, how: End);

    /// Waits until everything measured so far has reached the aggregator.
    fn flush(&self);

    /// Returns what processes other than this one used so far.
    fn usage(&self) -> Usage;

    /// Returns the agents that were lost so far.
    fn lost(&self) -> Vec<LostAgent>;

    /// Ends everything, and returns what went wrong then. The second time, nothing is left to do.
    fn shutdown(&self) -> Vec<PlanError>;
}
