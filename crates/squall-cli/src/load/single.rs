//! Plans for one user: to look at a test, not to load anything.

use squall_plan::{
    ChooseOrder, Execute, Flow, IterationLoad, LoadProfile, Plan, Ramps, Scenario, Span, Stage,
    Step,
};

/// How long one user may take: whoever stops at a breakpoint must not be hurried.
const PATIENCE: Span = Span::from_secs(24 * 60 * 60);

/// Lets one user do one iteration of each scenario, one scenario after the other; of branches, each is taken once.
///
/// Thresholds are left out: they judge load.
pub(crate) fn one_iteration(plan: &mut Plan) {
    plan.thresholds.clear();
    plan.measure = None;
    for scenario in scenarios(plan) {
        let passes = take_each_branch(&mut scenario.flow);
        scenario.load = LoadProfile::Iterations(IterationLoad {
            users: 1,
            shared: Some(passes),
            max_duration: Some(PATIENCE),
            ..IterationLoad::default()
        });
    }
    one_after_the_other(plan);
}

/// Leaves each scenario its load profile, but one user at most.
pub(crate) fn one_user(plan: &mut Plan) {
    for scenario in scenarios(plan) {
        match &mut scenario.load {
            LoadProfile::Closed(load) => {
                load.duration = load.duration.or_else(|| length(load.stages.as_ref()));
                load.users = Some(1);
                load.stages = None;
                load.grow = None;
            }
            LoadProfile::Open(load) => load.max_users = Some(1),
            LoadProfile::Iterations(load) => {
                load.users = 1;
                load.max_duration = Some(PATIENCE);
            }
            LoadProfile::Volume(load) => load.max_users = Some(1),
            LoadProfile::Batches(load) => load.max_users = Some(1),
            LoadProfile::Completions(load) => load.max_users = Some(1),
            LoadProfile::Eager(load) => load.max_users = Some(1),
            LoadProfile::Arrivals(load) => load.max_users = Some(1),
        }
    }
}

fn scenarios(plan: &mut Plan) -> impl Iterator<Item = &mut Scenario> {
    let executes = plan
        .stages
        .values_mut()
        .filter_map(|stage| stage.execute.as_mut());
    executes.flat_map(|execute| execute.scenarios.values_mut())
}

/// Returns how long ramps last; `None` where they cannot be read, which the plan's check says.
fn length(ramps: Option<&Ramps>) -> Option<Span> {
    let ramps = ramps?.parse().ok()?;
    let seconds = ramps
        .iter()
        .map(|ramp| ramp.duration.as_duration().as_secs_f64());
    Span::from_secs_f64(seconds.sum())
}

/// Lets all branches of a flow be taken in turn, and returns after how many passes each was taken once.
fn take_each_branch(flow: &mut Flow) -> u64 {
    let passes = flow.iter_mut().map(|step| match step {
        Step::Http(_) | Step::Pause(_) | Step::Script(_) => 1,
        Step::Loop(repeat) => take_each_branch(&mut repeat.steps),
        Step::If(condition) => {
            take_each_branch(&mut condition.then).max(take_each_branch(&mut condition.otherwise))
        }
        Step::Group(group) => take_each_branch(&mut group.steps),
        Step::Choose(choose) => {
            choose.order = ChooseOrder::Cycle;
            choose.size = None;
            let branches = choose.branches.len() as u64;
            let inner = choose.branches.values_mut().map(|branch| {
                branch.weight = 1.0;
                take_each_branch(&mut branch.steps)
            });
            branches * inner.max().unwrap_or(1)
        }
    });
    passes.max().unwrap_or(1)
}

/// Gives each scenario a stage of its own, so that what is shown of one is not mixed with another's.
fn one_after_the_other(plan: &mut Plan) {
    let mut stages = indexmap::IndexMap::new();
    for (name, mut stage) in std::mem::take(&mut plan.stages) {
        let others = stage.execute.as_mut().map_or_else(Vec::new, |execute| {
            // The last one keeps the stage: what comes after it comes after all.
            let last = execute.scenarios.len().saturating_sub(1);
            execute.scenarios.drain(..last).collect()
        });
        for (scenario, written) in others {
            let single = format!("{name} ({scenario})");
            let settings = stage
                .execute
                .as_ref()
                .map(|execute| execute.settings.clone());
            let execute = Execute {
                scenarios: [(scenario, written)].into(),
                settings: settings.unwrap_or_default(),
            };
            let after = std::mem::replace(&mut stage.after, vec![single.clone()]);
            let before = Stage {
                after,
                execute: Some(execute),
                source: stage.source.clone(),
                ..Stage::default()
            };
            stages.insert(single, before);
        }
        stages.insert(name, stage);
    }
    plan.stages = stages;
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn plan(scenarios: &Value) -> Plan {
        let plan = json!({
            "version": 1,
            "name": "t",
            "http": {"base_url": "http://127.0.0.1:9"},
            "stages": {
                "load": {"execute": {"scenarios": scenarios}},
                "results": {"after": ["load"], "analyze": {}},
            },
        });
        Plan::from_value(plan).unwrap()
    }

    fn json_of(plan: &Plan) -> Value {
        plan.check().unwrap();
        serde_json::to_value(plan).unwrap()
    }

    fn flow() -> Value {
        json!([{"http": {"url": "/"}}])
    }

    #[test]
    fn every_branch_is_taken_once() {
        let inner =
            json!([{"choose": {"branches": {"x": {"steps": flow()}, "y": {"steps": flow()}}}}]);
        let flow = json!([{"choose": {"order": "random", "branches": {
            "a": {"weight": 9, "steps": flow()},
            "b": {"steps": inner},
            "c": {"steps": flow()},
        }}}]);
        let mut plan = plan(
            &json!({"all": {"load": {"open": {"rate": 500, "duration": "1m"}}, "flow": flow}}),
        );
        one_iteration(&mut plan);
        let written = json_of(&plan);
        let scenario = &written["stages"]["load"]["execute"]["scenarios"]["all"];
        assert_eq!(scenario["load"]["iterations"]["users"], 1);
        assert_eq!(scenario["load"]["iterations"]["shared"], 6);
        let choose = &scenario["flow"][0]["choose"];
        assert_eq!(choose["order"], "cycle");
        assert_eq!(choose["branches"]["a"].get("weight"), None);
    }

    #[test]
    fn scenarios_come_one_after_the_other() {
        let load = json!({"closed": {"users": 5, "duration": "1m"}});
        let scenario = json!({"load": load, "flow": flow()});
        let mut plan = plan(&json!({"a": scenario, "b": scenario, "c": scenario}));
        one_iteration(&mut plan);
        let written = json_of(&plan);
        let stages = written["stages"].as_object().unwrap();
        let names: Vec<&str> = stages.keys().map(String::as_str).collect();
        assert_eq!(names, ["load (a)", "load (b)", "load", "results"]);
        assert_eq!(stages["load (a)"].get("after"), None);
        assert_eq!(stages["load (b)"]["after"], json!(["load (a)"]));
        assert_eq!(stages["load"]["after"], json!(["load (b)"]));
        assert_eq!(stages["results"]["after"], json!(["load"]));
        assert!(stages["load"]["execute"]["scenarios"]["c"].is_object());
    }

    #[test]
    fn one_user_keeps_the_length_of_the_load() {
        let mut plan = plan(&json!({
            "ramps": {"load": {"closed": {"stages": "10s:5,20s:0"}}, "flow": flow()},
            "open": {"load": {"open": {"rate": 5, "duration": "1s"}}, "flow": flow()},
            "few": {"load": {"iterations": {"users": 5, "shared": 7}}, "flow": flow()},
        }));
        one_user(&mut plan);
        let written = json_of(&plan);
        let scenarios = &written["stages"]["load"]["execute"]["scenarios"];
        assert_eq!(
            scenarios["ramps"]["load"],
            json!({"closed": {"users": 1, "duration": "30s"}})
        );
        assert_eq!(scenarios["open"]["load"]["open"]["max_users"], 1);
        assert_eq!(scenarios["few"]["load"]["iterations"]["users"], 1);
        assert_eq!(scenarios["few"]["load"]["iterations"]["shared"], 7);
    }
}
