//! A run of which the warm-up and the cool-down are in no numbers.

use crate::failures::FailureGroups;
use crate::histogram::Histogram;
use crate::interval::Interval;
use crate::series::{SeriesKind, SeriesTable};
use crate::series_part::{Measure, SeriesPart};
use crate::summary::{ErrorSummary, Phase, Totals};
use crate::total::{FAILURE_LIMIT, RunTotals, error_summaries};

/// The measured part of a run so far, and beside it sums over each phase of each stage.
///
/// What happened belongs to the phase of the second in which it ended: each operation is in one phase, and all phases together are
/// the run.
#[derive(Clone, Debug)]
pub struct PhasedTotals {
    measured: RunTotals,
    phases: Vec<PhaseTotals>,
}

/// One phase of one stage so far.
#[derive(Clone, Debug)]
pub struct PhaseTotals {
    /// Name of the stage.
    pub stage: String,
    /// Which part of it.
    pub phase: Phase,
    /// Sums over the operations that ended in it.
    pub totals: Totals,
    /// Their response times.
    pub response: Histogram,
    operations: FailureGroups,
    /// What a script raised counts on its iterations, and, where its body is timed as an operation, on that too.
    iterations: FailureGroups,
}

impl PhasedTotals {
    /// Nothing yet; `table` is the one that the intervals' ids are of.
    pub fn new(table: SeriesTable) -> Self {
        Self {
            measured: RunTotals::new(table),
            phases: Vec::new(),
        }
    }

    /// Adds an interval; `phase_of` says of which phase of a stage it is. All parts of the interval must have been merged into it.
    pub fn add(&mut self, interval: &Interval, phase_of: impl Fn(&str) -> Phase) {
        let measured = |stage: &str| phase_of(stage) == Phase::Measured;
        self.measured.add_ended(interval, measured);
        let table = self.measured.table().clone();
        for (id, part) in &interval.series {
            if part.ended() == 0 {
                continue;
            }
            if let Some(key) = table.key(*id) {
                let phase = phase_of(&key.stage);
                self.phase(&key.stage, phase).add(key.kind, part);
            }
        }
        for (id, part) in interval
            .scenarios
            .iter()
            .filter(|(_, part)| part.dropped > 0)
        {
            if let Some(key) = table.scenario(*id) {
                let phase = phase_of(&key.stage);
                let totals = &mut self.phase(&key.stage, phase).totals;
                totals.dropped_iterations += part.dropped;
            }
        }
    }

    /// The measured part.
    pub fn measured(&self) -> &RunTotals {
        &self.measured
    }

    /// What is known of one phase of a stage; nothing where nothing ended in it.
    pub fn of(&self, stage: &str, phase: Phase) -> Option<&PhaseTotals> {
        let mut known = self.phases.iter();
        known.find(|one| one.stage == stage && one.phase == phase)
    }

    /// Whether anything ended in a stage.
    pub fn has(&self, stage: &str) -> bool {
        self.phases.iter().any(|one| one.stage == stage)
    }

    fn phase(&mut self, stage: &str, phase: Phase) -> &mut PhaseTotals {
        let mut known = self.phases.iter();
        let at = known.position(|one| one.stage == stage && one.phase == phase);
        let at = at.unwrap_or_else(|| {
            self.phases.push(PhaseTotals {
                stage: stage.to_owned(),
                phase,
                totals: Totals::default(),
                response: Histogram::new(),
                operations: FailureGroups::default(),
                iterations: FailureGroups::default(),
            });
            self.phases.len() - 1
        });
        &mut self.phases[at]
    }
}

impl PhaseTotals {
    fn add(&mut self, kind: SeriesKind, part: &SeriesPart) {
        match kind {
            SeriesKind::Operation => {
                self.totals.started += part.ended();
                self.totals.ok += part.ok;
                self.totals.failed += part.failed;
                self.totals.interrupted += part.interrupted;
                self.totals.bytes_sent += part.bytes_sent;
                self.totals.bytes_received += part.bytes_received;
                for measure in [Measure::OkResponse, Measure::FailedResponse] {
                    if let Some(times) = part.times.get(&measure) {
                        self.response.merge_sparse(times);
                    }
                }
                self.operations.merge_up_to(FAILURE_LIMIT, &part.failures);
            }
            SeriesKind::Iteration => self.iterations.merge_up_to(FAILURE_LIMIT, &part.failures),
            SeriesKind::Transaction | SeriesKind::Metric => {}
        }
    }

    /// What failed in it, the most frequent first.
    pub fn errors(&self) -> Vec<ErrorSummary> {
        let mut failures = self.iterations.clone();
        failures.take_away(&self.operations);
        failures.merge_up_to(FAILURE_LIMIT, &self.operations);
        error_summaries(&failures)
    }
}
