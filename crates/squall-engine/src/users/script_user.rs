//! What a script sees of its virtual user.

use squall_http::HttpStep;
use squall_metrics::{Outcome, SeriesId};
use squall_protocol::FailureClass;
use squall_protocol::values::Bindings;

use super::virtual_user::{Start, VirtualUser, worse};
use crate::script::ScriptFailure;

/// One iteration of a script on a virtual user.
#[derive(Debug)]
pub struct ScriptUser<'a> {
    user: &'a mut VirtualUser,
    ready: u64,
    outcome: Outcome,
}

impl<'a> ScriptUser<'a> {
    pub(super) fn new(user: &'a mut VirtualUser, start: Start) -> Self {
        Self {
            user,
            ready: start.intended,
            outcome: Outcome::Ok,
        }
    }

    /// Sends a request through the user's client, counts it towards `series`, and tells how it ended.
    pub async fn send(&mut self, request: &HttpStep, series: SeriesId) -> Outcome {
        let outcome = self.user.send(request, series, self.ready).await;
        self.ready = self.user.last_moment;
        self.outcome = worse(self.outcome, outcome);
        outcome
    }

    /// Returns the user's values: variables, rows, random numbers.
    pub fn bindings(&mut self) -> &mut Bindings {
        &mut self.user.bindings
    }

    pub(super) fn outcome(self, result: Result<(), ScriptFailure>, iteration: SeriesId) -> Outcome {
        let Err(failure) = result else {
            return self.outcome;
        };
        let worker = &self.user.scenario.worker;
        let (class, now) = (FailureClass::Script.as_str(), worker.clock.now());
        worker
            .recorder
            .borrow_mut()
            .failure(iteration, class, &failure.message, now, || {
                failure.detail.clone()
            });
        Outcome::Failed
    }
}
