//! The place of interpreters: whoever can run an iteration that a flow cannot express implements [`ScriptHost`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use squall_http::HttpStep;

use crate::users::ScriptUser;

/// Why an iteration of a script failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFailure {
    /// What happened; failures with the same message are grouped.
    pub message: String,
    /// One of them in detail, e.g. a traceback.
    pub detail: String,
}

/// The future of one iteration.
pub type Iteration<'a> = Pin<Box<dyn Future<Output = Result<(), ScriptFailure>> + 'a>>;

/// Runs iterations of a script for the engine.
///
/// The engine decides when an iteration starts and on which virtual user; the host runs it and sends every operation through
/// [`ScriptUser`], so that scripts are timed and counted by the same client and the same recorder as flows. The methods are called
/// on I/O threads: a host whose interpreter lives elsewhere awaits its messages there.
pub trait ScriptHost: fmt::Debug + Send + Sync {
    /// Runs one iteration to its end.
    fn iterate<'a>(&'a self, user: &'a mut ScriptUser<'_>) -> Iteration<'a>;
}

/// A request of a script, compiled like a step of a flow.
pub type ScriptRequest = HttpStep;
