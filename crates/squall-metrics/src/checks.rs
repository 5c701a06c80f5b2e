//! Single checks by name: how often each held.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::series::OVERFLOW_NAME;

/// Kinds of requests with checks of their own, of one series in one thread and interval.
const LOG_LIMIT: usize = 64;

/// How often a check was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckCount {
    /// How often it held.
    pub passed: u64,
    /// How often it did not.
    pub failed: u64,
}

impl CheckCount {
    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Checks by name.
pub type CheckCounts = BTreeMap<Arc<str>, CheckCount>;

/// Adds all counts of `other`; names that are new when there are `limit` already are counted together.
pub(crate) fn merge_up_to(limit: usize, counts: &mut CheckCounts, other: &CheckCounts) {
    for (name, count) in other {
        let known = counts.contains_key(name) || counts.len() < limit;
        let name = if known {
            Arc::clone(name)
        } else {
            OVERFLOW_NAME.into()
        };
        counts.entry(name).or_default().merge(*count);
    }
}

/// The checks of one series in one thread and interval.
///
/// An answer counts once for all checks of its request, and each check that does not hold once more: those that hold are the rest.
#[derive(Debug, Default)]
pub(crate) struct CheckLog {
    requests: Vec<Checked>,
    last: usize,
}

#[derive(Debug)]
struct Checked {
    names: Arc<[Arc<str>]>,
    answers: u64,
    failed: Box<[u64]>,
}

impl Checked {
    fn new(names: Arc<[Arc<str>]>) -> Self {
        Self {
            answers: 0,
            failed: vec![0; names.len()].into(),
            names,
        }
    }
}

impl CheckLog {
    /// Counts an answer to a request with such checks, of which some did not hold; `failed` names each once.
    #[inline]
    pub(crate) fn record(
        &mut self,
        names: &Arc<[Arc<str>]>,
        mut failed: impl Iterator<Item = usize>,
    ) {
        let known = self.requests.get(self.last);
        if !known.is_some_and(|known| Arc::ptr_eq(&known.names, names)) {
            self.last = self.find(names);
        }
        let checked = &mut self.requests[self.last];
        checked.answers += 1;
        if checked.names.len() == names.len() {
            for at in failed {
                checked.failed[at] += 1;
            }
        } else if failed.next().is_some() {
            checked.failed[0] += 1;
        }
    }

    #[cold]
    fn find(&mut self, names: &Arc<[Arc<str>]>) -> usize {
        let same = |known: &Checked| Arc::ptr_eq(&known.names, names) || known.names == *names;
        if let Some(at) = self.requests.iter().position(same) {
            return at;
        }
        if self.requests.len() < LOG_LIMIT {
            self.requests.push(Checked::new(Arc::clone(names)));
        } else if self.requests.len() == LOG_LIMIT {
            self.requests
                .push(Checked::new(Arc::new([OVERFLOW_NAME.into()])));
        }
        self.requests.len() - 1
    }

    /// Hands over the counts; what was not used keeps no memory.
    pub(crate) fn take(&mut self) -> CheckCounts {
        let mut counts = CheckCounts::new();
        self.requests.retain(|checked| checked.answers > 0);
        self.last = 0;
        for checked in &mut self.requests {
            let answers = std::mem::take(&mut checked.answers);
            for (name, failed) in checked.names.iter().zip(&mut checked.failed) {
                let failed = std::mem::take(failed);
                let passed = answers - failed;
                let count = counts.entry(Arc::clone(name)).or_default();
                count.merge(CheckCount { passed, failed });
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Arc<[Arc<str>]> {
        names.iter().map(|name| Arc::from(*name)).collect()
    }

    fn count(passed: u64, failed: u64) -> CheckCount {
        CheckCount { passed, failed }
    }

    #[test]
    fn what_did_not_fail_held() {
        let (two, one) = (names(&["status 200", "json"]), names(&["json"]));
        let mut log = CheckLog::default();
        for second in 0..2 {
            log.record(&two, [].into_iter());
            log.record(&two, [0, 1].into_iter());
            log.record(&one, [0].into_iter());
            // The same names in another place are the same checks.
            log.record(&names(&["json"]), [].into_iter());
            let taken = log.take();
            assert_eq!(taken["status 200"], count(1, 1), "second {second}");
            assert_eq!(taken["json"], count(2, 2), "second {second}");
        }
        assert!(log.take().is_empty() && log.requests.is_empty());
    }

    #[test]
    fn too_many_kinds_are_counted_together() {
        let mut log = CheckLog::default();
        for at in 0..LOG_LIMIT + 3 {
            log.record(&names(&[&format!("check {at}"), "b"]), [1].into_iter());
        }
        let taken = log.take();
        assert_eq!(taken[OVERFLOW_NAME], count(0, 3));
        assert_eq!(taken["b"], count(0, LOG_LIMIT as u64));
        let mut bounded = CheckCounts::new();
        merge_up_to(2, &mut bounded, &taken);
        assert_eq!(bounded.len(), 2);
        let all: u64 = bounded.values().map(|one| one.passed + one.failed).sum();
        assert_eq!(
            all,
            taken
                .values()
                .map(|one| one.passed + one.failed)
                .sum::<u64>()
        );
    }
}
