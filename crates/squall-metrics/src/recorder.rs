//! What one I/O thread writes to.

use std::sync::Arc;

use crate::checks::CheckLog;
use crate::exemplar::{Exemplar, ExemplarLog, Slowest};
use crate::failures::FailureLog;
use crate::histogram::Histogram;
use crate::interval::{IntervalPart, ScenarioPart, ThreadPart};
use crate::sample::{Outcome, Sample};
use crate::series::{ScenarioId, SeriesId};
use crate::series_part::{Measure, SeriesPart, Times};
use crate::statuses::StatusCounts;
use crate::values::ValuePart;

/// Counts and times of one I/O thread since the last interval.
///
/// It belongs to that thread alone: no locks and no atomics. After the first values of a series, recording allocates nothing.
/// Everything that was started must end exactly once, in the same recorder.
#[derive(Debug, Default)]
pub struct Recorder {
    /// By [`SeriesId`]; a series that this thread does not use costs a pointer.
    series: Vec<Option<Box<SeriesCell>>>,
    /// By [`ScenarioId`].
    scenarios: Vec<ScenarioPart>,
    schedule_error: Histogram,
    generator_delay: Histogram,
    exemplars: ExemplarLog,
}

#[derive(Debug, Default)]
struct SeriesCell {
    started: u64,
    ok: u64,
    failed: u64,
    interrupted: u64,
    unmet: u64,
    checks: CheckLog,
    bytes_sent: u64,
    bytes_received: u64,
    /// Carried from interval to interval.
    in_flight: u64,
    statuses: StatusCounts,
    times: Times,
    /// Of the whole run; not handed over.
    slowest: Slowest,
    failures: FailureLog,
    values: Option<Box<ValuePart>>,
}

impl Recorder {
    /// An empty recorder.
    pub fn new() -> Self {
        Self::default()
    }

    /// An operation was handed to its client.
    #[inline]
    pub fn operation_started(&mut self, series: SeriesId) {
        self.cell(series).start();
    }

    /// An operation ended. Returns whether it is one of the slowest of its series: it may be worth an [`Exemplar`], see
    /// [`Self::wants_exemplar`].
    #[inline]
    pub fn operation_finished(&mut self, series: SeriesId, sample: &Sample) -> bool {
        let cell = self.cell(series);
        cell.finish_operation(sample);
        cell.slowest.is_one(sample.response_ns)
    }

    /// An operation was given up because the run ended.
    pub fn operation_interrupted(&mut self, series: SeriesId) {
        self.cell(series).interrupt();
    }

    /// Says why an operation failed, in addition to [`Self::operation_finished`].
    ///
    /// `at_ns` is the time since the start of the run. `example` is only called for the first failure of its class and
    /// message in the interval. Groups are bounded per series and interval; what exceeds the bound is counted in one group.
    /// Returns whether it is the first of its kind, which is to be kept as an [`Exemplar`].
    #[expect(
        clippy::too_many_arguments,
        reason = "each is one fact of a failure; a struct would be built to be taken apart"
    )]
    pub fn failure(
        &mut self,
        series: SeriesId,
        class: &'static str,
        message: &str,
        at_ns: u64,
        example: impl FnOnce() -> String,
    ) -> bool {
        let log = &mut self.cell(series).failures;
        let is_new = log.record(class, message, at_ns, example);
        is_new && self.exemplars.is_new(series, class, message)
    }

    /// Tells whether a slow operation that ended at a moment is to be kept: only so many are a second. Whoever asks and is told so keeps it.
    #[cold]
    pub fn wants_exemplar(&mut self, at_ns: u64) -> bool {
        self.exemplars.may_copy(at_ns)
    }

    /// Tells whether the bytes of an operation that somebody judges later are to be copied: some are, as it may turn out to have failed.
    pub fn may_hold_exemplar(&mut self, at_ns: u64) -> bool {
        self.exemplars.may_hold(at_ns)
    }

    /// Keeps an operation as a whole.
    #[cold]
    pub fn exemplar(&mut self, exemplar: Exemplar) {
        let mut slowest = self.cell(exemplar.series).slowest;
        let series = exemplar.series;
        self.exemplars.keep(exemplar, &mut slowest);
        self.cell(series).slowest = slowest;
    }

    /// An operation failed because its answer was not as expected, in addition to [`Self::operation_finished`].
    pub fn unmet(&mut self, series: SeriesId) {
        self.cell(series).unmet += 1;
    }

    /// The answer to a request with these checks was looked at, and those did not hold, each named once by its place; in addition to
    /// [`Self::operation_finished`].
    #[inline]
    pub fn checked(
        &mut self,
        series: SeriesId,
        names: &Arc<[Arc<str>]>,
        failed: impl Iterator<Item = usize>,
    ) {
        self.cell(series).checks.record(names, failed);
    }

    /// A transaction or an iteration started.
    #[inline]
    pub fn transaction_started(&mut self, series: SeriesId) {
        self.cell(series).start();
    }

    /// A transaction or an iteration ended.
    #[inline]
    pub fn transaction_finished(&mut self, series: SeriesId, outcome: Outcome, time_ns: u64) {
        let cell = self.cell(series);
        let (response, _) = cell.end(outcome);
        cell.times.record(response, time_ns);
    }

    /// A transaction or an iteration was given up because the run ended.
    pub fn transaction_interrupted(&mut self, series: SeriesId) {
        self.cell(series).interrupt();
    }

    /// The test measured a number; the series is a [`SeriesKind::Metric`](crate::SeriesKind::Metric).
    pub fn value(&mut self, series: SeriesId, value: f64) {
        let values = &mut self.cell(series).values;
        values.get_or_insert_default().record(value);
    }

    /// Iterations were due and found no free virtual user.
    pub fn dropped(&mut self, scenario: ScenarioId, n: u64) {
        self.scenario(scenario).dropped += n;
    }

    /// This thread now has so many active virtual users of the scenario.
    pub fn users(&mut self, scenario: ScenarioId, now_active: u64) {
        let cell = self.scenario(scenario);
        cell.users = now_active;
        cell.users_peak = cell.users_peak.max(now_active);
    }

    /// Somebody asked for more virtual users than the load of the scenario may have.
    pub fn volume_clamped(&mut self, scenario: ScenarioId) {
        self.scenario(scenario).clamped += 1;
    }

    /// An iteration started so much later than intended, as far as the generator caused it.
    #[inline]
    pub fn schedule_error(&mut self, ns: u64) {
        self.schedule_error.record(ns);
    }

    /// The generator itself delayed something by so much.
    #[inline]
    pub fn generator_delay(&mut self, ns: u64) {
        self.generator_delay.record(ns);
    }

    /// Hands over everything since the last call, and starts the next interval. What is in flight stays known.
    pub fn take_part(&mut self, index: u64, thread: usize, busy_ns: u64) -> IntervalPart {
        let mut part = IntervalPart {
            index,
            thread: ThreadPart {
                thread,
                busy_ns,
                starved_ns: 0,
            },
            schedule_error: self.schedule_error.take_sparse(),
            generator_delay: self.generator_delay.take_sparse(),
            exemplars: self.exemplars.take(),
            ..IntervalPart::default()
        };
        for (id, slot) in (0..).map(SeriesId).zip(&mut self.series) {
            let Some(cell) = slot else { continue };
            let taken = cell.take();
            if taken == SeriesPart::default() {
                // A name that is not used for a whole interval gives its memory back, so that many names cost little.
                *slot = None;
            } else {
                part.series.push((id, taken));
            }
        }
        for (id, cell) in (0..).map(ScenarioId).zip(&mut self.scenarios) {
            if *cell != ScenarioPart::default() {
                part.scenarios.push((id, *cell));
            }
            *cell = ScenarioPart {
                dropped: 0,
                clamped: 0,
                users_peak: cell.users,
                ..*cell
            };
        }
        part
    }

    #[inline]
    fn cell(&mut self, series: SeriesId) -> &mut SeriesCell {
        if !matches!(self.series.get(series.index()), Some(Some(_))) {
            self.add_cell(series);
        }
        self.series[series.index()].as_mut().expect("added above")
    }

    #[cold]
    fn add_cell(&mut self, series: SeriesId) {
        if self.series.len() <= series.index() {
            self.series.resize_with(series.index() + 1, || None);
        }
        self.series[series.index()] = Some(Box::default());
    }

    fn scenario(&mut self, scenario: ScenarioId) -> &mut ScenarioPart {
        if self.scenarios.len() <= scenario.index() {
            self.scenarios
                .resize(scenario.index() + 1, ScenarioPart::default());
        }
        &mut self.scenarios[scenario.index()]
    }
}

impl SeriesCell {
    #[inline]
    fn start(&mut self) {
        self.started += 1;
        self.in_flight += 1;
    }

    /// Counts an end, and says which response and service time it belongs to.
    #[inline]
    fn end(&mut self, outcome: Outcome) -> (Measure, Measure) {
        self.leave_flight();
        match outcome {
            Outcome::Ok => {
                self.ok += 1;
                (Measure::OkResponse, Measure::OkService)
            }
            Outcome::Failed => {
                self.failed += 1;
                (Measure::FailedResponse, Measure::FailedService)
            }
        }
    }

    #[inline]
    fn leave_flight(&mut self) {
        debug_assert!(
            self.in_flight > 0,
            "something ended that was not started in this recorder"
        );
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    fn interrupt(&mut self) {
        self.leave_flight();
        self.interrupted += 1;
    }

    #[inline]
    fn finish_operation(&mut self, sample: &Sample) {
        let (response, service) = self.end(sample.outcome);
        self.times.record(response, sample.response_ns);
        self.times.record(service, sample.service_ns);
        self.times.record_phase(Measure::Waiting, sample.waiting_ns);
        self.times
            .record_phase(Measure::Connecting, sample.connecting_ns);
        self.times
            .record_phase(Measure::Securing, sample.securing_ns);
        self.times.record_phase(Measure::Writing, sample.writing_ns);
        self.times
            .record_phase(Measure::FirstByte, sample.first_byte_ns);
        self.times.record_phase(Measure::Reading, sample.reading_ns);
        if sample.status != 0 {
            self.statuses.record(sample.status);
        }
        self.bytes_sent += sample.bytes_sent;
        self.bytes_received += sample.bytes_received;
    }

    fn take(&mut self) -> SeriesPart {
        SeriesPart {
            started: std::mem::take(&mut self.started),
            ok: std::mem::take(&mut self.ok),
            failed: std::mem::take(&mut self.failed),
            interrupted: std::mem::take(&mut self.interrupted),
            in_flight: self.in_flight,
            unmet: std::mem::take(&mut self.unmet),
            checks: self.checks.take(),
            bytes_sent: std::mem::take(&mut self.bytes_sent),
            bytes_received: std::mem::take(&mut self.bytes_received),
            statuses: self.statuses.take(),
            times: self.times.take(),
            failures: self.failures.take(),
            values: self.values.take(),
        }
    }
}
