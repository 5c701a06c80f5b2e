//! What the command line adds to a test file: defaults for whatever the file leaves open, and `--set`.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use squall_plan::{HttpSettings, PlanError, PlanErrors};

use super::notes::Notes;
use super::place::{Place, scenarios, skip_stage};
use super::{Directions, LoadOptions, http_settings, tags};
use crate::args::{ConfigArgs, RunFileArgs};

/// What the command line adds to a test file.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    load: LoadOptions,
    http: HttpSettings,
    seed: Option<u64>,
    name: Option<String>,
    tags: IndexMap<String, String>,
    /// Stages that do not run.
    skip: Vec<String>,
    set: Vec<(Place, Value)>,
    directions: Directions,
}

impl Overrides {
    /// Takes what a test file can be told without being run.
    pub(crate) fn of_file(sets: &[String], config: &ConfigArgs) -> Result<Self, PlanErrors> {
        let mut errors = Vec::new();
        let mut all = Self::default();
        match Directions::default().with_config(config) {
            Ok(directions) => all.directions = directions,
            Err(wrong) => errors.extend(wrong.0),
        }
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
    pub(crate) fn of_run(args: &RunFileArgs, directions: Directions) -> Result<Self, PlanErrors> {
        let config = &args.script.config;
        let mut errors = Vec::new();
        let mut take = |wrong: PlanErrors| errors.extend(wrong.0);
        let mut all = Self::of_file(&args.set, config)
            .map_err(&mut take)
            .unwrap_or_default();
        all.load = LoadOptions::read(&args.load)
            .map_err(&mut take)
            .unwrap_or_default();
        all.http = http_settings(&args.request)
            .map_err(&mut take)
            .unwrap_or_default();
        all.tags = tags(&args.run.results.tags)
            .map_err(&mut take)
            .unwrap_or_default();
        all.seed = args.run.seed;
        all.name.clone_from(&args.run.name);
        all.skip = args
            .stages
            .skip
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        // What is wrong with the configuration has been said above.
        all.directions = directions.with_config(config).unwrap_or_default();
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
        let mut all =
            json!({ "defaults": defaults, "set": set.collect::<Vec<_>>(), "name": self.name });
        if !self.skip.is_empty() {
            all["skip"] = json!(self.skip);
        }
        let typed = self.load.typed_attributes();
        if !typed.is_empty() {
            all["typed"] = json!(typed);
        }
        if let (Some(all), Ok(Value::Object(directions))) =
            (all.as_object_mut(), serde_json::to_value(&self.directions))
        {
            all.extend(directions);
        }
        all.to_string()
    }

    /// Returns the tags that the run gets.
    pub(crate) fn tags(&self) -> &IndexMap<String, String> {
        &self.tags
    }

    /// Returns what only a loader is told.
    pub(super) fn directions(&self) -> &Directions {
        &self.directions
    }

    /// Fills what a plan leaves open, then sets what is to be replaced; returns what of it has no effect.
    pub(crate) fn apply(&self, plan: &mut Value) -> Result<Vec<String>, PlanErrors> {
        let Some(root) = plan.as_object_mut() else {
            return Ok(Vec::new());
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
        for name in &self.skip {
            skip_stage(root, name).unwrap_or_else(&mut take);
        }
        let mut notes = Notes::default();
        for (path, scenario) in scenarios(root) {
            self.apply_load(&path, scenario, &mut notes)
                .unwrap_or_else(&mut take);
        }
        all_or(errors, notes.told())
    }

    fn apply_load(
        &self,
        path: &str,
        scenario: &mut Map<String, Value>,
        notes: &mut Notes,
    ) -> Result<(), PlanErrors> {
        notes.scenario(path);
        match scenario.get_mut("load") {
            Some(Value::Object(load)) => notes.take(self.load.fill(load)),
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
    use clap::Parser;
    use squall_plan::Plan;

    use super::*;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        args: RunFileArgs,
    }

    fn plan(load: &str) -> Value {
        Plan::value_from_yaml(&format!(
            "version: 1\nname: t\nhttp: {{base_url: 'http://a/', headers: {{a: '1'}}}}\nstages:\n  s:\n    execute:\n      scenarios:\n        x: {{{load}flow: [{{http: {{url: /}}}}]}}\n"
        ))
        .unwrap()
    }

    fn overrides(sets: &[&str], typed: &str) -> Overrides {
        let sets = sets.iter().flat_map(|set| ["--set", set]);
        let words = ["squall", "x"].into_iter().chain(typed.split_whitespace());
        let args = Typed::parse_from(words.chain(sets)).args;
        Overrides::of_run(&args, Directions::default()).unwrap()
    }

    fn load_of(plan: &Value) -> &Value {
        &plan["stages"]["s"]["execute"]["scenarios"]["x"]["load"]
    }

    #[test]
    fn a_plan_without_load_gets_the_options() {
        let mut value = plan("");
        overrides(&[], "-u 2").apply(&mut value).unwrap();
        assert_eq!(
            *load_of(&value),
            json!({"closed": {"users": 2, "duration": "10s"}})
        );
    }

    #[test]
    fn a_plan_without_load_or_options_says_what_to_do() {
        let error = overrides(&[], "")
            .apply(&mut plan(""))
            .unwrap_err()
            .to_string();
        assert!(error.contains("stages.s.execute.scenarios.x"), "{error}");
        assert!(error.contains("-u 20 -d 30s"), "{error}");
        assert!(error.contains("load: {closed:"), "{error}");
    }

    #[test]
    fn settings_of_the_plan_stay_and_others_are_added() {
        let mut value = plan("load: {closed: {users: 1, duration: 1s}}, ");
        overrides(&[], "--host http://b/ -H a:2 -H b:3 -k")
            .apply(&mut value)
            .unwrap();
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
        overrides(&sets, "").apply(&mut value).unwrap();
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
        overrides(&sets, "").apply(&mut value).unwrap();
        assert_eq!(load_of(&value)["closed"]["users"], 1);
    }

    #[test]
    fn a_wrong_set_is_refused() {
        let refused = |set: &str| {
            let load = "load: {closed: {users: 1, duration: 1s}}, ";
            let applied = Overrides::of_file(&[set.to_owned()], &ConfigArgs::default())
                .and_then(|overrides| overrides.apply(&mut plan(load)));
            applied.unwrap_err().to_string()
        };
        assert!(refused("users=5").contains("`users=5` is not `STAGE.ATTR=VALUE`"));
        assert!(refused("t.users=5").contains("there is no stage `t`"));
        assert!(refused("s.execute.scenarios.x.flow.a=5").contains("does not lead to an object"));
    }

    #[test]
    fn python_gets_defaults_and_sets() {
        let written = overrides(
            &["Load.batch_size=5", "Load.base_url=x"],
            "-u 2 -k --config shop:config --add-to-config a:b:c",
        )
        .to_json();
        let written: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(
            written["defaults"],
            json!({"batch_size": 2, "insecure": true})
        );
        assert_eq!(
            written["set"],
            json!([["Load", "batch_size", 5], ["Load", "base_url", "x"]])
        );
        assert_eq!(written["typed"], json!({"batch_size": "-u 2"}));
        assert_eq!(written["config"], "shop:config");
        assert_eq!(written["add_to_config"], json!(["a:b:c"]));
        assert_eq!(written.get("form"), None);
    }

    #[test]
    fn what_has_no_effect_is_noted() {
        let noted = |load: &str, typed: &str| {
            let plan = &mut plan(&format!("load: {load}, "));
            overrides(&[], typed).apply(plan).unwrap()
        };
        let closed = "{closed: {users: 1, duration: 1s}}";
        assert_eq!(
            noted(closed, "-d 5s -u 3 --pause 1s"),
            [
                "`-u 3` has no effect: the file says it; use `--set s.execute.scenarios.x.load.closed.users=3`",
                "`-d 5s` has no effect: the file says it; use `--set s.execute.scenarios.x.load.closed.duration=5s`",
            ]
        );
        assert_eq!(
            noted(closed, "-r 5"),
            ["`-r 5` has no effect: the load of `s.execute.scenarios.x` is `closed`"]
        );
        assert_eq!(
            noted("{open: {stages: '1s:5'}}", "-d 5s"),
            ["`-d 5s` has no effect: the file sets `stages` in `s.execute.scenarios.x`"]
        );
        assert_eq!(noted("{closed: {users: 1}}", "-d 5s"), [""; 0]);
    }

    #[test]
    fn only_what_was_typed_is_noted() {
        let mut args = Typed::parse_from(["squall", "x", "-d", "5s"]).args;
        args.load.untyped.push("duration".to_owned());
        let overrides = Overrides::of_run(&args, Directions::default()).unwrap();
        let mut plan = plan("load: {closed: {users: 1, duration: 1s}}, ");
        assert_eq!(overrides.apply(&mut plan).unwrap(), [""; 0]);
    }

    #[test]
    fn a_configuration_of_another_shape_is_refused() {
        let typed = ["squall", "x", "--config", "shop", "--add-to-config", "key"];
        let args = Typed::parse_from(typed).args;
        let refused = Overrides::of_run(&args, Directions::default()).unwrap_err();
        let refused = refused.to_string();
        assert!(
            refused.contains("`shop` is not `MODULE:CALLABLE`"),
            "{refused}"
        );
        assert!(refused.contains("`key` is not `KEY:VALUE`"), "{refused}");
    }
}
