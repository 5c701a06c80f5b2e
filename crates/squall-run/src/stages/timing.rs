//! What the load profiles of stages say about time and rate.

use squall_engine::schedule::{Course, Ramp};
use squall_plan::{CheckedKind, CheckedLoad, LoadEnd};

use crate::prepare::PreparedRun;

/// Returns what the load profiles of a stage know of its end; `None` where it sends no load.
pub(super) fn end_of(kind: &CheckedKind) -> Option<LoadEnd> {
    let CheckedKind::Execute(execute) = kind else {
        return None;
    };
    let ends = execute.scenarios.iter().map(|scenario| scenario.load.end());
    ends.reduce(|one, other| match (one, other) {
        (LoadEnd::Stopped, _) | (_, LoadEnd::Stopped) => LoadEnd::Stopped,
        (LoadEnd::Open, _) | (_, LoadEnd::Open) => LoadEnd::Open,
        (LoadEnd::After(one), LoadEnd::After(other)) => LoadEnd::After(one.max(other)),
    })
}

/// Returns how many seconds a stage takes, where its load profiles know.
pub(super) fn planned_of(kind: &CheckedKind) -> Option<f64> {
    match end_of(kind)? {
        LoadEnd::After(length) => Some(length.as_secs_f64()),
        LoadEnd::Open | LoadEnd::Stopped => None,
    }
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

/// Returns stage and name of all scenarios whose load is a rate of arrivals.
pub(crate) fn open_models(run: &PreparedRun) -> Vec<(&str, &str)> {
    let mut open = Vec::new();
    for stage in &run.checked.stages {
        let CheckedKind::Execute(execute) = &stage.kind else {
            continue;
        };
        let own = execute.scenarios.iter();
        let own = own.filter(|scenario| matches!(scenario.load, CheckedLoad::Open { .. }));
        open.extend(own.map(|scenario| (stage.name.as_str(), scenario.name.as_str())));
    }
    open
}

/// A stage that sends load, and when it started and ended.
pub(crate) struct Active<'a> {
    pub(crate) stage: &'a str,
    pub(crate) from_ns: u64,
    pub(crate) to_ns: u64,
}

/// Returns the iterations that the open models of stages made due in a second; `course` knows what was changed of a scenario.
pub(crate) fn due<'a>(
    run: &PreparedRun,
    active: impl Iterator<Item = Active<'a>>,
    second: std::ops::Range<u64>,
    course: impl Fn(&str, &str) -> Course,
) -> Option<f64> {
    let mut due = None;
    for Active {
        stage,
        from_ns,
        to_ns,
    } in active
    {
        let known = run.checked.stages.iter().find(|known| known.name == stage);
        let Some(CheckedKind::Execute(execute)) = known.map(|stage| &stage.kind) else {
            continue;
        };
        let (begin, end) = (second.start.max(from_ns), second.end.min(to_ns));
        if begin >= end {
            continue;
        }
        for scenario in &execute.scenarios {
            if let CheckedLoad::Open {
                start_rate, ramps, ..
            } = &scenario.load
            {
                let ramp = Ramp::new(*start_rate, ramps);
                let span = begin - from_ns..end - from_ns;
                let course = course(stage, &scenario.name);
                *due.get_or_insert(0.0) += course.due(&ramp, span);
            }
        }
    }
    due
}
