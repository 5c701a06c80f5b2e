//! The end of a driver.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::handle::DriverHandle;
use super::pending::now;
use super::shared::Shared;
use super::{DeliveryReport, Ending};
use crate::FinalRecords;

/// How long the intake thread, which waits for nothing but the disk, may take to write what it holds.
const DISK_LIMIT: Duration = Duration::from_secs(10);

/// A driver that delivers its last records.
#[derive(Debug)]
pub struct Closing {
    pub(super) shared: Arc<Shared>,
    pub(super) begun: Instant,
    /// The reporter's own limit.
    pub(super) limit: Duration,
    pub(super) done: Receiver<(Ending, Option<String>)>,
}

impl Closing {
    /// Waits until everything is delivered or lost, at most `limit` from when the driver began to close; then the reporter
    /// is abandoned and what it still held is kept in the spool, or counts as dropped.
    ///
    /// The batch that a reporter hangs on is kept too, although the backend may still take it: sent again, it arrives
    /// twice, with the same ids.
    pub fn wait(self, limit: Duration) -> DeliveryReport {
        let limit = limit.min(self.limit);
        let left = limit.saturating_sub(self.begun.elapsed());
        let (ending, location) = match self.done.recv_timeout(left) {
            Ok(done) => done,
            Err(RecvTimeoutError::Disconnected) => (Ending::Failed, None),
            Err(RecvTimeoutError::Timeout) => return self.abandon(limit),
        };
        let mut report = DeliveryReport::new(&self.shared, ending, location);
        // The delivery thread left nothing, unless it panicked.
        self.keep_the_rest(&mut report);
        report
    }

    fn abandon(self, limit: Duration) -> DeliveryReport {
        self.shared.backlog.wait_for_end(DISK_LIMIT);
        let mut report = DeliveryReport::new(&self.shared, Ending::Abandoned, None);
        let before = report.message.map(|text| format!("; before that: {text}"));
        let message = format!(
            "still busy {limit:?} after the end of the run{}",
            before.unwrap_or_default()
        );
        report.message = Some(message);
        // Only now: the thread that this wakes up has its own last words.
        self.shared.abandon();
        self.keep_the_rest(&mut report);
        report
    }

    fn keep_the_rest(self, report: &mut DeliveryReport) {
        if let Some(error) = self.shared.keep_the_rest() {
            report.message = Some(error.describe());
        }
        report.count(self.shared.counters.now());
    }
}

/// Finishes all drivers at the same time, within one common limit, and reports in their order.
pub fn finish_all(
    handles: Vec<DriverHandle>,
    records: &FinalRecords,
    limit: Duration,
) -> Vec<DeliveryReport> {
    let begun = now();
    let closing: Vec<_> = handles
        .into_iter()
        .map(|handle| Closing {
            begun,
            ..handle.close(records.clone())
        })
        .collect();
    closing
        .into_iter()
        .map(|closing| closing.wait(limit))
        .collect()
}
