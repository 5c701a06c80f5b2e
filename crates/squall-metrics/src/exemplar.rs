//! Operations that are kept as a whole, to look at: the slowest, and the first of each kind of failure.
//!
//! Whoever sends operations asks the recorder whether one is worth it, which costs one comparison, and copies bytes only then. Copies are
//! bounded per second: while everything gets slower and slower, each operation is the slowest so far.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};

use crate::series::SeriesId;

/// Slowest operations of a series that one I/O thread keeps.
pub(crate) const SLOWEST: usize = 5;
/// Slowest operations of the whole run that stay.
const SLOWEST_OF_RUN: usize = 5;
/// Slowest operations of each series that stay.
const SLOWEST_OF_SERIES: usize = 2;
/// Series of which the slowest stay, and kinds of failures of which the first stays; those that came first.
const MOST_KEPT: usize = 50;
/// Kinds of failures of which one I/O thread keeps the first.
const MOST_FAILURES: usize = 64;
/// Copies that one I/O thread may make at once.
const BURST: u32 = 100;
/// Time after which it may make one more, in nanoseconds: 20 a second.
const REFILL_NS: u64 = 50_000_000;
/// Time between two copies of operations that are not judged yet, in nanoseconds.
const HELD_NS: u64 = 10_000_000;

/// An operation as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exemplar {
    /// What it counts towards.
    pub series: SeriesId,
    /// Intended start, start, connected, secured, written, first byte, last byte: nanoseconds since the start of the run.
    pub moments_ns: [u64; 7],
    /// A connection was opened for it.
    pub connected: bool,
    /// That connection was secured with TLS.
    pub secured: bool,
    /// Whether it failed.
    pub failed: bool,
    /// Status of the answer; 0 without one.
    pub status: u16,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Number of the virtual user.
    pub user: u64,
    /// Number of the iteration in its scenario.
    pub iteration: u64,
    /// Why it failed; empty when it succeeded.
    pub failures: Vec<ExemplarFailure>,
    /// The request, if its bytes were still there.
    pub request: Option<ExemplarMessage>,
    /// The answer, if there was one and its bytes were still there.
    pub answer: Option<ExemplarMessage>,
    /// The trace that the request belongs to, as its header `traceparent` says.
    pub trace_id: Option<String>,
}

/// Why an operation failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExemplarFailure {
    /// Its class.
    pub class: String,
    /// What happened.
    pub message: String,
    /// More about it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// A request or an answer, shortened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExemplarMessage {
    /// First line and headers.
    pub head: String,
    /// The beginning of the body.
    pub body: String,
    /// What is left out of the two and why; empty where nothing is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub left_out: String,
}

impl Exemplar {
    /// Last byte − intended start.
    pub fn response_ns(&self) -> u64 {
        self.moments_ns[6].saturating_sub(self.moments_ns[0])
    }

    fn ended_ns(&self) -> u64 {
        self.moments_ns[6]
    }

    /// The slowest first, and of equals the first: the order of merges does not matter.
    fn rank(&self) -> (std::cmp::Reverse<u64>, u64, SeriesId, u64, u64) {
        let slow = std::cmp::Reverse(self.response_ns());
        (
            slow,
            self.ended_ns(),
            self.series,
            self.user,
            self.iteration,
        )
    }

    /// Bytes are better than none, and the first is better than a later one.
    fn failure_rank(&self) -> (bool, u64, u64, u64) {
        let bare = self.request.is_none();
        (bare, self.ended_ns(), self.user, self.iteration)
    }
}

/// The slowest operations that one thread has seen of a series.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slowest {
    /// Response times in falling order; 0 where there is none yet.
    times: [u64; SLOWEST],
}

impl Slowest {
    /// Tells whether an operation is one of them: one comparison.
    #[inline]
    pub(crate) fn is_one(&self, response_ns: u64) -> bool {
        response_ns > self.times[SLOWEST - 1]
    }

    fn add(&mut self, response_ns: u64) {
        let at = self.times.partition_point(|time| *time >= response_ns);
        if at < SLOWEST {
            self.times.copy_within(at..SLOWEST - 1, at + 1);
            self.times[at] = response_ns;
        }
    }
}

/// Exemplars of one thread that have not been handed over.
#[derive(Debug, Default)]
pub(crate) struct ExemplarLog {
    kept: Vec<Exemplar>,
    copies: u32,
    refilled_ns: u64,
    next_held_ns: u64,
    /// Kinds of failures that were kept, as hashes.
    failures: HashSet<u64>,
}

impl ExemplarLog {
    /// Tells whether the first failure of a kind is to be kept.
    pub(crate) fn is_new(&self, series: SeriesId, class: &str, message: &str) -> bool {
        self.failures.len() < MOST_FAILURES
            && !self.failures.contains(&hash(series, class, message))
    }

    /// Tells whether another copy may be made at a moment, and counts it.
    pub(crate) fn may_copy(&mut self, at_ns: u64) -> bool {
        let refills = at_ns.saturating_sub(self.refilled_ns) / REFILL_NS;
        if refills > 0 {
            self.refilled_ns += refills * REFILL_NS;
            let refills = u32::try_from(refills).unwrap_or(BURST);
            self.copies = self.copies.saturating_sub(refills);
        }
        let may = self.copies < BURST;
        self.copies += u32::from(may);
        may
    }

    /// Tells whether an operation that is not judged yet may be copied at a moment: a hundred a second.
    pub(crate) fn may_hold(&mut self, at_ns: u64) -> bool {
        let may = at_ns >= self.next_held_ns;
        if may {
            self.next_held_ns = at_ns + HELD_NS;
        }
        may
    }

    /// Keeps one.
    pub(crate) fn keep(&mut self, exemplar: Exemplar, slowest: &mut Slowest) {
        slowest.add(exemplar.response_ns());
        for failure in &exemplar.failures {
            if self.failures.len() < MOST_FAILURES {
                let kind = hash(exemplar.series, &failure.class, &failure.message);
                self.failures.insert(kind);
            }
        }
        self.kept.push(exemplar);
    }

    pub(crate) fn take(&mut self) -> Vec<Exemplar> {
        std::mem::take(&mut self.kept)
    }
}

fn hash(series: SeriesId, class: &str, message: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (series, class, message).hash(&mut hasher);
    hasher.finish()
}

/// The exemplars of a run so far: bounded, however long it is.
#[derive(Clone, Debug, Default)]
pub struct Exemplars {
    slowest: Vec<Exemplar>,
    of_series: BTreeMap<SeriesId, Vec<Exemplar>>,
    failures: BTreeMap<(SeriesId, String, String), Exemplar>,
}

/// Why an exemplar was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is one of the slowest of the run.
    SlowestOfRun,
    /// It is one of the slowest of its series.
    SlowestOfSeries,
    /// It is the first of a kind of failure.
    FirstFailure,
}

impl Exemplars {
    /// Adds what a thread handed over.
    pub fn add(&mut self, more: &[Exemplar]) {
        for one in more {
            insert(&mut self.slowest, one, SLOWEST_OF_RUN);
            if self.of_series.len() < MOST_KEPT || self.of_series.contains_key(&one.series) {
                let of_series = self.of_series.entry(one.series).or_default();
                insert(of_series, one, SLOWEST_OF_SERIES);
            }
            for failure in &one.failures {
                let key = (one.series, failure.class.clone(), failure.message.clone());
                let known = self.failures.get(&key);
                let better = known.map_or(self.failures.len() < MOST_KEPT, |known| {
                    one.failure_rank() < known.failure_rank()
                });
                if better {
                    self.failures.insert(key, one.clone());
                }
            }
        }
    }

    /// Every exemplar once, with why it was kept: the slowest first.
    pub fn all(&self) -> Vec<(&Exemplar, Vec<Reason>)> {
        let slowest = self.slowest.iter().map(|one| (one, Reason::SlowestOfRun));
        let of_series = self.of_series.values().flatten();
        let of_series = of_series.map(|one| (one, Reason::SlowestOfSeries));
        let failures = self.failures.values();
        let failures = failures.map(|one| (one, Reason::FirstFailure));
        let mut all: Vec<(&Exemplar, Vec<Reason>)> = Vec::new();
        for (one, reason) in slowest.chain(of_series).chain(failures) {
            match all.iter_mut().find(|(known, _)| known.rank() == one.rank()) {
                Some((_, reasons)) if reasons.contains(&reason) => {}
                Some((_, reasons)) => reasons.push(reason),
                None => all.push((one, vec![reason])),
            }
        }
        all.sort_by_key(|(one, _)| one.rank());
        all
    }
}

fn insert(into: &mut Vec<Exemplar>, one: &Exemplar, most: usize) {
    let at = into.partition_point(|known| known.rank() < one.rank());
    if at < most {
        into.insert(at, one.clone());
        into.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(series: u32, ended_ms: u64, response_ms: u64, failure: &str) -> Exemplar {
        let failures = (!failure.is_empty()).then(|| ExemplarFailure {
            class: "status".to_owned(),
            message: failure.to_owned(),
            detail: String::new(),
        });
        let mut moments_ns = [(ended_ms - response_ms) * 1_000_000; 7];
        moments_ns[6] = ended_ms * 1_000_000;
        Exemplar {
            series: SeriesId(series),
            moments_ns,
            failures: failures.into_iter().collect(),
            request: Some(ExemplarMessage::default()),
            ..Exemplar::default()
        }
    }

    #[test]
    fn an_operation_is_slow_when_it_is_among_the_five_slowest() {
        let mut slowest = Slowest::default();
        for time in [10, 30, 20, 50, 40] {
            assert!(slowest.is_one(time));
            slowest.add(time);
        }
        assert_eq!(slowest.times, [50, 40, 30, 20, 10]);
        assert!(!slowest.is_one(10));
        assert!(slowest.is_one(11));
        slowest.add(45);
        assert_eq!(slowest.times, [50, 45, 40, 30, 20]);
    }

    #[test]
    fn copies_are_bounded_however_many_operations_are_the_slowest_so_far() {
        let mut log = ExemplarLog::default();
        let at = |ms: u64| 5_000_000_000 + ms * 1_000_000;
        let copies = (0..1_000).filter(|_| log.may_copy(at(0))).count();
        assert_eq!(copies, BURST as usize);
        let copies = (1..=10_000).filter(|ms| log.may_copy(at(*ms))).count();
        assert!((195..=201).contains(&copies), "{copies}");
        let copies = (0..1_000).filter(|_| log.may_copy(at(60_000))).count();
        assert_eq!(copies, BURST as usize);
    }

    #[test]
    fn of_a_kind_of_failure_the_first_is_kept() {
        let mut log = ExemplarLog::default();
        assert!(log.is_new(SeriesId(1), "status", "503"));
        log.keep(one(1, 5, 1, "503"), &mut Slowest::default());
        assert!(!log.is_new(SeriesId(1), "status", "503"));
        assert!(log.is_new(SeriesId(1), "status", "504"));
        assert!(log.is_new(SeriesId(2), "status", "503"));
        for number in 0..100 {
            let message = number.to_string();
            log.keep(one(1, 5, 1, &message), &mut Slowest::default());
        }
        assert!(!log.is_new(SeriesId(9), "status", "503"));
        assert_eq!(log.take().len(), 101);
        assert!(log.take().is_empty());
    }

    #[test]
    fn the_slowest_of_the_run_and_of_each_series_and_first_failures_stay_in_any_order() {
        let given: Vec<Exemplar> = (0..40)
            .map(|n| one(n % 2, 1_000 + u64::from(n), 10 + u64::from(n), ""))
            .chain([
                one(2, 90, 1, "503"),
                one(2, 80, 2, "503"),
                one(2, 99, 3, "504"),
            ])
            .collect();
        let (mut there, mut back) = (Exemplars::default(), Exemplars::default());
        there.add(&given);
        let reversed: Vec<Exemplar> = given.iter().rev().cloned().collect();
        back.add(&reversed[..20]);
        back.add(&reversed[20..]);
        let told = |of: &Exemplars| -> Vec<(u64, Vec<Reason>)> {
            let all = of.all().into_iter();
            all.map(|(one, reasons)| (one.response_ns() / 1_000_000, reasons))
                .collect()
        };
        assert_eq!(told(&there), told(&back));
        let [run, series, failure] = [
            Reason::SlowestOfRun,
            Reason::SlowestOfSeries,
            Reason::FirstFailure,
        ];
        let expected = vec![
            (49, vec![run, series]),
            (48, vec![run, series]),
            (47, vec![run, series]),
            (46, vec![run, series]),
            (45, vec![run]),
            (3, vec![series, failure]),
            (2, vec![series, failure]),
        ];
        assert_eq!(told(&there), expected);
    }

    #[test]
    fn an_exemplar_with_bytes_is_better_than_an_earlier_one_without() {
        let mut bare = one(1, 50, 1, "503");
        bare.request = None;
        let mut exemplars = Exemplars::default();
        exemplars.add(&[bare, one(1, 60, 2, "503"), one(1, 70, 3, "503")]);
        let first = exemplars.failures.values().next().unwrap();
        assert_eq!(first.ended_ns(), 60_000_000);
    }
}
