//! File descriptors, reserved before any load.

use squall_engine::limits;
use squall_plan::{
    CheckedKind, CheckedLoad, CheckedPlan, CheckedStage, ConnectionPolicy, LoadProfile, Plan,
    PlanError,
};

use crate::error::plan_error;

/// Fits the number of users that nobody asked for to the descriptors that there are: an arrival rate alone says nothing about users.
pub(crate) fn fit_default_users(written: &Plan, plan: &mut CheckedPlan) {
    for stage in &mut plan.stages {
        let CheckedKind::Execute(execute) = &mut stage.kind else {
            continue;
        };
        let asked = |scenario: &str| {
            let execute = written.stages.get(&stage.name)?.execute.as_ref()?;
            match &execute.scenarios.get(scenario)?.load {
                LoadProfile::Open(load) => load.max_users,
                LoadProfile::Volume(load) => load.max_users,
                LoadProfile::Closed(_) | LoadProfile::Iterations(_) => None,
            }
        };
        for scenario in &mut execute.scenarios {
            if let CheckedLoad::Open { max_users, .. } | CheckedLoad::Volume { max_users, .. } =
                &mut scenario.load
                && asked(&scenario.name).is_none()
                && let Err(allowed) = limits::reserve_descriptors(u64::from(*max_users))
            {
                *max_users = u32::try_from(allowed)
                    .unwrap_or(u32::MAX)
                    .clamp(1, *max_users);
            }
        }
    }
}

/// Makes sure that every connection of the busiest moment can be open.
pub(crate) fn reserve_descriptors(plan: &CheckedPlan, errors: &mut Vec<PlanError>) {
    let needed: Vec<u64> = plan.stages.iter().map(connections).collect();
    let mut most = (0, 0);
    for (index, own) in needed.iter().enumerate().filter(|(_, own)| **own > 0) {
        let others = needed
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index && !ordered(plan, index, *other));
        let together = own + others.map(|(_, needed)| needed).sum::<u64>();
        most = most.max((together, index));
    }
    if let Err(allowed) = limits::reserve_descriptors(most.0) {
        let stage = &plan.stages[most.1];
        let message = format!(
            "{} virtual users need more file descriptors than the {allowed} that are allowed",
            most.0
        );
        let error = plan_error(
            &format!("stages.{}", stage.name),
            &message,
            stage.source.as_ref(),
        );
        let hint = format!(
            "raise the limit with `ulimit -n {}`, or use fewer users or a shared pool",
            most.0 + 64
        );
        errors.push(error.with_hint(hint));
    }
}

/// Returns how many connections a stage may have open at once.
fn connections(stage: &CheckedStage) -> u64 {
    let CheckedKind::Execute(execute) = &stage.kind else {
        return 0;
    };
    let users = execute
        .scenarios
        .iter()
        .map(|scenario| u64::from(scenario.load.peak_users()));
    match execute.http.connections {
        ConnectionPolicy::Shared(size) => u64::from(size) * execute.scenarios.len() as u64,
        ConnectionPolicy::PerUser | ConnectionPolicy::NewEach => users.sum(),
    }
}

/// Tells whether one of two stages can only run after the other.
fn ordered(plan: &CheckedPlan, a: usize, b: usize) -> bool {
    let (early, late) = (a.min(b), a.max(b));
    let mut upstream = vec![late];
    while let Some(stage) = upstream.pop() {
        if stage == early {
            return true;
        }
        upstream.extend(&plan.stages[stage].after);
    }
    false
}
