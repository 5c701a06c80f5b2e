//! What the command line adds to a test file: defaults for whatever the file leaves open, and `--set`.

use serde_json::{Map, Value, json};
use squall_plan::{HttpSettings, PlanError, PlanErrors};

use super::place::{Place, scenarios};
use super::{LoadOptions, http_settings};
use crate::args::{LoadArgs, RunArgs};

/// What the command line adds to a test file.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    load: LoadOptions,
    http: HttpSettings,
    seed: Option<u64>,
    name: Option<String>,
    set: Vec<(Place, Value)>,
}

impl Overrides {
    /// Takes `--set` alone.
    pub(crate) fn of_sets(sets: &[String]) -> Result<Self, PlanErrors> {
        let mut errors = Vec::new();
        let mut all = Self::default();
        for text in sets {
            match parse_set(text) {
                Some(set) => all.set.push(set),
                None => errors.push(PlanError::new(
                    "--set",
                    format!("`{text}` is not `STAGE.ATTR=VALUE`"),
                )),
            }
        }
        all_or(errors, all)
    }

    /// Takes all options.
    pub(crate) fn of_run(
        sets: &[String],
        load: &LoadArgs,
        run: &RunArgs,
    ) -> Result<Self, PlanErrors> {
        let mut errors = Vec::new();
        let mut take = |wrong: PlanErrors| errors.extend(wrong.0);
        let mut all = Self::of_sets(sets).map_err(&mut take).unwrap_or_default();
        all.load = LoadOptions::read(load)
            .map_err(&mut take)
            .unwrap_or_default();
        all.http = http_settings(load).map_err(&mut take).unwrap_or_default();
        all.seed = run.seed;
        all.name.clone_from(&run.name);
        all_or(errors, all)
    }

    /// Writes the overrides for a [`crate::TestLoader`]: attributes are named as in Python.
    pub(crate) fn to_json(&self) -> String {
        let mut defaults = self.load.attributes();
        if let Some(seed) = self.seed {
            defaults.insert("seed".to_owned(), json!(seed));
        }
        let http = serde_json::to_value(&self.http).unwrap_or_default();
        for (name, value) in http.as_object().into_iter().flatten() {
            match value {
                Value::Object(tls) if name == "tls" => defaults.extend(tls.clone()),
                value => drop(defaults.insert(name.clone(), value.clone())),
            }
        }
        let set = self
            .set
            .iter()
            .map(|(place, value)| json!([place.stage, place.attribute, value]));
        json!({ "defaults": defaults, "set": set.collect::<Vec<_>>(), "name": self.name })
            .to_string()
    }

    /// Fills what a plan leaves open, then sets what is to be replaced.
    pub(crate) fn apply(&self, plan: &mut Value) -> Result<(), PlanErrors> {
        let Some(root) = plan.as_object_mut() else {
            return Ok(());
        };
        if let Some(seed) = self.seed {
            root.entry("seed").or_insert(json!(seed));
        }
        if let Some(name) = &self.name {
            root.insert("name".to_owned(), json!(name));
        }
        let http = serde_json::to_value(&self.http).unwrap_or_default();
        if http.as_object().is_some_and(|http| !http.is_empty()) {
            fill(root.entry("http").or_insert(json!({})), &http);
        }
        let mut errors = Vec::new();
        let mut take = |wrong: PlanErrors| errors.extend(wrong.0);
        for (place, value) in &self.set {
            place.replace(root, value).unwrap_or_else(&mut take);
        }
        for (path, scenario) in scenarios(root) {
            self.apply_load(&path, scenario).unwrap_or_else(&mut take);
        }
        all_or(errors, ())
    }

    fn apply_load(&self, path: &str, scenario: &mut Map<String, Value>) -> Result<(), PlanErrors> {
        match scenario.get_mut("load") {
            Some(Value::Object(load)) => self.load.fill(load),
            // What is written there is wrong, and the plan says so.
            Some(_) => {}
            None if self.load.is_empty() => {
                let error = PlanError::new(path, "nothing says how much load to make");
                let hint = "say it here, like `-u 20 -d 30s` or `-r 500 -d 1m`, or in the file, like `load: {closed: {users: 20, duration: 30s}}`";
                return Err(error.with_hint(hint.to_owned()).into());
            }
            None => {
                let load = serde_json::to_value(self.load.profile()).unwrap_or_default();
                scenario.insert("load".to_owned(), load);
            }
        }
        Ok(())
    }
}

fn all_or<T>(errors: Vec<PlanError>, all: T) -> Result<T, PlanErrors> {
    if errors.is_empty() {
        Ok(all)
    } else {
        Err(PlanErrors(errors))
    }
}

fn parse_set(text: &str) -> Option<(Place, Value)> {
    let (place, value) = text.split_once('=')?;
    let (stage, attribute) = place.split_once('.')?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    let place = Place {
        stage: stage.to_owned(),
        attribute: attribute.to_owned(),
    };
    (!stage.is_empty() && !attribute.is_empty()).then_some((place, value))
}

/// Adds members that are not there, at any depth.
fn fill(value: &mut Value, defaults: &Value) {
    if let (Value::Object(value), Value::Object(defaults)) = (value, defaults) {
        for (key, default) in defaults {
            match value.get_mut(key) {
                Some(known) => fill(known, default),
                None => drop(value.insert(key.clone(), default.clone())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use squall_plan::Plan;

    use super::*;

    fn plan(load: &str) -> Value {
        Plan::value_from_yaml(&format!(
            "version: 1\nname: t\nhttp: {{base_url: 'http://a/', headers: {{a: '1'}}}}\nstages:\n  s:\n    execute:\n      scenarios:\n        x: {{{load}flow: [{{http: {{url: /}}}}]}}\n"
        ))
        .unwrap()
    }

    fn overrides(sets: &[&str], load: &LoadArgs) -> Overrides {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        Overrides::of_run(&sets, load, &RunArgs::default()).unwrap()
    }

    fn load_of(plan: &Value) -> &Value {
        &plan["stages"]["s"]["execute"]["scenarios"]["x"]["load"]
    }

    #[test]
    fn a_plan_without_load_gets_the_options() {
        let args = LoadArgs {
            users: Some(2),
            ..LoadArgs::default()
        };
        let mut value = plan("");
        overrides(&[], &args).apply(&mut value).unwrap();
        assert_eq!(
            *load_of(&value),
            json!({"closed": {"users": 2, "duration": "10s"}})
        );
    }

    #[test]
    fn a_plan_without_load_or_options_says_what_to_do() {
        let error = overrides(&[], &LoadArgs::default())
            .apply(&mut plan(""))
            .unwrap_err()
            .to_string();
        assert!(error.contains("stages.s.execute.scenarios.x"), "{error}");
        assert!(error.contains("-u 20 -d 30s"), "{error}");
        assert!(error.contains("load: {closed:"), "{error}");
    }

    #[test]
    fn settings_of_the_plan_stay_and_others_are_added() {
        let args = LoadArgs {
            host: Some("http://b/".to_owned()),
            headers: vec!["a: 2".to_owned(), "b: 3".to_owned()],
            insecure: true,
            ..LoadArgs::default()
        };
        let mut value = plan("load: {closed: {users: 1, duration: 1s}}, ");
        overrides(&[], &args).apply(&mut value).unwrap();
        assert_eq!(
            value["http"],
            json!({"base_url": "http://a/", "headers": {"a": "1", "b": "3"}, "tls": {"insecure": true}})
        );
    }

    #[test]
    fn set_replaces_at_any_depth_and_reads_json() {
        let sets = [
            "s.execute.scenarios.x.load.closed.users=7",
            "s.execute.settings.graceful_stop=5s",
        ];
        let mut value = plan("load: {closed: {users: 1, duration: 1s}}, ");
        overrides(&sets, &LoadArgs::default())
            .apply(&mut value)
            .unwrap();
        assert_eq!(load_of(&value)["closed"]["users"], 7);
        assert_eq!(
            value["stages"]["s"]["execute"]["settings"]["graceful_stop"],
            "5s"
        );
    }

    #[test]
    fn set_can_give_the_load_that_the_file_leaves_out() {
        let sets = [r#"s.execute.scenarios.x.load={"closed": {"users": 1, "duration": "1s"}}"#];
        let mut value = plan("");
        overrides(&sets, &LoadArgs::default())
            .apply(&mut value)
            .unwrap();
        assert_eq!(load_of(&value)["closed"]["users"], 1);
    }

    #[test]
    fn a_wrong_set_is_refused() {
        let refused = |set: &str| {
            let load = "load: {closed: {users: 1, duration: 1s}}, ";
            let applied = Overrides::of_sets(&[set.to_owned()])
                .and_then(|overrides| overrides.apply(&mut plan(load)));
            applied.unwrap_err().to_string()
        };
        assert!(refused("users=5").contains("`users=5` is not `STAGE.ATTR=VALUE`"));
        assert!(refused("t.users=5").contains("there is no stage `t`"));
        assert!(refused("s.execute.scenarios.x.flow.a=5").contains("does not lead to an object"));
    }

    #[test]
    fn python_gets_defaults_and_sets() {
        let args = LoadArgs {
            users: Some(2),
            insecure: true,
            ..LoadArgs::default()
        };
        let written = overrides(&["Load.batch_size=5", "Load.base_url=x"], &args).to_json();
        let written: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(
            written["defaults"],
            json!({"batch_size": 2, "insecure": true})
        );
        assert_eq!(
            written["set"],
            json!([["Load", "batch_size", 5], ["Load", "base_url", "x"]])
        );
    }
}
