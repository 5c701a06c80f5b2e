//! The time limit of a stage.

use squall_engine::RunningScenarios;
use squall_plan::Span;

use crate::running::Running;

/// When a stage is to have ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    limit: Option<(Span, u64)>,
}

impl Deadline {
    /// Begins now.
    pub(super) fn new(running: &Running, timeout: Option<Span>) -> Self {
        let now = running.clock.now();
        let limit = timeout.map(|timeout| (timeout, now.saturating_add(timeout.as_nanos())));
        Self { limit }
    }

    /// Waits for load; ends it when the time is over.
    ///
    /// # Errors
    /// The time is over.
    pub(super) fn wait(
        &self,
        running: &Running,
        key: &str,
        load: RunningScenarios,
    ) -> Result<(), String> {
        let Some((timeout, at_ns)) = self.limit else {
            load.wait();
            return Ok(());
        };
        if load.wait_until(&running.clock, at_ns) {
            return Ok(());
        }
        running.load.end_stage(key);
        load.wait();
        Err(format!(
            "it took longer than its `stage_timeout` of {timeout}"
        ))
    }

    /// Returns how long is left, where there is a limit.
    pub(super) fn left(&self, running: &Running) -> Option<std::time::Duration> {
        let (_, at_ns) = self.limit?;
        let left = at_ns.saturating_sub(running.clock.now());
        Some(std::time::Duration::from_nanos(left))
    }
}
