//! A stored run, and which of its seconds count.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use squall_metrics::summary::Summary;
use squall_metrics::{
    Interval, Measure, SeriesId, SeriesKey, SeriesKind, SeriesPart, SparseHistogram,
};

/// What a run left: the contents of its directory.
#[derive(Clone, Debug)]
pub struct StoredRun {
    /// `summary.json`.
    pub summary: Summary,
    /// `plan.json`.
    pub plan: Value,
    /// The names of `intervals.jsonl`, by id.
    pub names: Vec<SeriesKey>,
    /// The intervals of `intervals.jsonl`, in order.
    pub intervals: Vec<Interval>,
}

impl StoredRun {
    /// Adds a copy of an interval, without what is not compared: that of a long run is large.
    pub fn add(&mut self, interval: &Interval) {
        let mut kept = Interval::new(interval.index);
        kept.start_s = interval.start_s;
        kept.length_s = interval.length_s;
        let series = interval.series.iter();
        kept.series = series.map(|(id, part)| (*id, compared(part))).collect();
        self.intervals.push(kept);
    }
}

fn compared(part: &SeriesPart) -> SeriesPart {
    let times = COMPARED.iter();
    let times = times.filter_map(|one| Some((*one, part.times.get(one)?.clone())));
    SeriesPart {
        started: part.started,
        ok: part.ok,
        failed: part.failed,
        times: times.collect(),
        ..SeriesPart::default()
    }
}

/// The times that are compared.
const COMPARED: [Measure; 2] = [Measure::OkResponse, Measure::FailedResponse];

/// Warm-up and cool-down may have so much of a second that counts as measured.
const SLACK_S: f64 = 0.05;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds of a run are few, and below zero there are none"
)]
fn whole(seconds: f64) -> u64 {
    seconds as u64
}

/// What one series did in one second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Second<'a> {
    pub(crate) finished: u64,
    pub(crate) failed: u64,
    /// Response times, those of good and failed operations apart.
    pub(crate) times: Vec<&'a SparseHistogram>,
}

impl<'a> Second<'a> {
    fn add(&mut self, interval: &'a Interval, id: SeriesId) {
        let Some(part) = interval.series.get(&id) else {
            return;
        };
        self.finished += part.ok + part.failed;
        self.failed += part.failed;
        let times = COMPARED.iter().filter_map(|one| part.times.get(one));
        self.times.extend(times);
    }
}

/// The run's series by what identifies them, and the seconds of each stage that count.
#[derive(Debug)]
pub(crate) struct Measured<'a> {
    intervals: BTreeMap<u64, &'a Interval>,
    /// Operations and transactions in which something happened.
    series: BTreeMap<&'a SeriesKey, SeriesId>,
    windows: BTreeMap<&'a str, Range<u64>>,
}

impl<'a> Measured<'a> {
    pub(crate) fn of(run: &'a StoredRun) -> Self {
        let mut measured = Self {
            intervals: BTreeMap::new(),
            series: BTreeMap::new(),
            windows: BTreeMap::new(),
        };
        for interval in &run.intervals {
            measured.intervals.insert(interval.index, interval);
            for (id, part) in &interval.series {
                let Some(key) = run.names.get(id.index()) else {
                    continue;
                };
                if is_compared(key.kind) {
                    measured.series.insert(key, *id);
                    if part.started > 0 {
                        measured.widen(&key.stage, interval.index);
                    }
                }
            }
        }
        for (stage, window) in &mut measured.windows {
            // The load began and ended somewhere within them.
            *window = (window.start + 1)..(window.end - 1).max(window.start + 1);
            let mut parts = run.summary.measured.iter();
            if let Some(part) = parts.find(|part| part.stage == *stage) {
                let start = window.start.max(whole((part.from_s - SLACK_S).ceil()));
                let end = window.end.min(whole((part.to_s + SLACK_S).floor()));
                *window = start..end.max(start);
            }
        }
        measured
    }

    fn widen(&mut self, stage: &'a str, index: u64) {
        let window = self.windows.entry(stage).or_insert(index..index + 1);
        *window = window.start.min(index)..window.end.max(index + 1);
    }

    /// Returns all series, in order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a SeriesKey> {
        self.series.keys().copied()
    }

    pub(crate) fn has(&self, key: &SeriesKey) -> bool {
        self.series.contains_key(key)
    }

    /// Returns the seconds of one series; nothing where it is not there.
    pub(crate) fn seconds(&self, key: &SeriesKey) -> Vec<Second<'a>> {
        self.seconds_of(&[key])
    }

    /// Returns the seconds of several series together, from the first stage of them to the last.
    pub(crate) fn seconds_of(&self, keys: &[&SeriesKey]) -> Vec<Second<'a>> {
        let found = keys.iter().filter_map(|key| {
            let id = *self.series.get(*key)?;
            Some((id, self.windows.get(&*key.stage)?.clone()))
        });
        let found: Vec<(SeriesId, Range<u64>)> = found.filter(|(_, w)| !w.is_empty()).collect();
        let start = found.iter().map(|(_, window)| window.start).min();
        let end = found.iter().map(|(_, window)| window.end).max();
        let (Some(start), Some(end)) = (start, end) else {
            return Vec::new();
        };
        let seconds = (start..end).map(|index| {
            let mut second = Second::default();
            if let Some(interval) = self.intervals.get(&index) {
                for (id, _) in found.iter().filter(|(_, window)| window.contains(&index)) {
                    second.add(interval, *id);
                }
            }
            second
        });
        seconds.collect()
    }
}

/// Iterations hold what their operations hold, and pauses besides; metrics have no unit.
fn is_compared(kind: SeriesKind) -> bool {
    match kind {
        SeriesKind::Operation | SeriesKind::Transaction => true,
        SeriesKind::Iteration | SeriesKind::Metric => false,
    }
}
