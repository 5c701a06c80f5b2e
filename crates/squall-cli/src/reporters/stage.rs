//! The stage that reporters which were typed belong to.

use squall_plan::{Plan, ReporterConfig, Stage, Submit};

use super::Wanted;
use super::kept::kept;

/// Name of the stage, unless the test has one of that name.
const OUT_STAGE: &str = "out";

/// Adds a Submit stage with these reporters after all others, and returns its name.
pub(crate) fn add(plan: &mut Plan, wanted: &[Wanted]) -> Option<String> {
    if wanted.is_empty() {
        return None;
    }
    let mut name = OUT_STAGE.to_owned();
    while plan.stages.contains_key(&name) {
        name.push('_');
    }
    let sends = |stage: &Stage| stage.submit.is_some();
    let others = || plan.stages.iter().filter(|(_, stage)| !sends(stage));
    let is_last = |name: &String| !others().any(|(_, other)| other.after.contains(name));
    let after = others().map(|(name, _)| name).filter(|name| is_last(name));
    let stage = Stage {
        after: after.cloned().collect(),
        submit: Some(Submit {
            reporters: wanted.iter().map(config).collect(),
            stream: true,
        }),
        added: true,
        ..Stage::default()
    };
    plan.stages.insert(name.clone(), stage);
    Some(name)
}

/// Completes the reporters of a test with what `squall.toml` keeps under their names; what the test says goes before it.
pub(crate) fn complete(plan: &mut Plan) {
    let kept = kept();
    let stages = plan.stages.values_mut();
    let submits = stages.filter_map(|stage| stage.submit.as_mut());
    for config in submits.flat_map(|submit| &mut submit.reporters) {
        let Some(own) = kept.iter().find(|kept| kept.name == config.name) else {
            continue;
        };
        config.name.clone_from(&own.reporter);
        for (name, value) in &own.settings {
            let settings = &mut config.settings;
            if !settings.contains_key(name) {
                settings.insert(name.clone(), value.clone());
            }
        }
    }
}

fn config(wanted: &Wanted) -> ReporterConfig {
    ReporterConfig {
        name: wanted.reporter.clone(),
        settings: wanted.settings.clone(),
        source: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    #[test]
    fn it_comes_after_every_stage_that_nothing_comes_after() {
        let plan = r#"{"version": 1, "name": "t", "stages": {
            "a": {"setup": {}}, "b": {"after": ["a"], "wait": {}}, "c": {"wait": {}},
            "out": {"after": ["c"], "submit": {"reporters": []}}}}"#;
        let mut plan: Plan = serde_json::from_str(plan).unwrap();
        let wanted = Wanted {
            reporter: "json".to_owned(),
            settings: Map::new(),
            origin: "--out".to_owned(),
        };
        assert_eq!(add(&mut plan, &[wanted]).as_deref(), Some("out_"));
        assert_eq!(plan.stages["out_"].after, ["b", "c"]);
    }
}
