//! Failures, grouped by class and message.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Groups of a series within one thread and interval.
const LOG_LIMIT: usize = 64;

/// Bytes of an example; of a longer one the beginning and, as tracebacks end with what matters, more of the end are kept.
const EXAMPLE_LIMIT: usize = 16 * 1024;
const EXAMPLE_HEAD: usize = EXAMPLE_LIMIT / 4;
const EXAMPLE_GAP: &str = "\n…\n";

/// Class of the group that takes what a bound keeps out.
pub const OTHER_CLASS: &str = "(other)";
const OTHER_MESSAGE: &str = "more kinds of failures than are kept apart";

/// Failures of one class and message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureGroup {
    /// Class, e.g. `connect`, `timeout`, `status`, `check`.
    pub class: Cow<'static, str>,
    /// What happened.
    pub message: String,
    /// How often.
    pub count: u64,
    /// Nanoseconds from the start of the run to the first one.
    pub first_at_ns: u64,
    /// Nanoseconds from the start of the run to the last one.
    pub last_at_ns: u64,
    /// The first one that was told in detail; empty where none was.
    pub example: String,
    /// Nanoseconds from the start of the run to the one of the example; 0 where there is none.
    #[serde(default)]
    pub example_at_ns: u64,
}

impl FailureGroup {
    /// Of two examples the earlier stays; of two at the same moment the one that sorts first, so that order does not matter. An empty
    /// one gives way: whoever makes examples at a cost makes one of each group.
    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.first_at_ns = self.first_at_ns.min(other.first_at_ns);
        self.last_at_ns = self.last_at_ns.max(other.last_at_ns);
        if other.example_rank() < self.example_rank() {
            self.example_at_ns = other.example_at_ns;
            self.example.clone_from(&other.example);
        }
    }

    fn example_rank(&self) -> (bool, u64, &str) {
        (self.example.is_empty(), self.example_at_ns, &self.example)
    }

    fn key(&self) -> (&str, &str) {
        (&self.class, &self.message)
    }
}

/// Failure groups by rising class and message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FailureGroups {
    groups: Vec<FailureGroup>,
}

impl FailureGroups {
    /// Adds all groups of `other`; exact, whatever the order of merges.
    pub fn merge(&mut self, other: &Self) {
        self.merge_up_to(usize::MAX, other);
    }

    /// Adds all groups of `other`; of a class and message that is new when there are `limit` groups already, only the count
    /// and an example are kept, in the group [`OTHER_CLASS`].
    pub fn merge_up_to(&mut self, limit: usize, other: &Self) {
        for group in &other.groups {
            match self.position(group.key()) {
                Ok(at) => self.groups[at].merge(group),
                Err(at) if self.groups.len() < limit || group.class == OTHER_CLASS => {
                    self.groups.insert(at, group.clone());
                }
                Err(_) => self.merge_other(group),
            }
        }
    }

    /// Takes away what `other` has counted too.
    pub(crate) fn take_away(&mut self, other: &Self) {
        for group in &other.groups {
            if let Ok(at) = self.position(group.key()) {
                self.groups[at].count = self.groups[at].count.saturating_sub(group.count);
            }
        }
        self.groups.retain(|group| group.count > 0);
    }

    fn merge_other(&mut self, group: &FailureGroup) {
        let group = FailureGroup {
            class: OTHER_CLASS.into(),
            message: OTHER_MESSAGE.to_owned(),
            ..group.clone()
        };
        match self.position(group.key()) {
            Ok(at) => self.groups[at].merge(&group),
            Err(at) => self.groups.insert(at, group),
        }
    }

    fn position(&self, key: (&str, &str)) -> Result<usize, usize> {
        self.groups.binary_search_by(|known| known.key().cmp(&key))
    }

    /// The groups, by class and message.
    pub fn iter(&self) -> std::slice::Iter<'_, FailureGroup> {
        self.groups.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

impl<'a> IntoIterator for &'a FailureGroups {
    type Item = &'a FailureGroup;
    type IntoIter = std::slice::Iter<'a, FailureGroup>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The failures of one series in one thread and interval, in the order of their first occurrence.
#[derive(Debug, Default)]
pub(crate) struct FailureLog {
    groups: Vec<FailureGroup>,
    last: usize,
}

impl FailureLog {
    /// Counts a failure, and tells whether it is the first of its kind; the example is only built when it is kept.
    pub(crate) fn record(
        &mut self,
        class: &'static str,
        message: &str,
        at_ns: u64,
        example: impl FnOnce() -> String,
    ) -> bool {
        let (class, message) = match self.position(class, message) {
            Some(at) => {
                self.count(at, at_ns, example);
                return false;
            }
            None if self.groups.len() < LOG_LIMIT => (class, message),
            None => (OTHER_CLASS, OTHER_MESSAGE),
        };
        if let Some(at) = self.position(class, message) {
            self.count(at, at_ns, example);
            return false;
        }
        self.last = self.groups.len();
        let example = bounded(example());
        self.groups.push(FailureGroup {
            class: class.into(),
            message: message.to_owned(),
            count: 1,
            first_at_ns: at_ns,
            last_at_ns: at_ns,
            example_at_ns: if example.is_empty() { 0 } else { at_ns },
            example,
        });
        true
    }

    fn position(&self, class: &str, message: &str) -> Option<usize> {
        let is = |group: &FailureGroup| group.class == class && group.message == message;
        match self.groups.get(self.last) {
            Some(group) if is(group) => Some(self.last),
            _ => self.groups.iter().position(is),
        }
    }

    fn count(&mut self, at: usize, at_ns: u64, example: impl FnOnce() -> String) {
        self.last = at;
        let group = &mut self.groups[at];
        group.count += 1;
        group.last_at_ns = group.last_at_ns.max(at_ns);
        group.first_at_ns = group.first_at_ns.min(at_ns);
        if group.example.is_empty() || at_ns <= group.example_at_ns {
            let example = bounded(example());
            // Of two at the same moment the one that sorts first stays, as when parts are merged.
            let is_better = group.example.is_empty()
                || (at_ns, &example) < (group.example_at_ns, &group.example);
            if !example.is_empty() && is_better {
                group.example = example;
                group.example_at_ns = at_ns;
            }
        }
    }

    /// Hands over the groups and is empty afterwards.
    pub(crate) fn take(&mut self) -> FailureGroups {
        let mut groups = std::mem::take(self).groups;
        groups.sort_unstable_by(|left, right| left.key().cmp(&right.key()));
        FailureGroups { groups }
    }
}

fn bounded(example: String) -> String {
    if example.len() <= EXAMPLE_LIMIT {
        return example;
    }
    let is_boundary = |at: &usize| example.is_char_boundary(*at);
    let tail = EXAMPLE_LIMIT - EXAMPLE_HEAD - EXAMPLE_GAP.len();
    let head = (0..=EXAMPLE_HEAD).rfind(is_boundary).unwrap_or(0);
    let tail = (example.len() - tail..example.len())
        .find(is_boundary)
        .unwrap_or(example.len());
    [&example[..head], EXAMPLE_GAP, &example[tail..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(class: &'static str, message: &str, at_ns: u64, example: &str) -> FailureGroups {
        let mut log = FailureLog::default();
        log.record(class, message, at_ns, || example.to_owned());
        log.take()
    }

    #[test]
    fn the_example_is_built_once_and_is_the_earliest() {
        let mut log = FailureLog::default();
        log.record("status", "500", 20, || "second".to_owned());
        log.record("status", "500", 30, || {
            unreachable!("a later one needs no example")
        });
        log.record("status", "500", 10, || "first".to_owned());
        let groups = log.take();
        let group = groups.iter().next().unwrap();
        assert_eq!(
            (group.count, group.first_at_ns, group.last_at_ns),
            (3, 10, 30)
        );
        assert_eq!(group.example, "first");
        assert!(log.take().is_empty());
    }

    #[test]
    fn what_another_series_counted_too_can_be_taken_away() {
        let mut groups = one("script", "ValueError", 1, "");
        groups.merge(&one("script", "ValueError", 2, ""));
        groups.merge(&one("script", "KeyError", 3, ""));
        groups.take_away(&one("script", "ValueError", 1, ""));
        let counts = |groups: &FailureGroups| -> Vec<(String, u64)> {
            let left = groups.iter();
            left.map(|group| (group.message.clone(), group.count))
                .collect()
        };
        let expected = [("KeyError".to_owned(), 1), ("ValueError".to_owned(), 1)];
        assert_eq!(counts(&groups), expected);
        groups.take_away(&one("script", "ValueError", 1, ""));
        groups.take_away(&one("script", "IndexError", 1, ""));
        assert_eq!(counts(&groups), expected[..1]);
    }

    #[test]
    fn an_example_that_comes_later_is_better_than_none() {
        let mut log = FailureLog::default();
        log.record("script", "KeyError", 10, String::new);
        log.record("script", "KeyError", 20, || "traceback".to_owned());
        log.record("script", "KeyError", 30, String::new);
        log.record("script", "KeyError", 5, String::new);
        let group = log.take().groups.remove(0);
        assert_eq!((group.count, group.first_at_ns), (4, 5));
        assert_eq!(
            (group.example.as_str(), group.example_at_ns),
            ("traceback", 20)
        );
    }

    #[test]
    fn merging_prefers_the_earliest_example_to_none_in_any_order() {
        let parts = [
            one("script", "x", 5, ""),
            one("script", "x", 9, "nine"),
            one("script", "x", 7, "seven"),
            one("script", "x", 1, ""),
        ];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
            let mut all = FailureGroups::default();
            for at in order {
                all.merge(&parts[at]);
            }
            let group = all.iter().next().unwrap();
            assert_eq!((group.first_at_ns, group.example.as_str()), (1, "seven"));
        }
    }

    #[test]
    fn a_long_example_keeps_its_beginning_and_its_end() {
        let whole = "ä".repeat(8 * 1024);
        assert_eq!(bounded(whole.clone()), whole);
        let long = format!("Traceback\n{}\nValueError: no", "ä\n".repeat(20_000));
        let short = bounded(long);
        assert!(short.len() <= EXAMPLE_LIMIT && short.len() > EXAMPLE_LIMIT - 8);
        assert!(short.starts_with("Traceback\n") && short.ends_with("\nValueError: no"));
        assert!(short.contains(EXAMPLE_GAP));
    }

    #[test]
    fn merging_keeps_the_earliest_example_in_any_order() {
        let parts = [
            one("a", "x", 5, "five"),
            one("a", "x", 5, "also five"),
            one("b", "y", 1, "b"),
            one("a", "x", 9, "nine"),
        ];
        let merge = |order: [usize; 4]| {
            let mut all = FailureGroups::default();
            for at in order {
                all.merge(&parts[at]);
            }
            all
        };
        let expect = merge([0, 1, 2, 3]);
        assert_eq!(expect.iter().next().unwrap().example, "also five");
        for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            assert_eq!(merge(order), expect);
        }
    }

    #[test]
    fn past_the_bound_failures_are_counted_in_one_group() {
        let mut log = FailureLog::default();
        for n in 0..100_u64 {
            log.record("check", &format!("value {n}"), n, String::new);
        }
        let groups = log.take();
        assert_eq!(groups.iter().count(), LOG_LIMIT + 1);
        assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), 100);
        let mut few = FailureGroups::default();
        few.merge_up_to(3, &groups);
        few.merge_up_to(3, &groups);
        assert_eq!(few.iter().map(|group| group.count).sum::<u64>(), 200);
        assert!(few.iter().count() <= 4);
    }
}
