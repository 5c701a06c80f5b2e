//! What can be asked of a run that goes on.

use std::fmt;

use thiserror::Error;

/// What somebody asks of a run that goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum ControlOrder {
    /// So many virtual users from now on, until the load ends as planned.
    Users {
        /// Whose; several share them as they share them now.
        target: Target,
        /// How many.
        users: u32,
    },
    /// So many iterations a second from now on, until the load ends as planned.
    Rate {
        /// Whose; several share them as they share them now.
        target: Target,
        /// Iterations a second.
        rate: f64,
    },
    /// No iteration starts any more; what is in flight ends. The load's time goes on.
    Pause,
    /// Iterations start again, as many as the load has then; what fell into the pause is left out.
    Resume,
    /// The load ends; what is in flight gets its grace.
    Stop,
    /// Live views count anew from here; the run's own numbers stay whole.
    Mark,
    /// A remark, drawn on the charts.
    Note {
        /// What it says; at most 500 characters are kept.
        text: String,
    },
}

/// The scenarios that an order is for: all of a run whose load can be changed so, or those of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Name of a stage.
    pub stage: Option<String>,
    /// Name of a scenario.
    pub scenario: Option<String>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A key of the live screen.
    Keyboard,
    /// A page of the dashboard.
    Dashboard,
    /// A program, over HTTP.
    Api,
}

impl Source {
    /// Returns the word used in `summary.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keyboard => "keyboard",
            Self::Dashboard => "dashboard",
            Self::Api => "api",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an order is not obeyed, for the one who gave it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What can be done instead.
    pub hint: Option<String>,
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
