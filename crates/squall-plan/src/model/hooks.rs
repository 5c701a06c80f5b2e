use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ExecuteSettings, Source};

/// What a stage does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// Prepares later Execute stages.
    Setup,
    /// Sends load.
    Execute,
    /// Summarises the Execute stages before it.
    Analyze,
    /// Sends results to reporters.
    Submit,
    /// Does what is no load.
    Act,
    /// Looks whether what comes next can work.
    Validate,
    /// Writes or reads what stages hand on.
    Checkpoint,
    /// Cleans up.
    Teardown,
    /// Waits for the stages before it.
    Wait,
}

impl StageKind {
    /// Names the kind as the plan spells it.
    pub fn as_str(self) -> &'static str {
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
}

/// Code of the test file that runs once when its stage starts: one virtual user, one iteration, on the engine like any other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hooks {
    /// Name under which the test file registered the script, a coroutine.
    pub entry: String,
    /// Data pools that it uses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<String>,
    /// Settings of its requests.
    #[serde(default, skip_serializing_if = "ExecuteSettings::is_default")]
    pub settings: ExecuteSettings,
    /// Where the first of them was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// Which share of the I/O threads, over all processes, an Execute stage may use beside others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// All of them, shared with whatever else runs.
    #[default]
    Auto,
    /// A quarter of them, at least one.
    Low,
    /// Three quarters of them, at least one.
    Normal,
    /// All of them; of stages that could start at the same moment it starts first.
    High,
    /// All of them, and no other stage that sends load runs at the same time.
    Exclusive,
}

impl Priority {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Returns how many of so many I/O threads a stage may use.
    pub fn threads(self, all: u32) -> u32 {
        let share = match self {
            Self::Low => all.div_ceil(4),
            Self::Normal => (all * 3).div_ceil(4),
            Self::Auto | Self::High | Self::Exclusive => all,
        };
        share.max(1)
    }
}
