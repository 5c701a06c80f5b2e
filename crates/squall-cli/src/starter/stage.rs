//! The kinds of stages that a starter can have.

use clap::ValueEnum;

/// A kind of stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StageKind {
    /// Says how much load there is
    Setup,
    /// Sends it
    Execute,
    /// Sums up
    Analyze,
    /// Hands over results
    Submit,
    /// Does something once
    Act,
    /// Tries actions once, before the load
    Validate,
    /// Writes what is known to a file
    Checkpoint,
    /// Cleans up, whatever happened
    Teardown,
    /// Waits for several stages
    #[value(alias = "idle")]
    Wait,
}

/// How the actions of a starter run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StarterEngine {
    /// Compiled requests over HTTP/1.1
    #[default]
    Http,
    /// Python, for each iteration
    Task,
}

impl StageKind {
    /// All of them, in the order in which graphs usually have them.
    #[cfg(test)]
    pub(super) const ALL: [Self; 9] = [
        Self::Setup,
        Self::Validate,
        Self::Act,
        Self::Wait,
        Self::Execute,
        Self::Checkpoint,
        Self::Analyze,
        Self::Submit,
        Self::Teardown,
    ];

    /// Returns what is typed for it.
    pub(super) fn typed(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Execute => "execute",
            Self::Analyze => "analyze",
            Self::Submit => "submit",
            Self::Act => "act",
            Self::Validate => "validate",
            Self::Checkpoint => "checkpoint",
            Self::Teardown => "teardown",
            Self::Wait => "wait",
        }
    }

    /// Returns the class that its stages derive from.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Setup => "Setup",
            Self::Execute => "Execute",
            Self::Analyze => "Analyze",
            Self::Submit => "Submit",
            Self::Act => "Act",
            Self::Validate => "Validate",
            Self::Checkpoint => "Checkpoint",
            Self::Teardown => "Teardown",
            Self::Wait => "Wait",
        }
    }
}
