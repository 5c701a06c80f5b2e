//! Time limits on the steps of an operation.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use squall_protocol::{DeadlineSlot, Failure, FailureClass};

/// A time limit has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expired;

/// Waits for `future` until the limit of `slot` passes.
pub(super) async fn within<F: Future>(
    slot: &DeadlineSlot,
    future: F,
) -> Result<F::Output, Expired> {
    let mut future = pin!(future);
    poll_fn(|context| {
        if slot.expired() {
            return Poll::Ready(Err(Expired));
        }
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        slot.register(context);
        Poll::Pending
    })
    .await
}

/// The limits of one operation, as moments of the run's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// End of the whole operation.
    pub(super) end: u64,
    /// Length of the whole operation.
    pub(super) request_ns: u64,
}

impl Limits {
    pub(super) fn new(start: u64, request_ns: u64) -> Self {
        Self {
            end: start.saturating_add(request_ns),
            request_ns,
        }
    }

    /// Sets the limit for a step that may take `step_ns` and returns it.
    #[inline]
    pub(super) fn arm(self, slot: &DeadlineSlot, now: u64, step_ns: Option<u64>) {
        slot.arm(
            self.end
                .min(now.saturating_add(step_ns.unwrap_or(u64::MAX))),
        );
    }

    /// Words the failure: the step's own limit if the whole operation still had time.
    pub(super) fn failure(self, now: u64, step: &str, step_ns: Option<u64>) -> Failure {
        let (what, length) = match step_ns {
            Some(length) if now < self.end => (step, length),
            _ => ("request", self.request_ns),
        };
        Failure::new(
            FailureClass::Timeout,
            format!(
                "{what} timeout after {}",
                squall_plan::Span::from_nanos(length)
            ),
        )
    }
}
