//! A run that goes on, for those who look at it and change it from other threads.

use std::path::Path;
use std::sync::Arc;

use squall_metrics::summary::{ControlSummary, Summary};

use super::{ControlOrder, Refusal, Source};
use crate::ending::Ending;
use crate::load::End;
use crate::running::{Running, lock};
use crate::snapshot::Snapshot;
use crate::summarize;

/// A run that goes on. All copies are of the same run, and stay valid after its end.
#[derive(Clone, Debug)]
pub struct Remote(pub(crate) Arc<Running>);

impl Remote {
    /// Returns what a live view shows now.
    pub fn snapshot(&self) -> Snapshot {
        self.0.snapshot()
    }

    /// Returns the summary as it would be if the run ended with its last complete second. It costs milliseconds: once a second is often
    /// enough, for all who look.
    pub fn summary(&self) -> Summary {
        let running = &self.0;
        if let Some(ended) = running.ended.get() {
            return summarize::summary(running, ended);
        }
        let latest = lock(&running.aggregator)
            .as_ref()
            .map(|aggregator| aggregator.latest(Clone::clone));
        match latest {
            Some(latest) => summarize::summary(running, &latest),
            // It ended just now.
            None => summarize::summary(running, running.end()),
        }
    }

    /// Returns the run's identifier.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Returns the run's directory, to whose `intervals.jsonl` each complete second is appended.
    pub fn directory(&self) -> &Path {
        self.0.directory.path()
    }

    /// Tells whether all load has ended and everything measured is stored but the summary.
    pub fn has_ended(&self) -> bool {
        self.0.ended.get().is_some()
    }

    /// Tells whether the run is being stopped, or its test ends it.
    pub fn is_stopping(&self) -> bool {
        let ending: &Ending = &self.0.ending;
        ending.is_asked()
    }

    /// Obeys an order, and returns what was changed, scenario by scenario; it is recorded in the run.
    ///
    /// # Errors
    /// The load has nothing that could be changed so, or the run has ended. Nothing was changed then.
    pub fn control(
        &self,
        order: &ControlOrder,
        by: Source,
    ) -> Result<Vec<ControlSummary>, Refusal> {
        let running = &self.0;
        if self.has_ended() {
            return Err(Refusal::new("the run has ended"));
        }
        if self.is_stopping() && !matches!(order, ControlOrder::Note { .. } | ControlOrder::Mark) {
            return Err(Refusal::new("the run is being stopped"));
        }
        let changed = running.controls.obey(running, order, by)?;
        if *order == ControlOrder::Stop {
            running.ending.ask(End::Gracefully);
        }
        Ok(changed)
    }
}
