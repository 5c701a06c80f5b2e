//! What the load profiles of stages say about time and rate.

use squall_engine::schedule::Ramp;
use squall_plan::{CheckedKind, CheckedLoad};

use crate::prepare::PreparedRun;

/// Returns how many seconds a stage takes, where its load profiles know.
pub(super) fn planned_of(kind: &CheckedKind) -> Option<f64> {
    let CheckedKind::Execute(execute) = kind else {
        return None;
    };
    let mut loads = execute
        .scenarios
        .iter()
        .map(|scenario| match &scenario.load {
            // A number of iterations takes as long as it takes.
            CheckedLoad::Iterations { .. } | CheckedLoad::Volume { duration: None, .. } => None,
            load => Some(load.duration().as_secs_f64()),
        });
    loads.try_fold(0.0_f64, |longest, load| Some(longest.max(load?)))
}

/// Returns how long the longest path through the graph takes, where all its stages know.
pub(crate) fn planned_s(run: &PreparedRun) -> Option<f64> {
    let mut ends: Vec<f64> = Vec::new();
    for stage in &run.checked.stages {
        let start = stage
            .after
            .iter()
            .map(|before| ends[*before])
            .fold(0.0, f64::max);
        let own = match &stage.kind {
            kind @ CheckedKind::Execute(_) => planned_of(kind)?,
            _ => 0.0,
        };
        ends.push(start + own);
    }
    ends.into_iter().reduce(f64::max)
}

/// Returns the iterations per second that the open models of running stages ask for now.
pub(crate) fn asked_rate<'a>(
    run: &PreparedRun,
    active: impl Iterator<Item = (&'a str, f64)>,
) -> Option<f64> {
    let mut asked = None;
    for (name, elapsed_s) in active {
        let stage = run.checked.stages.iter().find(|stage| stage.name == name);
        let Some(CheckedKind::Execute(execute)) = stage.map(|stage| &stage.kind) else {
            continue;
        };
        for scenario in &execute.scenarios {
            if let CheckedLoad::Open {
                start_rate, ramps, ..
            } = &scenario.load
            {
                let at = squall_plan::Span::from_secs_f64(elapsed_s)
                    .map_or(0, squall_plan::Span::as_nanos);
                *asked.get_or_insert(0.0) += Ramp::new(*start_rate, ramps).level(at);
            }
        }
    }
    asked
}
