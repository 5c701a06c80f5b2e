//! What a driver says at the end.

use serde::Serialize;

use super::Counts;
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

/// What became of everything that was offered to one reporter: `offered` = `delivered` + `dropped` + `spooled`.
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
    /// Records on disk that wait for a [`resend`](super::resend).
    pub spooled: u64,
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
    /// Says whether results are lost, or may be. What waits in the spool is not.
    pub fn lost_data(&self) -> bool {
        self.dropped > 0 || (self.ending != Ending::Closed && self.spooled == 0)
    }

    /// Says whether the backend has everything.
    pub fn is_complete(&self) -> bool {
        self.delivered == self.offered && self.ending == Ending::Closed
    }

    pub(super) fn new(shared: &Shared, ending: Ending, location: Option<String>) -> Self {
        let counts = shared.counters.now();
        let mut report = Self {
            name: shared.name.clone(),
            offered: 0,
            accepted: 0,
            delivered: 0,
            dropped: 0,
            spooled: 0,
            retried: 0,
            ending,
            message: shared.message().or_else(|| full_queue(&counts)),
            location,
        };
        report.count(counts);
        report
    }

    pub(super) fn count(&mut self, counts: Counts) {
        self.offered = counts.offered;
        self.accepted = counts.accepted;
        self.delivered = counts.delivered;
        self.spooled = counts.spooled;
        self.retried = counts.retried;
        // An abandoned reporter may still hold records that nobody could keep; for this run they are lost.
        self.dropped = counts
            .offered
            .saturating_sub(counts.delivered + counts.spooled);
    }
}

fn full_queue(counts: &Counts) -> Option<String> {
    let refused = counts.offered.saturating_sub(counts.accepted);
    (refused > 0).then(|| {
        format!(
            "{refused} records did not fit into the queue: the reporter was slower than the load"
        )
    })
}
