//! What is known of each stage while a run goes.

use std::sync::Mutex;

use squall_plan::{CheckedPlan, LoadEnd};

use super::timing::{end_of, planned_of};
use crate::running::lock;
use crate::snapshot::{StageProgress, StageStatus};

const NS_PER_S: f64 = 1e9;

/// How far each stage is.
#[derive(Debug)]
pub(crate) struct Board(Mutex<Vec<Entry>>);

/// One stage's progress.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) status: StageStatus,
    pub(crate) started_ns: u64,
    pub(crate) ended_ns: u64,
    pub(crate) planned_s: Option<f64>,
    pub(crate) until_stopped: bool,
    pub(crate) error: Option<String>,
    /// Why it failed before it ran again.
    pub(crate) failed_attempts: Vec<String>,
}

impl Board {
    pub(crate) fn new(plan: &CheckedPlan) -> Self {
        let entries = plan.stages.iter().map(|stage| Entry {
            name: stage.name.clone(),
            status: StageStatus::Waiting,
            started_ns: 0,
            ended_ns: 0,
            planned_s: planned_of(&stage.kind),
            until_stopped: end_of(&stage.kind) == Some(LoadEnd::Stopped),
            error: None,
            failed_attempts: Vec::new(),
        });
        Self(Mutex::new(entries.collect()))
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        lock(&self.0).clone()
    }

    /// Returns the entries as if the stages that run ended now.
    pub(crate) fn entries_until(&self, now: u64) -> Vec<Entry> {
        let mut entries = self.entries();
        for entry in &mut entries {
            if entry.status == StageStatus::Running {
                entry.ended_ns = now;
            }
        }
        entries
    }

    pub(crate) fn progress(&self, now: u64) -> Vec<StageProgress> {
        let entries = self.entries();
        let progress = entries.into_iter().map(|entry| StageProgress {
            started_s: entry.started_ns as f64 / NS_PER_S,
            elapsed_s: entry.elapsed_s(now),
            name: entry.name,
            status: entry.status,
            planned_s: entry.planned_s,
            until_stopped: entry.until_stopped,
        });
        progress.collect()
    }

    /// Changes what is known of a stage.
    pub(super) fn update(&self, index: usize, change: impl FnOnce(&mut Entry)) {
        change(&mut lock(&self.0)[index]);
    }
}

impl Entry {
    pub(crate) fn elapsed_s(&self, now: u64) -> f64 {
        let end = match self.status {
            StageStatus::Running => now,
            _ => self.ended_ns,
        };
        end.saturating_sub(self.started_ns) as f64 / NS_PER_S
    }
}
