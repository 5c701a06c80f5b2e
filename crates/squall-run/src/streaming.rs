//! Intervals for one reporter, as long as it wants them.

use std::time::Duration;

use squall_metrics::{Interval, SeriesTable};
use squall_report::RunRecord;

use crate::events::Route;
use crate::summarize::interval_records;

/// Where intervals go, and what has been gathered of the next one.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Submit stage of the reporter.
    stage: usize,
    route: Route,
    /// Seconds of one interval.
    length: u64,
    gathered: Option<Gathered>,
}

/// Seconds that wait for their interval to be complete.
#[derive(Debug)]
struct Gathered {
    interval: Interval,
    seconds: u64,
}

impl Stream {
    pub(crate) fn new(stage: usize, route: Route, length: Duration) -> Self {
        Self {
            stage,
            route,
            length: length.as_secs().max(1),
            gathered: None,
        }
    }

    pub(crate) fn is_of(&self, stage: usize) -> bool {
        self.stage == stage
    }

    /// Takes one second; sends the interval that it completes. Intervals begin at multiples of their length.
    pub(crate) fn push(&mut self, second: &Interval, table: &SeriesTable, run: &RunRecord) {
        if self.length == 1 {
            return self.send(second, 1, table, run);
        }
        let place = second.index / self.length;
        let begun = self.gathered.as_ref();
        if begun.is_some_and(|begun| begun.interval.index / self.length != place) {
            self.flush(table, run);
        }
        let gathered = self.gathered.get_or_insert_with(|| Gathered {
            interval: Interval::new(place * self.length),
            seconds: 0,
        });
        gathered.seconds = second.index - gathered.interval.index + 1;
        let begun = gathered.interval.index;
        gathered.interval.merge_interval(&Interval {
            index: begun,
            ..second.clone()
        });
        if gathered.seconds == self.length {
            self.flush(table, run);
        }
    }

    /// Sends what has been gathered, also where the interval is not complete.
    pub(crate) fn flush(&mut self, table: &SeriesTable, run: &RunRecord) {
        if let Some(Gathered { interval, seconds }) = self.gathered.take() {
            self.send(&interval, seconds, table, run);
        }
    }

    fn send(&self, interval: &Interval, seconds: u64, table: &SeriesTable, run: &RunRecord) {
        let mut records = interval_records(interval, seconds, table, run);
        records.retain(|record| self.route.stages.contains(&record.stage));
        if records.is_empty() {
            return;
        }
        #[expect(
            clippy::let_underscore_must_use,
            reason = "the driver counts what it could not take"
        )]
        let _ = self.route.sender.intervals(records);
    }
}
