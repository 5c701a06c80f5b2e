//! The parts of a stage that the engine runs.

use squall_plan::{CheckedExecute, CheckedKind, CheckedStage};

/// A part of a stage that the engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Its hooks, once, before everything else.
    Hooks,
    /// Its load.
    Load,
}

impl Part {
    /// Returns the parts that a stage has, in the order in which they run.
    pub(crate) fn of(stage: &CheckedStage) -> impl Iterator<Item = Self> + use<> {
        let hooks = stage.hooks.is_some().then_some(Self::Hooks);
        let load = matches!(stage.kind, CheckedKind::Execute(_)).then_some(Self::Load);
        hooks.into_iter().chain(load)
    }

    /// Returns what the engine runs for it.
    pub(crate) fn execute(self, stage: &CheckedStage) -> Option<&CheckedExecute> {
        match (self, &stage.kind) {
            (Self::Hooks, _) => stage.hooks.as_deref(),
            (Self::Load, CheckedKind::Execute(execute)) => Some(execute),
            (Self::Load, _) => None,
        }
    }

    /// Names it for whoever sends the load.
    pub(crate) fn key(self, stage: &CheckedStage) -> String {
        match self {
            Self::Hooks => format!("{} (hooks)", stage.name),
            Self::Load => stage.name.clone(),
        }
    }
}
