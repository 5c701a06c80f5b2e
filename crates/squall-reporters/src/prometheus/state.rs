//! Everything that was told so far, and what a batch adds to it.
//!
//! A batch is staged first, and becomes part of the state when the backend has it: one that comes again after an error is counted once.

use std::collections::BTreeMap;
use std::sync::Arc;

use squall_report::{HistogramRecord, RunRecord, Tags};

use super::family::Family;
use super::labels::Labels;
use super::value::{Distribution, Value};

/// Series of a family whose number a test decides; more are counted together.
const BOUND: usize = 10_000;
/// The label that tells members of a record's series apart.
pub(super) type Extra = Option<(&'static str, &'static str)>;

/// What names a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) family: Family,
    pub(super) labels: Labels,
    pub(super) extra: Extra,
}

impl Key {
    /// Returns all labels but the name, in the order of their names.
    pub(super) fn labels(&self) -> Vec<(&str, &str)> {
        let mut labels: Vec<(&str, &str)> = self.labels.iter().chain(self.extra).collect();
        labels.sort_unstable();
        labels
    }
}

/// Values of series at moments, in milliseconds since the Unix epoch, in rising order.
pub(super) type Points = BTreeMap<Key, Vec<(i64, Value)>>;

#[derive(Debug)]
pub(super) struct State {
    /// Upper ends of the classic buckets in nanoseconds, rising.
    pub(super) bounds: Arc<[u64]>,
    pub(super) values: BTreeMap<Key, Value>,
    members: BTreeMap<Family, usize>,
    /// The last moment of any point.
    last_ms: i64,
}

impl State {
    pub(super) fn new(bounds: Arc<[u64]>) -> Self {
        Self {
            bounds,
            values: BTreeMap::new(),
            members: BTreeMap::new(),
            last_ms: i64::MIN,
        }
    }

    /// Returns the moment, or the last one where that was later: what is told of the run as a whole must not go back in time.
    pub(super) fn not_before(&self, ms: i64) -> i64 {
        ms.max(self.last_ms)
    }

    /// Returns the moment, or one after the last where that was not earlier: a counter of batches has one value for each moment.
    pub(super) fn after(&self, ms: i64) -> i64 {
        ms.max(self.last_ms.saturating_add(1))
    }

    /// Makes what was staged part of the state; returns what takes it out again.
    pub(super) fn commit(&mut self, points: Points) -> Undo {
        let mut undo = Undo {
            values: Vec::with_capacity(points.len()),
            last_ms: self.last_ms,
        };
        for (key, points) in points {
            let Some((ms, value)) = points.into_iter().next_back() else {
                continue;
            };
            self.last_ms = self.last_ms.max(ms);
            let before = self.values.insert(key.clone(), value);
            if before.is_none() {
                *self.members.entry(key.family).or_default() += 1;
            }
            undo.values.push((key, before));
        }
        undo
    }

    pub(super) fn undo(&mut self, undo: Undo) {
        self.last_ms = undo.last_ms;
        for (key, before) in undo.values {
            if let Some(value) = before {
                self.values.insert(key, value);
            } else {
                let members = self.members.entry(key.family).or_default();
                *members = members.saturating_sub(1);
                self.values.remove(&key);
            }
        }
    }

    fn is_full(&self, family: Family, staged: usize) -> bool {
        let members = self.members.get(&family).copied().unwrap_or_default();
        family.needs_bound() && members + staged >= BOUND
    }
}

/// What was before a batch.
#[derive(Debug)]
pub(super) struct Undo {
    values: Vec<(Key, Option<Value>)>,
    last_ms: i64,
}

/// What a batch adds.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    state: &'a State,
    run: &'a RunRecord,
    points: Points,
    new_members: BTreeMap<Family, usize>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(state: &'a State, run: &'a RunRecord) -> Self {
        Self {
            state,
            run,
            points: Points::new(),
            new_members: BTreeMap::new(),
        }
    }

    pub(super) fn run(&self) -> &'a RunRecord {
        self.run
    }

    pub(super) fn state(&self) -> &'a State {
        self.state
    }

    pub(super) fn finish(self) -> Points {
        self.points
    }

    pub(super) fn labels(&self, own: &[(&str, &str)]) -> Labels {
        self.tagged(own, &Tags::new())
    }

    pub(super) fn tagged(&self, own: &[(&str, &str)], tags: &Tags) -> Labels {
        Labels::new(own, tags, self.run)
    }

    pub(super) fn set(&mut self, family: Family, labels: &Labels, extra: Extra, at: (i64, f64)) {
        let key = self.key(family, labels, extra);
        self.put(key, at.0, Value::Number(at.1));
    }

    pub(super) fn add(&mut self, family: Family, labels: &Labels, extra: Extra, at: (i64, f64)) {
        let key = self.key(family, labels, extra);
        let before = match self.now(&key) {
            Some(Value::Number(number)) => *number,
            _ => 0.0,
        };
        self.put(key, at.0, Value::Number(before + at.1));
    }

    pub(super) fn observe(
        &mut self,
        family: Family,
        labels: &Labels,
        ms: i64,
        times: &HistogramRecord,
    ) {
        let key = self.key(family, labels, None);
        let mut distribution = match self.now(&key) {
            Some(Value::Distribution(before)) => before.clone(),
            _ => Box::<Distribution>::default(),
        };
        distribution.add(times, &self.state.bounds);
        self.put(key, ms, Value::Distribution(distribution));
    }

    /// Names a series; beyond the bound it is that of all others.
    fn key(&mut self, family: Family, labels: &Labels, extra: Extra) -> Key {
        let key = Key {
            family,
            labels: labels.clone(),
            extra,
        };
        if !family.needs_bound() || self.now(&key).is_some() {
            return key;
        }
        let staged = self.new_members.entry(family).or_default();
        if self.state.is_full(family, *staged) {
            return Key {
                labels: Labels::new(&[("name", "(other)")], &Tags::new(), self.run),
                ..key
            };
        }
        *staged += 1;
        key
    }

    fn now(&self, key: &Key) -> Option<&Value> {
        let staged = self.points.get(key).and_then(|points| points.last());
        staged
            .map(|(_, value)| value)
            .or_else(|| self.state.values.get(key))
    }

    fn put(&mut self, key: Key, ms: i64, value: Value) {
        let points = self.points.entry(key).or_default();
        match points.last_mut() {
            // One value for each moment, and moments in order: a server takes no others.
            Some(last) if last.0 >= ms => last.1 = value,
            _ => points.push((ms, value)),
        }
    }
}
