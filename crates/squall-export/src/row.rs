//! One series in one second.

use jiff::Timestamp;
use squall_metrics::summary::{Distribution, RunInfo, ValueDistribution};
use squall_metrics::{
    Interval, Measure, ScenarioPart, SeriesKey, SeriesKind, SeriesPart, SeriesTable,
    SparseHistogram,
};

/// Seconds below which a rate says nothing: the last second may have begun just before the end.
const TOO_SHORT_S: f64 = 0.1;

/// Which run rows are of, and when it began and ended.
#[derive(Clone, Debug)]
pub struct RunSpan {
    /// Identifier of the run.
    pub id: String,
    /// When it started; unknown where the summary says it in a way that is not RFC 3339.
    pub started_at: Option<Timestamp>,
    /// Seconds that it took.
    pub elapsed_s: f64,
}

impl From<&RunInfo> for RunSpan {
    fn from(run: &RunInfo) -> Self {
        Self {
            id: run.id.clone(),
            started_at: run.started_at.parse().ok(),
            elapsed_s: run.elapsed_s,
        }
    }
}

/// One series in one second.
#[derive(Clone, Debug)]
pub struct Row {
    pub(crate) run: String,
    pub(crate) time: Option<Timestamp>,
    pub(crate) second: u64,
    /// Seconds that were measured: the last second ends with the run.
    pub(crate) length_s: f64,
    pub(crate) key: SeriesKey,
    pub(crate) counts: Counts,
    /// What happened to its scenario.
    pub(crate) scenario: ScenarioPart,
    pub(crate) response: Option<Distribution>,
    pub(crate) service: Option<Distribution>,
    /// Connections that were opened, and how long that took, from the name to TCP.
    pub(crate) connecting: Option<Distribution>,
    pub(crate) values: Option<ValueDistribution>,
}

/// What of a second is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) started: u64,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) interrupted: u64,
    pub(crate) in_flight: u64,
    pub(crate) bytes_sent: u64,
    pub(crate) bytes_received: u64,
    /// Answers by the first digit of their status, from 1.
    pub(crate) statuses: [u64; 5],
}

impl Row {
    /// Returns a row for each series in which something happened in a second, or is in flight; ids are those of `names`.
    pub fn of_second(run: &RunSpan, interval: &Interval, names: &SeriesTable) -> Vec<Self> {
        let length_s = interval
            .length_s
            .min((run.elapsed_s - interval.start_s).max(0.0));
        let time = run
            .started_at
            .and_then(|at| at.checked_add(from_start(interval.start_s)).ok());
        let scenarios = interval.scenarios.iter();
        let scenarios = scenarios.filter_map(|(id, part)| Some((names.scenario(*id)?, *part)));
        let scenarios: Vec<_> = scenarios.collect();
        let rows = interval.series.iter().filter_map(|(id, part)| {
            let key = names.key(*id)?;
            let scenario = scenarios
                .iter()
                .find(|(one, _)| one.stage == key.stage && one.scenario == key.scenario);
            Some(Self {
                run: run.id.clone(),
                time,
                second: interval.index,
                length_s,
                key,
                counts: Counts::of(part),
                scenario: scenario.map(|(_, part)| *part).unwrap_or_default(),
                response: times(part, [Measure::OkResponse, Measure::FailedResponse]),
                service: times(part, [Measure::OkService, Measure::FailedService]),
                connecting: times(part, [Measure::Connecting]),
                values: part.values.as_ref().map(|values| values.distribution()),
            })
        });
        rows.collect()
    }

    /// What ended, a second; nothing where the second is too short to say, or where nothing is that ends.
    pub(crate) fn rate_per_s(&self) -> Option<f64> {
        if self.key.kind == SeriesKind::Metric {
            return None;
        }
        let ended = (self.counts.ok + self.counts.failed) as f64;
        (self.length_s >= TOO_SHORT_S).then(|| ended / self.length_s)
    }
}

fn from_start(seconds: f64) -> jiff::SignedDuration {
    jiff::SignedDuration::try_from_secs_f64(seconds).unwrap_or_default()
}

impl Counts {
    fn of(part: &SeriesPart) -> Self {
        let mut statuses = [0; 5];
        for (status, count) in part.statuses.sorted() {
            let class = usize::from(status / 100).wrapping_sub(1);
            if let Some(sum) = statuses.get_mut(class) {
                *sum += count;
            }
        }
        Self {
            started: part.started,
            ok: part.ok,
            failed: part.failed,
            interrupted: part.interrupted,
            in_flight: part.in_flight,
            bytes_sent: part.bytes_sent,
            bytes_received: part.bytes_received,
            statuses,
        }
    }
}

/// The times of several measures together: histograms are merged, and then asked.
fn times<const N: usize>(part: &SeriesPart, measures: [Measure; N]) -> Option<Distribution> {
    let mut there = measures
        .iter()
        .filter_map(|measure| part.times.get(measure));
    let mut all: SparseHistogram = there.next()?.clone();
    there.for_each(|times| all.merge(times));
    (!all.is_empty()).then(|| all.distribution())
}
