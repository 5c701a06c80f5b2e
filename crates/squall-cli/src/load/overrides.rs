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
