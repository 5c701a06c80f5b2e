//! When a rule is broken.
//!
//! | rule | is judged | is broken |
//! |---|---|---|
//! | plain | at the end, on everything | where it does not hold then |
//! | `over N` | each second with data of its series, once N of them have passed, on the last N seconds | where it once does not hold |
//! | `for N` | each second with data | where it does not hold in N judged seconds in a row |
//! | `abort` | each second with data, once the grace has passed | where it once does not hold; with `for`, as above |
//!
//! A rule that was never judged is judged at the end. Without data no rule holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use squall_threshold::{Quantity, Rule};

use super::quantity::{counts_checks, kind};
use super::sliding::Sliding;
use super::tally::Tally;
use crate::interval::Interval;
use crate::series::{ScenarioId, SeriesId, SeriesTable, without_suffix};

/// Judges rules.
#[derive(Clone, Debug)]
pub struct Judge {
    table: SeriesTable,
    rules: Vec<Judged>,
}

/// When somebody asks how a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The run goes on.
    Live,
    /// Nothing more comes.
    End,
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgment {
    /// Whether it holds.
    pub status: Status,
    /// The value that this was decided by, or while the run goes on the present one; `None` without data.
    pub value: Option<f64>,
    /// How far the value is on the right side of the limit; negative on the wrong one.
    pub margin: Option<f64>,
    /// Seconds from the start of the run to the second in which it was broken, where that was before the end.
    pub broken_at_s: Option<f64>,
}

/// Whether a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Held,
    /// It does not.
    Broken,
    /// There is nothing to judge it by.
    NoData,
}

#[derive(Clone, Debug)]
struct Judged {
    rule: Rule,
    /// By id: what of a series is selected.
    series: Vec<Selected>,
    /// By id: whether a scenario is selected.
    scenarios: Vec<bool>,
    /// Stages of the selected series.
    stages: BTreeSet<Arc<str>>,
    sums: Sums,
    /// The next interval.
    next: u64,
    /// The first interval with data.
    first: Option<u64>,
    /// Judged seconds in a row in which it did not hold.
    streak: u32,
    /// What it was judged by, the worst.
    worst: Option<Seen>,
    broken: Option<Broken>,
}

/// What of a series a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selected {
    Nothing,
    /// All of it.
    Series,
    /// Single checks, of which one was seen or none yet.
    Checks {
        seen: bool,
    },
}

#[derive(Clone, Debug)]
enum Sums {
    Window(Box<Sliding>),
    Whole(Box<Tally>),
}

/// A value that a rule was judged by, or that there was none.
#[derive(Clone, Copy, Debug)]
struct Seen(Option<f64>);

#[derive(Clone, Copy, Debug)]
struct Broken {
    at_s: f64,
    value: Option<f64>,
}

impl Judge {
    /// Nothing has been measured; `table` is the one that ids of intervals are of.
    pub fn new(rules: Vec<Rule>, table: SeriesTable) -> Self {
        let rules = rules.into_iter().map(Judged::new).collect();
        Self { table, rules }
    }

    /// Adds the next interval; all its parts must have been merged into it. Returns the numbers of the rules that it breaks.
    ///
    /// `measured` gives the seconds of the interval in which a stage was under load; `None` leaves the stage out.
    pub fn push(
        &mut self,
        interval: &Interval,
        measured: &dyn Fn(&str) -> Option<f64>,
    ) -> Vec<usize> {
        let table = &self.table;
        let rules = self.rules.iter_mut().enumerate();
        rules
            .filter_map(|(at, judged)| judged.push(interval, table, measured).then_some(at))
            .collect()
    }

    /// How each rule stands.
    pub fn judgments(&self, moment: Moment) -> Vec<Judgment> {
        let judgments = self.rules.iter().map(|judged| judged.judgment(moment));
        judgments.collect()
    }
}

impl Judged {
    fn new(rule: Rule) -> Self {
        let sums = match rule.over {
            Some(seconds) => Sums::Window(Box::new(Sliding::new(seconds))),
            None => Sums::Whole(Box::default()),
        };
        Self {
            rule,
            series: Vec::new(),
            scenarios: Vec::new(),
            stages: BTreeSet::new(),
            sums,
            next: 0,
            first: None,
            streak: 0,
            worst: None,
            broken: None,
        }
    }

    fn push(
        &mut self,
        interval: &Interval,
        table: &SeriesTable,
        measured: &dyn Fn(&str) -> Option<f64>,
    ) -> bool {
        self.resolve(table);
        let (tally, active) = self.tally(interval, table, measured);
        self.sums.skip(interval.index.saturating_sub(self.next));
        self.next = interval.index + 1;
        self.sums.push(tally);
        if !active {
            return false;
        }
        let first = *self.first.get_or_insert(interval.index);
        self.look(interval, interval.index - first + 1)
    }

    /// Finds out which of the names that are new are selected.
    fn resolve(&mut self, table: &SeriesTable) {
        let (kind, select) = (kind(&self.rule.quantity), &self.rule.select);
        for id in (self.series.len()..table.len()).filter_map(|id| u32::try_from(id).ok()) {
            let Some(key) = table.key(SeriesId(id)) else {
                return;
            };
            let fits = key.kind == kind
                && select.scenario(&key.stage, &key.scenario)
                && select.tags(|tag| key.tags.get(tag));
            let selected = if fits {
                self.selected(&key.name)
            } else {
                Selected::Nothing
            };
            self.series.push(selected);
            if selected == Selected::Series {
                self.stages.insert(key.stage);
            }
        }
    }

    /// What is selected of a series of the right kind by its name.
    fn selected(&self, name: &str) -> Selected {
        let (quantity, select) = (&self.rule.quantity, &self.rule.select);
        let named = match quantity {
            Quantity::Metric(_, metric) => *metric == *name,
            _ => select.name(name) || select.name(without_suffix(name)),
        };
        match (named, &select.check) {
            (true, None) => Selected::Series,
            (true, Some(_)) => Selected::Checks { seen: false },
            // No operation has this name: then it is that of a check.
            (false, None) if counts_checks(quantity) => Selected::Checks { seen: false },
            (false, _) => Selected::Nothing,
        }
    }

    /// What the rule needs of an interval, and whether there is any data of its series.
    fn tally(
        &mut self,
        interval: &Interval,
        table: &SeriesTable,
        measured: &dyn Fn(&str) -> Option<f64>,
    ) -> (Tally, bool) {
        let (quantity, select) = (&self.rule.quantity, &self.rule.select);
        let mut tally = Tally::default();
        let mut active = false;
        for (id, part) in &interval.series {
            let Some(selected) = self.series.get_mut(id.index()) else {
                continue;
            };
            let wanted = *selected != Selected::Nothing;
            let key = wanted.then(|| table.key(*id)).flatten();
            let Some(key) = key.filter(|key| measured(&key.stage).is_some()) else {
                continue;
            };
            if let Selected::Checks { seen } = selected {
                let pattern = select.check.as_deref().or(select.name.as_deref());
                if tally.add_checks(quantity, pattern, part) {
                    *seen = true;
                    self.stages.insert(key.stage);
                }
                active |= *seen;
            } else {
                tally.add_series(quantity, part);
                active = true;
            }
        }
        for (id, part) in interval
            .scenarios
            .iter()
            .filter(|(_, part)| part.dropped > 0)
        {
            let selected = select_scenario(&mut self.scenarios, &self.rule, *id, table);
            let stage = selected.then(|| table.scenario(*id)).flatten();
            if stage.is_some_and(|key| measured(&key.stage).is_some()) {
                active |= tally.add_scenario(quantity, part);
            }
        }
        let seconds = self.stages.iter().filter_map(|stage| measured(stage));
        tally.seconds = seconds.fold(0.0, f64::max);
        (tally, active)
    }

    /// Judges the rule after a second with data, the `age`th since the first; tells whether that breaks it.
    fn look(&mut self, interval: &Interval, age: u64) -> bool {
        let rule = &self.rule;
        let early = rule.is_judged_early();
        let complete = age >= u64::from(rule.over.unwrap_or(1));
        let in_grace = age <= u64::from(rule.abort_after().unwrap_or(0));
        if !early || !complete || in_grace || self.broken.is_some() {
            return false;
        }
        let value = self.sums.value(&rule.quantity);
        if value.is_none() && rule.over.is_none() {
            return false;
        }
        let worse = |before: &Seen| rank(rule, value) < rank(rule, before.0);
        if self.worst.as_ref().is_none_or(worse) {
            self.worst = Some(Seen(value));
        }
        if holds(rule, value) {
            self.streak = 0;
            return false;
        }
        self.streak += 1;
        if self.streak < rule.hold.unwrap_or(1) {
            return false;
        }
        let at_s = interval.start_s + interval.length_s;
        self.broken = Some(Broken { at_s, value });
        true
    }

    fn judgment(&self, moment: Moment) -> Judgment {
        let rule = &self.rule;
        if let Some(broken) = self.broken {
            return Judgment {
                broken_at_s: Some(broken.at_s),
                ..judgment(rule, Status::Broken, broken.value)
            };
        }
        let now = self.sums.value(&rule.quantity);
        match (moment, self.worst) {
            // Judged, and never broken.
            (Moment::End, Some(Seen(worst))) if rule.hold.is_none() => {
                judgment(rule, Status::Held, worst)
            }
            (Moment::End, Some(_)) => judgment(rule, Status::Held, now),
            _ if now.is_none() => judgment(rule, Status::NoData, now),
            _ if holds(rule, now) => judgment(rule, Status::Held, now),
            _ => judgment(rule, Status::Broken, now),
        }
    }
}

impl Sums {
    /// Goes over intervals that nobody handed over.
    fn skip(&mut self, intervals: u64) {
        if let Self::Window(window) = self {
            (0..intervals.min(3_600)).for_each(|_| window.push(Tally::default()));
        }
    }

    fn push(&mut self, tally: Tally) {
        match self {
            Self::Window(window) => window.push(tally),
            Self::Whole(whole) => whole.merge(&tally),
        }
    }

    fn value(&self, quantity: &Quantity) -> Option<f64> {
        match self {
            Self::Window(window) => window.sum().value(quantity),
            Self::Whole(whole) => whole.value(quantity),
        }
    }
}

fn select_scenario(
    known: &mut Vec<bool>,
    rule: &Rule,
    id: ScenarioId,
    table: &SeriesTable,
) -> bool {
    for id in (known.len()..=id.index()).filter_map(|id| u32::try_from(id).ok()) {
        let key = table.scenario(ScenarioId(id));
        known.push(key.is_some_and(|key| rule.select.scenario(&key.stage, &key.scenario)));
    }
    known[id.index()]
}

fn holds(rule: &Rule, value: Option<f64>) -> bool {
    value.is_some_and(|value| rule.comparison.holds(value, rule.limit))
}

/// Of two values the one with the lower rank is worse; no data is the worst.
fn rank(rule: &Rule, value: Option<f64>) -> f64 {
    value.map_or(f64::NEG_INFINITY, |value| {
        rule.comparison.margin(value, rule.limit)
    })
}

fn judgment(rule: &Rule, status: Status, value: Option<f64>) -> Judgment {
    Judgment {
        status,
        value,
        margin: value.map(|value| rule.comparison.margin(value, rule.limit)),
        broken_at_s: None,
    }
}
