//! What is counted: by each thread for itself, summed when somebody asks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::routes::{ROUTES, Route};

/// The lowest and the highest status that is counted.
const STATUSES: std::ops::RangeInclusive<u16> = 100..=999;
const STATUS_COUNT: usize = 900;

/// What the target has counted since its start or the last reset.
///
/// At every moment `requests` is the sum of `by_status`, `unanswered` and the requests that are being worked on. Requests to
/// `/stats` itself are left out of everything but connections and bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Connections taken over.
    pub connections_accepted: u64,
    /// Connections that are open now; a reset does not change it.
    pub connections_open: u64,
    /// Requests whose head was read and understood.
    pub requests: u64,
    /// Requests that got no status: closed or reset on purpose, or the client went away before.
    pub unanswered: u64,
    /// Connections that ended because what came was not HTTP/1.1.
    pub malformed: u64,
    /// TLS handshakes that failed.
    pub tls_failures: u64,
    /// Requests by route, named as in [`routes`](crate::routes); paths without a route are under `(unknown)`.
    pub by_path: BTreeMap<String, u64>,
    /// Answers by status.
    pub by_status: BTreeMap<u16, u64>,
    /// Bytes read from connections; of HTTPS, what was inside TLS.
    pub bytes_in: u64,
    /// Bytes written to connections; of HTTPS, what was inside TLS.
    pub bytes_out: u64,
}

/// A counter that one thread writes and any thread reads, hence no atomic addition.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, amount: u64) {
        self.0.store(
            self.0.load(Ordering::Relaxed).wrapping_add(amount),
            Ordering::Relaxed,
        );
    }

    pub(crate) fn subtract(&self, amount: u64) {
        self.0.store(
            self.0.load(Ordering::Relaxed).wrapping_sub(amount),
            Ordering::Relaxed,
        );
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counters of one thread.
#[derive(Debug)]
pub(crate) struct Shard {
    pub(crate) accepted: Counter,
    pub(crate) closed: Counter,
    pub(crate) unanswered: Counter,
    pub(crate) malformed: Counter,
    pub(crate) tls_failures: Counter,
    pub(crate) bytes_in: Counter,
    pub(crate) bytes_out: Counter,
    /// Answers being made or sent; not part of the statistics, but of a graceful stop.
    pub(crate) active: Counter,
    routes: Vec<Counter>,
    statuses: Vec<Counter>,
}

impl Default for Shard {
    fn default() -> Self {
        let counters = |count| {
            std::iter::repeat_with(Counter::default)
                .take(count)
                .collect()
        };
        Self {
            accepted: Counter::default(),
            closed: Counter::default(),
            unanswered: Counter::default(),
            malformed: Counter::default(),
            tls_failures: Counter::default(),
            bytes_in: Counter::default(),
            bytes_out: Counter::default(),
            active: Counter::default(),
            routes: counters(ROUTES.len()),
            statuses: counters(STATUS_COUNT),
        }
    }
}

impl Shard {
    /// Counts a request to a route.
    pub(crate) fn request(&self, route: Route) {
        self.routes[route as usize].add(1);
    }

    /// Counts an answer.
    pub(crate) fn status(&self, status: u16) {
        if STATUSES.contains(&status) {
            self.statuses[usize::from(status - STATUSES.start())].add(1);
        }
    }
}

/// The sum of all threads' counters since the start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    accepted: u64,
    closed: u64,
    unanswered: u64,
    malformed: u64,
    tls_failures: u64,
    bytes_in: u64,
    bytes_out: u64,
    routes: Vec<u64>,
    statuses: Vec<u64>,
}

impl Totals {
    /// Sums the counters of all threads.
    pub(crate) fn of<'a>(shards: impl IntoIterator<Item = &'a Shard>) -> Self {
        let mut totals = Self {
            routes: vec![0; ROUTES.len()],
            statuses: vec![0; STATUS_COUNT],
            ..Self::default()
        };
        for shard in shards {
            totals.accepted += shard.accepted.get();
            totals.closed += shard.closed.get();
            totals.unanswered += shard.unanswered.get();
            totals.malformed += shard.malformed.get();
            totals.tls_failures += shard.tls_failures.get();
            totals.bytes_in += shard.bytes_in.get();
            totals.bytes_out += shard.bytes_out.get();
            totals
                .routes
                .iter_mut()
                .zip(&shard.routes)
                .for_each(|(sum, counter)| *sum += counter.get());
            totals
                .statuses
                .iter_mut()
                .zip(&shard.statuses)
                .for_each(|(sum, counter)| *sum += counter.get());
        }
        totals
    }

    /// Describes what was counted since `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Stats {
        let before = |counts: &[u64], index: usize| counts.get(index).copied().unwrap_or(0);
        let by_path: BTreeMap<String, u64> = (ROUTES.iter().enumerate())
            .map(|(index, route)| {
                (
                    route.path.to_owned(),
                    self.routes[index] - before(&earlier.routes, index),
                )
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        let by_status = (STATUSES.zip(&self.statuses).enumerate())
            .map(|(index, (status, count))| (status, count - before(&earlier.statuses, index)))
            .filter(|(_, count)| *count > 0)
            .collect();
        Stats {
            connections_accepted: self.accepted - earlier.accepted,
            connections_open: self.accepted.saturating_sub(self.closed),
            requests: by_path.values().sum(),
            unanswered: self.unanswered - earlier.unanswered,
            malformed: self.malformed - earlier.malformed,
            tls_failures: self.tls_failures - earlier.tls_failures,
            by_path,
            by_status,
            bytes_in: self.bytes_in - earlier.bytes_in,
            bytes_out: self.bytes_out - earlier.bytes_out,
        }
    }
}
