//! File descriptors, reserved before any load.

use squall_engine::limits;
use squall_plan::{
    CheckedKind, CheckedLoad, CheckedPlan, CheckedScenario, CheckedStage, ConnectionPolicy,
    LoadProfile, Plan, PlanError, UNBOUNDED,
};

use crate::error::plan_error;
use crate::machine;

/// Fits the number of users that nobody asked for to the memory and the descriptors that there are: neither an arrival rate nor a volume
/// model says anything about users. Scenarios that may run at the same time share what those leave that were asked for.
pub(crate) fn fit_default_users(written: &Plan, plan: &mut CheckedPlan) {
    fit_to_memory(plan);
    let needs: Vec<Need> = plan
        .stages
        .iter()
        .map(|stage| Need::of(written, stage))
        .collect();
    let mut shares = vec![u32::MAX; needs.len()];
    for index in 0..needs.len() {
        let together: Vec<usize> = (0..needs.len())
            .filter(|other| *other == index || !ordered(plan, index, *other))
            .collect();
        let sum = |part: fn(&Need) -> u64| together.iter().map(|one| part(&needs[*one])).sum();
        let fixed: u64 = sum(|need| need.fixed);
        let fitted: u64 = sum(|need| need.fitted);
        let Err(allowed) = limits::reserve_descriptors(fixed + fitted) else {
            continue;
        };
        let share = allowed.saturating_sub(fixed) / sum(|need| need.scenarios).max(1);
        let share = u32::try_from(share).unwrap_or(u32::MAX).max(1);
        for one in together {
            shares[one] = shares[one].min(share);
        }
    }
    for (stage, share) in plan.stages.iter_mut().zip(shares) {
        limit_users(written, stage, share);
    }
}

/// The virtual users of a stage.
#[derive(Clone, Copy, Debug, Default)]
struct Need {
    /// Those that were asked for.
    fixed: u64,
    /// Those that are fitted to what there is.
    fitted: u64,
    /// Scenarios that have such.
    scenarios: u64,
}

impl Need {
    fn of(written: &Plan, stage: &CheckedStage) -> Self {
        let fits = |one: &CheckedScenario| is_fitted(written, &stage.name, one);
        match &stage.kind {
            CheckedKind::Execute(execute) if execute.scenarios.iter().any(fits) => {
                let mut need = Self::default();
                for scenario in &execute.scenarios {
                    let users = u64::from(scenario.load.peak_users());
                    if fits(scenario) {
                        need.fitted += users;
                        need.scenarios += 1;
                    } else {
                        need.fixed += users;
                    }
                }
                need
            }
            _ => Self {
                fixed: connections(stage),
                ..Self::default()
            },
        }
    }
}

/// Tells whether nobody has said how many users a scenario may have.
fn is_fitted(written: &Plan, stage: &str, scenario: &CheckedScenario) -> bool {
    let written = written.stages.get(stage).and_then(|stage| {
        let execute = stage.execute.as_ref()?;
        execute.scenarios.get(&scenario.name)
    });
    let asked = written.and_then(|scenario| match &scenario.load {
        LoadProfile::Open(load) => load.max_users,
        LoadProfile::Volume(load) => load.max_users,
        LoadProfile::Arrivals(load) => load.max_users,
        LoadProfile::Completions(load) => load.max_users,
        LoadProfile::Eager(load) => load.max_users,
        LoadProfile::Closed(_) | LoadProfile::Iterations(_) | LoadProfile::Batches(_) => None,
    });
    let profile = matches!(
        scenario.load,
        CheckedLoad::Open { .. }
            | CheckedLoad::Volume { .. }
            | CheckedLoad::Arrivals { .. }
            | CheckedLoad::Completions { .. }
            | CheckedLoad::Eager { .. }
    );
    profile && asked.is_none()
}

fn fit_to_memory(plan: &mut CheckedPlan) {
    for stage in &mut plan.stages {
        let CheckedKind::Execute(execute) = &mut stage.kind else {
            continue;
        };
        for scenario in &mut execute.scenarios {
            let bound = fitting_users(scenario);
            if let CheckedLoad::Eager { max_users, .. } = &mut scenario.load
                && *max_users == UNBOUNDED
            {
                *max_users = bound;
            }
        }
    }
}

/// Gives the scenarios of a stage that are fitted no more users than a share.
fn limit_users(written: &Plan, stage: &mut CheckedStage, share: u32) {
    let CheckedKind::Execute(execute) = &mut stage.kind else {
        return;
    };
    for scenario in &mut execute.scenarios {
        if !is_fitted(written, &stage.name, scenario) {
            continue;
        }
        if let CheckedLoad::Open { max_users, .. }
        | CheckedLoad::Volume { max_users, .. }
        | CheckedLoad::Arrivals { max_users, .. }
        | CheckedLoad::Completions { max_users, .. }
        | CheckedLoad::Eager { max_users, .. } = &mut scenario.load
        {
            *max_users = share.min(*max_users);
        }
    }
}

/// Memory of a virtual user with its connection, its buffers and those of the kernel, in bytes; measured, rounded up.
const USER_BYTES: u64 = 64 * 1024;
/// The same where it runs code of the test.
const SCRIPT_USER_BYTES: u64 = 128 * 1024;

/// Returns how many virtual users half of the free memory has room for.
fn fitting_users(scenario: &CheckedScenario) -> u32 {
    let each = if scenario.runs_scripts() {
        SCRIPT_USER_BYTES
    } else {
        USER_BYTES
    };
    let users = machine::free_memory().map_or(10_000, |free| free / 2 / each);
    u32::try_from(users).unwrap_or(u32::MAX).clamp(1, UNBOUNDED)
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
    let parts = stage.executes().map(|execute| {
        let users = execute
            .scenarios
            .iter()
            .map(|scenario| u64::from(scenario.load.peak_users()));
        match execute.http.connections {
            ConnectionPolicy::Shared(size) => u64::from(size) * execute.scenarios.len() as u64,
            ConnectionPolicy::PerUser | ConnectionPolicy::NewEach => users.sum(),
        }
    });
    // Hooks run before the load, not beside it.
    parts.max().unwrap_or(0)
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
