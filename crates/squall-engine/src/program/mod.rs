//! A flow compiled for the interpreter: one list of operations with jumps, so that nested steps need no recursion.

mod chooser;
mod compile;
mod condition;
mod scripts;

pub(crate) use chooser::{Chooser, ChooserState};
pub(crate) use compile::pause_bounds;
pub use compile::{Names, Surroundings, compile};
pub(crate) use condition::Condition;
pub use scripts::ScriptCompiler;

use std::sync::Arc;

use squall_http::HttpStep;
use squall_metrics::SeriesId;

use crate::script::{ScriptHost, ScriptInfo};

/// One operation of the interpreter.
#[derive(Debug)]
pub(crate) enum Op {
    /// Sends a request.
    Http {
        /// The request.
        step: Box<HttpStep>,
        /// Where it is counted.
        series: SeriesId,
    },
    /// Runs a script.
    Script {
        /// Its number in [`Program::scripts`].
        script: usize,
    },
    /// Waits for a time between these nanoseconds.
    Pause {
        /// Shortest wait.
        min: u64,
        /// Longest wait.
        max: u64,
    },
    /// Starts a loop.
    LoopStart {
        /// How often its body runs.
        times: u32,
    },
    /// Goes back to `body` until the loop has run often enough.
    LoopEnd {
        /// First operation of the body.
        body: usize,
    },
    /// Goes to `target` unless the condition holds.
    JumpUnless {
        /// The condition.
        condition: Box<Condition>,
        /// Where to go.
        target: usize,
    },
    /// Goes to `target`.
    Jump {
        /// Where to go.
        target: usize,
    },
    /// Goes to one of several branches.
    Choose {
        /// Number of the chooser in [`Program::choosers`].
        chooser: usize,
    },
    /// Starts a transaction.
    GroupStart {
        /// Where it is counted.
        series: SeriesId,
    },
    /// Ends the innermost transaction.
    GroupEnd,
}

/// A compiled flow.
#[derive(Debug)]
pub struct Program {
    pub(crate) ops: Vec<Op>,
    pub(crate) choosers: Vec<Chooser>,
    pub(crate) scripts: Vec<Arc<ScriptInfo>>,
    /// Runs the scripts; always there where there are some.
    pub(crate) host: Option<Arc<dyn ScriptHost>>,
    pub(crate) iteration: SeriesId,
    pub(crate) origins: Vec<squall_protocol::connect::Origin>,
}

impl Program {
    /// Scheme, host and port of every request whose URL does not vary.
    pub fn origins(&self) -> &[squall_protocol::connect::Origin] {
        &self.origins
    }

    /// Name and target of every request whose URL does not vary, in the order of the flow.
    pub fn targets(&self) -> impl Iterator<Item = (&str, &squall_protocol::connect::Origin)> {
        self.ops.iter().filter_map(|op| match op {
            Op::Http { step, .. } => Some((step.name(), step.origin()?)),
            _ => None,
        })
    }

    /// The scripts that the flow runs.
    pub fn scripts(&self) -> &[Arc<ScriptInfo>] {
        &self.scripts
    }

    /// Returns the script that is an iteration by itself, and starts only once it has its data.
    pub(crate) fn script_with_data(&self) -> Option<&Arc<ScriptInfo>> {
        match self.ops.as_slice() {
            [Op::Script { script }] => self.scripts.get(*script).filter(|info| info.takes_data),
            _ => None,
        }
    }
}
