//! Judging rules as intervals close.

use std::sync::Arc;

use squall_metrics::threshold::{Judge, Judgment, Moment};
use squall_metrics::{Interval, PhasedTotals, SeriesTable};
use squall_plan::{CheckedPlan, CheckedThreshold};

use super::outcome;
use super::phases::Phases;
use crate::snapshot::StageStatus;
use crate::stages::Board;

/// The rules of a run, and how they stand.
#[derive(Clone, Debug)]
pub(crate) struct Judging {
    thresholds: Arc<[CheckedThreshold]>,
    judge: Judge,
    phases: Phases,
    board: Arc<Board>,
}

impl Judging {
    pub(crate) fn new(plan: &CheckedPlan, table: SeriesTable, board: Arc<Board>) -> Self {
        let rules = plan.thresholds.iter().map(|one| one.rule.clone());
        Self {
            judge: Judge::new(rules.collect(), table),
            thresholds: plan.thresholds.as_slice().into(),
            phases: Phases::of(plan),
            board,
        }
    }

    /// Adds a closed interval; returns why the run is to end now, if a rule says so.
    pub(crate) fn push(&mut self, interval: &Interval) -> Option<String> {
        if self.thresholds.is_empty() {
            return None;
        }
        let entries = self.board.entries();
        let measured = |stage: &str| self.phases.measured(&entries, stage, interval);
        let broken = self.judge.push(interval, &measured);
        let aborts = broken
            .into_iter()
            .find(|at| outcome::aborts(&self.thresholds[*at]))?;
        let (threshold, judgment) = (&self.thresholds[aborts], self.at(Moment::Live)[aborts]);
        Some(outcome::ended_by(threshold, &judgment))
    }

    /// Adds a closed interval to totals in which warm-up and cool-down are apart.
    pub(crate) fn sort(&self, interval: &Interval, totals: &mut PhasedTotals) {
        let entries = self.board.entries();
        totals.add(interval, |stage| {
            self.phases.phase(&entries, stage, interval)
        });
    }

    /// Returns how each rule stands.
    pub(crate) fn at(&self, moment: Moment) -> Vec<Judgment> {
        let mut judgments = self.judge.judgments(moment);
        let end_s = self.end_s();
        for judgment in &mut judgments {
            // The last second of a run is not a whole one.
            judgment.broken_at_s = judgment.broken_at_s.map(|at_s| at_s.min(end_s));
        }
        judgments
    }

    /// When the last stage ended, in seconds of the run; while one has not, that is not known.
    fn end_s(&self) -> f64 {
        let entries = self.board.entries();
        let ends = entries.iter().map(|entry| match entry.status {
            StageStatus::Waiting | StageStatus::Running => f64::INFINITY,
            _ => entry.ended_ns as f64 / 1e9,
        });
        ends.fold(0.0, f64::max)
    }
}
