//! What the command line adds to a test file: defaults for whatever the file leaves open, and `--set`.

use serde_json::{Map, Value, json};
use squall_plan::{HttpSettings, LoadProfile, PlanError, PlanErrors};

use super::{http_settings, load_profile};
use crate::args::{LoadArgs, RunArgs};

/// What the command line adds to a test file.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    load: Option<LoadProfile>,
    http: HttpSettings,
    seed: Option<u64>,
    name: Option<String>,
    set: Vec<(String, String, Value)>,
}

impl Overrides {
    /// Takes `--set` alone.
    pub(crate) fn of_sets(sets: &[String]) -> Result<Self, PlanErrors> {
        let mut errors = Vec::new();
        let set = sets.iter().filter_map(|text| match parse_set(text) {
            Some(set) => Some(set),
            None => {
                errors.push(PlanError::new(
                    "--set",
                    format!("`{text}` is not `STAGE.ATTR=VALUE`"),
                ));
                None
            }
        });
        let set = set.collect();
        if errors.is_empty() {
            Ok(Self {
                set,
                ..Self::default()
            })
        } else {
            Err(PlanErrors(errors))
        }
    }

    /// Takes all options.
    pub(crate) fn of_run(
        sets: &[String],
        load: &LoadArgs,
        run: &RunArgs,
    ) -> Result<Self, PlanErrors> {
        let mut all = Self::of_sets(sets)?;
        all.load = load_profile(load)?;
        all.http = http_settings(load)?;
        all.seed = run.seed;
        all.name.clone_from(&run.name);
        Ok(all)
    }

    /// Writes the overrides for a [`crate::TestLoader`]: attributes are named as in Python.
    pub(crate) fn to_json(&self) -> String {
        let mut defaults = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                defaults.insert(name.to_owned(), value);
            }
        };
        match &self.load {
            None => {}
            Some(LoadProfile::Closed(load)) => {
                put("batch_size", json!(load.users));
                put("total_time", json!(load.duration));
                put("stages", json!(load.stages));
                put("pause", json!(load.pause));
            }
            Some(LoadProfile::Open(load)) => {
                put("rate", json!(load.rate));
                put("total_time", json!(load.duration));
                put("stages", json!(load.stages));
                put("spacing", json!(load.spacing));
                put("max_users", json!(load.max_users));
            }
            Some(LoadProfile::Iterations(load)) => {
                put("batch_size", json!(load.users));
                put("iterations", json!(load.shared));
                put("total_time", json!(load.max_duration));
                put("pause", json!(load.pause));
            }
        }
        put("seed", json!(self.seed));
        let http = serde_json::to_value(&self.http).unwrap_or_default();
        for (name, value) in http.as_object().into_iter().flatten() {
            match value {
                Value::Object(tls) if name == "tls" => {
                    tls.iter()
                        .for_each(|(name, value)| put(name, value.clone()));
                }
                value => put(name, value.clone()),
            }
        }
        let set = self
            .set
            .iter()
            .map(|(stage, attribute, value)| json!([stage, attribute, value]));
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
        if let Some(load) = &self.load {
            let load = serde_json::to_value(load).unwrap_or_default();
            scenarios(root).for_each(|scenario| {
                scenario.entry("load").or_insert_with(|| load.clone());
            });
        }
        let errors: Vec<PlanError> = self
            .set
            .iter()
            .filter_map(|set| replace(root, set).err())
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(PlanErrors(errors))
        }
    }
}

fn parse_set(text: &str) -> Option<(String, String, Value)> {
    let (place, value) = text.split_once('=')?;
    let (stage, attribute) = place.split_once('.')?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    (!stage.is_empty() && !attribute.is_empty())
        .then(|| (stage.to_owned(), attribute.to_owned(), value))
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

fn scenarios(root: &mut Map<String, Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    let stages = root.get_mut("stages").and_then(Value::as_object_mut);
    let stages = stages.into_iter().flat_map(|stages| stages.values_mut());
    stages
        .filter_map(|stage| {
            stage
                .get_mut("execute")?
                .get_mut("scenarios")?
                .as_object_mut()
        })
        .flat_map(|scenarios| scenarios.values_mut())
        .filter_map(Value::as_object_mut)
}

/// Sets `stages.STAGE.ATTR`, where the attribute may be a path of names.
fn replace(root: &mut Map<String, Value>, set: &(String, String, Value)) -> Result<(), PlanError> {
    let (stage, attribute, value) = set;
    let stages = root.get_mut("stages").and_then(Value::as_object_mut);
    let names: Vec<String> = stages
        .as_ref()
        .map(|stages| stages.keys().cloned().collect())
        .unwrap_or_default();
    let Some(mut at) = stages.and_then(|stages| stages.get_mut(stage)) else {
        let error = PlanError::new("--set", format!("there is no stage `{stage}`"));
        return Err(error.with_hint(format!("the stages are `{}`", names.join("`, `"))));
    };
    let mut path: Vec<&str> = attribute.split('.').collect();
    let last = path.pop().unwrap_or_default();
    for name in path {
        let object = at.as_object_mut();
        let Some(object) = object else {
            return Err(PlanError::new(
                "--set",
                format!("`{stage}.{attribute}` does not lead to an object"),
            ));
        };
        at = object.entry(name).or_insert(json!({}));
    }
    match at.as_object_mut() {
        Some(object) => {
            object.insert(last.to_owned(), value.clone());
            Ok(())
        }
        None => Err(PlanError::new(
            "--set",
            format!("`{stage}.{attribute}` does not lead to an object"),
        )),
    }
}
