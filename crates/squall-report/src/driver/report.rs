//! What a driver says at the end.

use serde::Serialize;

use super::shared::Shared;

/// How a driver's reporter ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It was closed in order.
    Closed,
    /// It failed permanently or panicked, and was not called again.
    Failed,
    /// It was still busy at the deadline.
    Abandoned,
}

/// What became of everything that was offered to one reporter: `offered` = `delivered` + `dropped`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// Name of the reporter.
    pub name: String,
    /// Records that the run had for it.
    pub offered: u64,
    /// Records that entered its queue; the difference to `offered` did not fit or came too late.
    pub accepted: u64,
    /// Records that the backend has.
    pub delivered: u64,
    /// Records that it will never have.
    pub dropped: u64,
    /// How often a batch was sent again.
    pub retried: u64,
    /// How it ended.
    pub ending: Ending,
    /// The last thing that went wrong, also when a retry repaired it.
    pub message: Option<String>,
    /// Where the results are, if a person can look there.
    pub location: Option<String>,
}

impl DeliveryReport {
    /// Says whether the results at the backend are incomplete, or may be.
    pub fn lost_data(&self) -> bool {
        self.dropped > 0 || self.ending != Ending::Closed
    }

    pub(super) fn new(shared: &Shared, ending: Ending, location: Option<String>) -> Self {
        let counts = shared.counters.now();
        Self {
            name: shared.name.clone(),
            offered: counts.offered,
            accepted: counts.accepted,
            delivered: counts.delivered,
            // An abandoned reporter still holds records; for this run they are lost.
            dropped: counts.offered.saturating_sub(counts.delivered),
            retried: counts.retried,
            ending,
            message: shared.message().or_else(|| full_queue(&counts)),
            location,
        }
    }
}

fn full_queue(counts: &super::Counts) -> Option<String> {
    let refused = counts.offered.saturating_sub(counts.accepted);
    (refused > 0).then(|| {
        format!(
            "{refused} records did not fit into the queue: the reporter was slower than the load"
        )
    })
}
