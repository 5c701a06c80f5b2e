//! What a reporter is given.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use crate::records::{
    CommonRecord, CustomRecord, ErrorRecord, Event, FinalRecords, IntervalRecord, LifecycleRecord,
    MessageRecord, MetricRecord, NameTable, Names, RawEvent, RunRecord, SeriesName, SystemRecord,
    ThresholdRecord,
};

static UNKNOWN_SERIES: LazyLock<SeriesName> =
    LazyLock::new(|| SeriesName::new("unknown", "unknown", "unknown"));

/// Records that are delivered together.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Batch {
    /// Operations, while the run goes on.
    Events(EventBatch),
    /// Messages of scripts, while the run goes on.
    Messages(MessageBatch),
    /// Intervals of series, while the run goes on.
    Intervals(IntervalBatch),
    /// Beginnings and ends of the run and its stages, as they happen.
    Lifecycle(LifecycleBatch),
    /// What is said when the run is over; sent once, also when it is empty, or in parts when the reporter's
    /// capabilities limit a batch.
    Final(FinalBatch),
}

impl Batch {
    /// Returns the run that the records belong to.
    pub fn run(&self) -> &RunRecord {
        match self {
            Self::Events(batch) => batch.run(),
            Self::Messages(batch) => batch.run(),
            Self::Intervals(batch) => batch.run(),
            Self::Lifecycle(batch) => batch.run(),
            Self::Final(batch) => batch.run(),
        }
    }

    /// Counts the records.
    pub fn len(&self) -> usize {
        match self {
            Self::Events(batch) => batch.len(),
            Self::Messages(batch) => batch.len(),
            Self::Intervals(batch) => batch.len(),
            Self::Lifecycle(batch) => batch.len(),
            Self::Final(batch) => batch.len(),
        }
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Halves a batch; `None` when it has fewer than two records.
    pub(crate) fn halves(&self) -> Option<(Self, Self)> {
        let middle = self.len() / 2;
        if middle == 0 {
            return None;
        }
        Some(match self {
            Self::Events(batch) => {
                let (left, right) = batch.split_at(middle);
                (Self::Events(left), Self::Events(right))
            }
            Self::Messages(batch) => {
                let (left, right) = batch.split_at(middle);
                (Self::Messages(left), Self::Messages(right))
            }
            Self::Intervals(batch) => {
                let (left, right) = batch.split_at(middle);
                (Self::Intervals(left), Self::Intervals(right))
            }
            Self::Lifecycle(batch) => {
                let (left, right) = batch.split_at(middle);
                (Self::Lifecycle(left), Self::Lifecycle(right))
            }
            Self::Final(batch) => {
                let (left, right) = batch.clone().split_at(middle);
                (Self::Final(left), Self::Final(right))
            }
        })
    }
}

/// A range of raw events in memory that they share with the thread that recorded them and with other reporters.
#[derive(Debug, Clone)]
pub(crate) struct EventPart {
    pub(crate) events: Arc<Vec<RawEvent>>,
    pub(crate) range: Range<usize>,
}

/// Operations of one run.
#[derive(Debug, Clone)]
pub struct EventBatch {
    pub(crate) run: Arc<RunRecord>,
    pub(crate) names: Names,
    parts: Vec<EventPart>,
}

impl EventBatch {
    /// Makes a batch of raw events, for calling a reporter without a driver.
    pub fn new(run: Arc<RunRecord>, names: &NameTable, events: Vec<RawEvent>) -> Self {
        let range = 0..events.len();
        let part = EventPart {
            events: Arc::new(events),
            range,
        };
        Self::from_parts(run, names.names(), vec![part])
    }

    pub(crate) fn from_parts(run: Arc<RunRecord>, names: Names, parts: Vec<EventPart>) -> Self {
        Self { run, names, parts }
    }

    /// Returns the run; its verdict is not known yet.
    pub fn run(&self) -> &RunRecord {
        &self.run
    }

    /// Counts the events.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.range.len()).sum()
    }

    /// Says whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives each event its names and units, in the order of recording within each thread.
    pub fn iter(&self) -> impl Iterator<Item = Event<'_>> {
        self.raw().map(|raw| {
            let series = self.names.get(raw.series).unwrap_or(&UNKNOWN_SERIES);
            Event::new(raw, series, &self.run)
        })
    }

    pub(crate) fn raw(&self) -> impl Iterator<Item = &RawEvent> {
        self.parts
            .iter()
            .flat_map(|part| &part.events[part.range.clone()])
    }

    fn split_at(&self, middle: usize) -> (Self, Self) {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let mut room = middle;
        for part in &self.parts {
            let cut = part.range.start + room.min(part.range.len());
            room -= cut - part.range.start;
            push_range(&mut left, part, part.range.start..cut);
            push_range(&mut right, part, cut..part.range.end);
        }
        let with = |parts| Self::from_parts(self.run.clone(), self.names.clone(), parts);
        (with(left), with(right))
    }
}

fn push_range(parts: &mut Vec<EventPart>, part: &EventPart, range: Range<usize>) {
    if !range.is_empty() {
        parts.push(EventPart {
            events: part.events.clone(),
            range,
        });
    }
}

/// Messages of scripts of one run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessageBatch {
    run: Arc<RunRecord>,
    messages: Vec<MessageRecord>,
}

impl MessageBatch {
    /// Makes a batch of records of one run.
    pub fn new(run: Arc<RunRecord>, messages: Vec<MessageRecord>) -> Self {
        Self { run, messages }
    }

    /// Returns the run; its verdict is not known yet.
    pub fn run(&self) -> &RunRecord {
        &self.run
    }

    /// Returns the messages, those of one script in the order in which it sent them.
    pub fn messages(&self) -> &[MessageRecord] {
        &self.messages
    }

    /// Counts the records.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    fn split_at(&self, middle: usize) -> (Self, Self) {
        let (left, right) = self.messages.split_at(middle);
        let part = |messages: &[MessageRecord]| Self::new(self.run.clone(), messages.to_vec());
        (part(left), part(right))
    }
}

/// Intervals of series of one run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IntervalBatch {
    run: Arc<RunRecord>,
    intervals: Vec<IntervalRecord>,
}

impl IntervalBatch {
    /// Makes a batch of records of one run.
    pub fn new(run: Arc<RunRecord>, intervals: Vec<IntervalRecord>) -> Self {
        Self { run, intervals }
    }

    /// Returns the run; its verdict is not known yet.
    pub fn run(&self) -> &RunRecord {
        &self.run
    }

    /// Returns the intervals, in the order of their time.
    pub fn intervals(&self) -> &[IntervalRecord] {
        &self.intervals
    }

    /// Counts the records.
    pub fn len(&self) -> usize {
        self.intervals.len()
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    fn split_at(&self, middle: usize) -> (Self, Self) {
        let (left, right) = self.intervals.split_at(middle);
        let part = |intervals: &[IntervalRecord]| Self::new(self.run.clone(), intervals.to_vec());
        (part(left), part(right))
    }
}

/// Beginnings and ends of a run and its stages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LifecycleBatch {
    run: Arc<RunRecord>,
    records: Vec<LifecycleRecord>,
}

impl LifecycleBatch {
    /// Makes a batch of records of one run.
    pub fn new(run: Arc<RunRecord>, records: Vec<LifecycleRecord>) -> Self {
        Self { run, records }
    }

    /// Returns the run; its verdict is not known yet.
    pub fn run(&self) -> &RunRecord {
        &self.run
    }

    /// Returns the records, in the order of their time.
    pub fn records(&self) -> &[LifecycleRecord] {
        &self.records
    }

    /// Counts the records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    fn split_at(&self, middle: usize) -> (Self, Self) {
        let (left, right) = self.records.split_at(middle);
        let part = |records: &[LifecycleRecord]| Self::new(self.run.clone(), records.to_vec());
        (part(left), part(right))
    }
}

/// What is said when the run is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FinalBatch {
    run: Arc<RunRecord>,
    records: FinalRecords,
}

impl FinalBatch {
    /// Makes a batch of a run's last records, and gives the run their verdict.
    pub fn new(run: &RunRecord, records: FinalRecords) -> Self {
        let run = RunRecord {
            verdict: records.verdict.or(run.verdict),
            reasons: records.reasons.clone(),
            ..run.clone()
        };
        Self {
            run: Arc::new(run),
            records,
        }
    }

    /// Returns the run, with its verdict.
    pub fn run(&self) -> &RunRecord {
        &self.run
    }

    /// Returns the distributions.
    pub fn metrics(&self) -> &[MetricRecord] {
        &self.records.metrics
    }

    /// Returns the counts.
    pub fn common(&self) -> &[CommonRecord] {
        &self.records.common
    }

    /// Returns the errors.
    pub fn errors(&self) -> &[ErrorRecord] {
        &self.records.errors
    }

    /// Returns the numbers that the test made.
    pub fn custom(&self) -> &[CustomRecord] {
        &self.records.custom
    }

    /// Returns the rules of the verdict.
    pub fn thresholds(&self) -> &[ThresholdRecord] {
        &self.records.thresholds
    }

    /// Returns what the generator used.
    pub fn system(&self) -> &[SystemRecord] {
        &self.records.system
    }

    /// Counts the records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn split_at(self, middle: usize) -> (Self, Self) {
        let mut left = self.records;
        let mut room = middle;
        let right = FinalRecords {
            verdict: left.verdict,
            reasons: left.reasons.clone(),
            thresholds: cut(&mut left.thresholds, &mut room),
            metrics: cut(&mut left.metrics, &mut room),
            common: cut(&mut left.common, &mut room),
            errors: cut(&mut left.errors, &mut room),
            custom: cut(&mut left.custom, &mut room),
            system: cut(&mut left.system, &mut room),
        };
        let run = self.run;
        let right = Self {
            run: run.clone(),
            records: right,
        };
        (Self { run, records: left }, right)
    }
}

/// Leaves as many records as there is room for, takes that off the room, and returns the others.
fn cut<T>(records: &mut Vec<T>, room: &mut usize) -> Vec<T> {
    let kept = records.len().min(*room);
    *room -= kept;
    records.split_off(kept)
}
