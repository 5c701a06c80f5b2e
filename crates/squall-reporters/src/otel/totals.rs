//! What cumulative metrics remember of each series: everything since its first interval.

use std::collections::{BTreeMap, HashMap};

use squall_report::{EventKind, IntervalRecord, Tags, WallTime};

use crate::exponential;

/// Buckets that a distribution has at most, as OpenTelemetry's SDKs have it.
const BUCKETS: i32 = 160;
/// Each bucket is 0.07 % wide, and the values are within 0.1 %: more would say nothing.
const FINEST: i32 = 10;
/// One bucket for all that a double can hold.
const COARSEST: i32 = -10;
const NANOS_PER_SECOND: f64 = 1e9;

/// What names a series.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SeriesKey {
    stage: String,
    scenario: String,
    kind: EventKind,
    name: String,
    tags: Tags,
}

impl SeriesKey {
    pub(super) fn of(interval: &IntervalRecord) -> Self {
        Self {
            stage: interval.stage.clone(),
            scenario: interval.scenario.clone(),
            kind: interval.kind,
            name: interval.name.clone(),
            tags: interval.tags.clone(),
        }
    }
}

/// All series of a run.
#[derive(Debug, Default)]
pub(super) struct Totals(HashMap<SeriesKey, Series>);

/// Series as they will be once a batch is delivered: a batch that comes again must not count twice.
#[derive(Debug, Default)]
pub(super) struct Changes(HashMap<SeriesKey, Series>);

impl Totals {
    /// Adds an interval to its series and returns what it is then.
    pub(super) fn add<'c>(
        &self,
        changes: &'c mut Changes,
        interval: &IntervalRecord,
    ) -> &'c Series {
        let key = SeriesKey::of(interval);
        let before = self.0.get(&key);
        let series = changes.0.entry(key).or_insert_with(|| {
            before
                .cloned()
                .unwrap_or_else(|| Series::starting(interval))
        });
        series.add(interval);
        series
    }

    /// Keeps the changes of a batch that was delivered.
    pub(super) fn commit(&mut self, changes: Changes) {
        self.0.extend(changes.0);
    }
}

/// Counts and times of one series since `start`.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) start: WallTime,
    pub(super) end: WallTime,
    pub(super) started: u64,
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    pub(super) bytes_sent: u64,
    pub(super) bytes_received: u64,
    pub(super) times: Times,
}

impl Series {
    /// Makes a series that has nothing yet and starts with an interval.
    fn starting(interval: &IntervalRecord) -> Self {
        Self {
            start: interval.time,
            end: interval.time,
            started: 0,
            succeeded: 0,
            failed: 0,
            bytes_sent: 0,
            bytes_received: 0,
            times: Times::default(),
        }
    }

    /// Makes a series of one interval.
    pub(super) fn of(interval: &IntervalRecord) -> Self {
        let mut series = Self::starting(interval);
        series.add(interval);
        series
    }

    fn add(&mut self, interval: &IntervalRecord) {
        // An interval that waited in the spool comes after later ones: what is cumulative never goes back in time.
        self.end = self.end.max(end_of(interval));
        self.started += interval.started;
        self.succeeded += interval.succeeded;
        self.failed += interval.failed;
        self.bytes_sent += interval.bytes_sent;
        self.bytes_received += interval.bytes_received;
        self.times.add(interval);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an interval is some seconds"
)]
pub(super) fn end_of(interval: &IntervalRecord) -> WallTime {
    let length = (interval.length_s * NANOS_PER_SECOND).round() as u64;
    interval.time.plus_ns(length)
}

/// Response times in exponential buckets, in seconds.
#[derive(Debug, Clone)]
pub(super) struct Times {
    pub(super) scale: i32,
    pub(super) count: u64,
    pub(super) sum: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) zeros: u64,
    counts: BTreeMap<i32, u64>,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            scale: FINEST,
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: 0.0,
            zeros: 0,
            counts: BTreeMap::new(),
        }
    }
}

impl Times {
    fn add(&mut self, interval: &IntervalRecord) {
        let histogram = &interval.response_times;
        if histogram.count == 0 {
            return;
        }
        self.count += histogram.count;
        self.sum += histogram.sum_ns as f64 / NANOS_PER_SECOND;
        self.min = self.min.min(interval.response_time_ms.minimum / 1e3);
        self.max = self.max.max(interval.response_time_ms.maximum / 1e3);
        let (counts, zeros) = exponential::buckets(histogram, self.scale, NANOS_PER_SECOND);
        self.zeros += zeros;
        for (index, count) in counts {
            *self.counts.entry(index).or_default() += count;
        }
        while self.width() > BUCKETS && self.scale > COARSEST {
            self.halve();
        }
    }

    /// Returns the index of the first bucket, and the counts from there on without a gap.
    pub(super) fn dense(&self) -> (i32, Vec<u64>) {
        let Some((&first, _)) = self.counts.first_key_value() else {
            return (0, Vec::new());
        };
        let mut dense = vec![0; usize::try_from(self.width()).unwrap_or(0)];
        for (index, count) in &self.counts {
            if let Some(place) = usize::try_from(index - first)
                .ok()
                .and_then(|place| dense.get_mut(place))
            {
                *place = *count;
            }
        }
        (first, dense)
    }

    fn width(&self) -> i32 {
        match (self.counts.first_key_value(), self.counts.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last - first + 1,
            _ => 0,
        }
    }

    /// Joins each two neighbours: bucket `i` of a scale is inside bucket `i / 2`, rounded down, of the next coarser one.
    fn halve(&mut self) {
        self.scale -= 1;
        let fine = std::mem::take(&mut self.counts);
        for (index, count) in fine {
            *self.counts.entry(index >> 1).or_default() += count;
        }
    }
}
