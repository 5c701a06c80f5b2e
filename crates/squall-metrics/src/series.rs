//! Names interned to integers, bounded.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Name of the series that takes what the bound keeps out.
pub const OVERFLOW_NAME: &str = "(other)";

/// Series at most, unless said otherwise.
pub const DEFAULT_MAX_SERIES: usize = 10_000;

/// What a series counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesKind {
    /// One request and its answer.
    Operation,
    /// Steps timed as one.
    Transaction,
    /// One pass through a workload.
    Iteration,
    /// Numbers that the test measures itself, in whatever unit it has; see [`crate::ValuePart`].
    Metric,
}

/// What identifies a series.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeriesKey {
    /// Stage that it belongs to.
    pub stage: Arc<str>,
    /// Scenario that it belongs to.
    pub scenario: Arc<str>,
    /// Name of the operation or transaction; `iteration` for iterations.
    pub name: Arc<str>,
    /// What it counts.
    pub kind: SeriesKind,
}

/// A series of one [`SeriesTable`]; ids are given in order from 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct SeriesId(pub u32);

impl SeriesId {
    /// The id as an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What identifies a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScenarioKey {
    /// Stage that it belongs to.
    pub stage: Arc<str>,
    /// Its name.
    pub scenario: Arc<str>,
}

/// A scenario of one [`SeriesTable`]; ids are given in order from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScenarioId(pub u32);

impl ScenarioId {
    /// The id as an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// All series of a run; clones share one table.
///
/// It takes a lock, and is therefore used when a plan is compiled and when a thread sees a name for the first time, never per
/// operation.
///
/// Past the bound, a new name gets the series [`OVERFLOW_NAME`] of its stage, scenario and kind: sums per stage and per kind
/// stay exact, only names are lost. These series come on top of the bound; stages and scenarios are as many as the plan has.
#[derive(Clone, Debug)]
pub struct SeriesTable {
    shared: Arc<Mutex<Names>>,
}

#[derive(Debug)]
struct Names {
    max_series: usize,
    /// Series that are not overflow series.
    named: usize,
    overflowed: u64,
    keys: Vec<SeriesKey>,
    ids: HashMap<SeriesKey, SeriesId>,
    scenarios: Vec<ScenarioKey>,
    scenario_ids: HashMap<ScenarioKey, ScenarioId>,
    /// Scenarios that are hooks of their stage.
    hooks: Vec<ScenarioId>,
    /// Which series was seen in which transaction, or outside of any.
    nested: BTreeSet<Nested>,
    /// The same in the order in which they were noted.
    nested_in_order: Vec<Nested>,
}

/// A series, and the transaction that it was seen in; `None` is outside of any.
pub type Nested = (SeriesId, Option<SeriesId>);

/// Pairs at most: names are bounded, and each may be in many transactions.
const MOST_NESTED: usize = 4 * DEFAULT_MAX_SERIES;

impl Default for SeriesTable {
    fn default() -> Self {
        Self::new(DEFAULT_MAX_SERIES)
    }
}

impl SeriesTable {
    /// An empty table of at most `max_series` names.
    pub fn new(max_series: usize) -> Self {
        let names = Names {
            max_series,
            named: 0,
            overflowed: 0,
            keys: Vec::new(),
            ids: HashMap::new(),
            scenarios: Vec::new(),
            scenario_ids: HashMap::new(),
            hooks: Vec::new(),
            nested: BTreeSet::new(),
            nested_in_order: Vec::new(),
        };
        Self {
            shared: Arc::new(Mutex::new(names)),
        }
    }

    /// The id of `key`; new keys get the next free one, or past the bound that of the overflow series.
    pub fn intern(&self, key: SeriesKey) -> SeriesId {
        let mut names = self.lock();
        if let Some(&id) = names.ids.get(&key) {
            return id;
        }
        if names.named < names.max_series {
            names.named += 1;
            return names.add(key);
        }
        names.overflowed += 1;
        let overflow = SeriesKey {
            name: OVERFLOW_NAME.into(),
            ..key
        };
        match names.ids.get(&overflow) {
            Some(&id) => id,
            None => names.add(overflow),
        }
    }

    /// The id of the scenario.
    pub fn intern_scenario(&self, key: ScenarioKey) -> ScenarioId {
        let mut names = self.lock();
        if let Some(&id) = names.scenario_ids.get(&key) {
            return id;
        }
        let id = ScenarioId(next_id(names.scenarios.len()));
        names.scenarios.push(key.clone());
        names.scenario_ids.insert(key, id);
        id
    }

    /// Marks a scenario as the hooks of its stage: its user and its iteration are none of the stage's load.
    pub fn mark_hooks(&self, scenario: ScenarioId) {
        let mut names = self.lock();
        if let Err(at) = names.hooks.binary_search(&scenario) {
            names.hooks.insert(at, scenario);
        }
    }

    /// Whether a scenario is the hooks of its stage.
    pub fn is_hooks(&self, scenario: ScenarioId) -> bool {
        self.lock().hooks.binary_search(&scenario).is_ok()
    }

    /// Notes that a series is a part of a transaction, or of none.
    pub fn nest(&self, child: SeriesId, parent: Option<SeriesId>) {
        let mut names = self.lock();
        if names.nested.len() < MOST_NESTED
            && parent != Some(child)
            && names.nested.insert((child, parent))
        {
            names.nested_in_order.push((child, parent));
        }
    }

    /// Notes that a series is a part of the same transactions as another.
    pub fn nest_like(&self, child: SeriesId, other: SeriesId) {
        for parent in self.parents(other) {
            self.nest(child, parent);
        }
    }

    /// The transactions that a series is a part of; `None` among them is outside of any.
    pub fn parents(&self, child: SeriesId) -> Vec<Option<SeriesId>> {
        let names = self.lock();
        let of_child = names.nested.range((child, None)..);
        of_child
            .take_while(|(other, _)| *other == child)
            .map(|(_, parent)| *parent)
            .collect()
    }

    /// Number of pairs of a series and a transaction.
    pub fn nestings(&self) -> usize {
        self.lock().nested.len()
    }

    /// What `id` stands for.
    pub fn key(&self, id: SeriesId) -> Option<SeriesKey> {
        self.lock().keys.get(id.index()).cloned()
    }

    /// What `id` stands for.
    pub fn scenario(&self, id: ScenarioId) -> Option<ScenarioKey> {
        self.lock().scenarios.get(id.index()).cloned()
    }

    /// Number of series, overflow series included.
    pub fn len(&self) -> usize {
        self.lock().keys.len()
    }

    /// Whether there is no series.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How often a new name was refused; not 0 is worth a warning. A name refused twice counts twice.
    pub fn overflowed(&self) -> u64 {
        self.lock().overflowed
    }

    /// A copy of everything, by id.
    pub fn snapshot(&self) -> SeriesSnapshot {
        let names = self.lock();
        SeriesSnapshot {
            series: names.keys.clone(),
            scenarios: names.scenarios.clone(),
            hooks: names.hooks.clone(),
            nested: names.nested_in_order.clone(),
            overflowed: names.overflowed,
        }
    }

    /// A table in which everything has the id that it has in `snapshot`, to read stored intervals again.
    pub fn from_snapshot(snapshot: &SeriesSnapshot) -> Self {
        let table = Self::new(DEFAULT_MAX_SERIES.max(snapshot.series.len()));
        {
            let mut names = table.lock();
            for key in &snapshot.series {
                names.named += usize::from(&*key.name != OVERFLOW_NAME);
                names.add(key.clone());
            }
            names.overflowed = snapshot.overflowed;
            names.hooks.clone_from(&snapshot.hooks);
            names.nested = snapshot.nested.iter().copied().collect();
            names.nested_in_order.clone_from(&snapshot.nested);
        }
        for key in &snapshot.scenarios {
            table.intern_scenario(key.clone());
        }
        table
    }

    fn lock(&self) -> MutexGuard<'_, Names> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    fn add(&mut self, key: SeriesKey) -> SeriesId {
        let id = SeriesId(next_id(self.keys.len()));
        self.keys.push(key.clone());
        self.ids.insert(key, id);
        id
    }
}

fn next_id(len: usize) -> u32 {
    u32::try_from(len).expect("names are bounded far below 2³²")
}

/// The contents of a [`SeriesTable`], by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesSnapshot {
    /// Series; the index is the [`SeriesId`].
    pub series: Vec<SeriesKey>,
    /// Scenarios; the index is the [`ScenarioId`].
    pub scenarios: Vec<ScenarioKey>,
    /// Scenarios that are hooks of their stage, see [`SeriesTable::mark_hooks`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<ScenarioId>,
    /// Which series is a part of which transaction, see [`SeriesTable::nest`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nested: Vec<Nested>,
    /// See [`SeriesTable::overflowed`].
    pub overflowed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, kind: SeriesKind) -> SeriesKey {
        SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: name.into(),
            kind,
        }
    }

    #[test]
    fn the_same_name_has_the_same_id_in_every_clone() {
        let table = SeriesTable::default();
        let id = table.intern(key("a", SeriesKind::Operation));
        assert_eq!(table.clone().intern(key("a", SeriesKind::Operation)), id);
        assert_ne!(table.intern(key("a", SeriesKind::Transaction)), id);
        assert_eq!(table.key(id), Some(key("a", SeriesKind::Operation)));
        assert_eq!(table.key(SeriesId(99)), None);
    }

    #[test]
    fn names_past_the_bound_share_one_series_of_their_kind_and_are_counted() {
        let table = SeriesTable::new(2);
        let known = table.intern(key("a", SeriesKind::Operation));
        table.intern(key("b", SeriesKind::Operation));
        let first = table.intern(key("c", SeriesKind::Operation));
        assert_eq!(table.intern(key("d", SeriesKind::Operation)), first);
        assert_eq!(
            table.key(first),
            Some(key(OVERFLOW_NAME, SeriesKind::Operation))
        );
        assert_ne!(table.intern(key("t", SeriesKind::Transaction)), first);
        assert_eq!(table.intern(key("a", SeriesKind::Operation)), known);
        assert_eq!(table.overflowed(), 3);
        assert_eq!(table.len(), 4);
    }

    #[test]
    fn a_series_may_be_a_part_of_several_transactions_and_of_none() {
        let table = SeriesTable::default();
        let [login, other] =
            ["login", "other"].map(|n| table.intern(key(n, SeriesKind::Operation)));
        let [a, b] = ["a", "b"].map(|n| table.intern(key(n, SeriesKind::Transaction)));
        for parent in [Some(b), None, Some(a), Some(b)] {
            table.nest(login, parent);
        }
        table.nest(a, Some(a));
        assert_eq!(table.parents(login), [None, Some(a), Some(b)]);
        assert_eq!(table.parents(a), []);
        table.nest_like(other, login);
        assert_eq!(table.parents(other), table.parents(login));
        assert_eq!(table.nestings(), 6);
    }

    #[test]
    fn a_table_from_a_snapshot_has_the_same_ids() {
        let table = SeriesTable::new(1);
        for name in ["a", "b", "c"] {
            table.intern(key(name, SeriesKind::Operation));
        }
        let scenario = table.intern_scenario(ScenarioKey {
            stage: "load".into(),
            scenario: "shop".into(),
        });
        assert!(!table.is_hooks(scenario));
        table.mark_hooks(scenario);
        assert!(table.is_hooks(scenario));
        let transaction = table.intern(key("t", SeriesKind::Transaction));
        table.nest(SeriesId(0), Some(transaction));
        let snapshot = table.snapshot();
        let text = serde_json::to_string(&snapshot).unwrap();
        let read: SeriesSnapshot = serde_json::from_str(&text).unwrap();
        assert_eq!(SeriesTable::from_snapshot(&read).snapshot(), snapshot);
    }
}
