//! Places in a plan that is not read yet.

use serde_json::{Map, Value, json};
use squall_plan::{PlanError, PlanErrors, nearest};

/// `STAGE.ATTR`, where the attribute may be a path of names.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) stage: String,
    pub(super) attribute: String,
}

impl Place {
    /// Sets what is there; objects on the way are made.
    pub(super) fn replace(
        &self,
        root: &mut Map<String, Value>,
        value: &Value,
    ) -> Result<(), PlanErrors> {
        let mut at = stage(root, "--set", &self.stage)?;
        let (path, last) = match self.attribute.rsplit_once('.') {
            Some((path, last)) => (Some(path), last),
            None => (None, self.attribute.as_str()),
        };
        for name in path.iter().flat_map(|path| path.split('.')) {
            at = self.object(at)?.entry(name).or_insert(json!({}));
        }
        self.object(at)?.insert(last.to_owned(), value.clone());
        Ok(())
    }

    fn object<'a>(&self, value: &'a mut Value) -> Result<&'a mut Map<String, Value>, PlanErrors> {
        let message = format!(
            "`{}.{}` does not lead to an object",
            self.stage, self.attribute
        );
        value
            .as_object_mut()
            .ok_or_else(|| PlanError::new("--set", message).into())
    }
}

/// Keeps a stage from running.
pub(super) fn skip_stage(root: &mut Map<String, Value>, name: &str) -> Result<(), PlanErrors> {
    if let Some(stage) = stage(root, "--skip", name)?.as_object_mut() {
        stage.insert("skip".to_owned(), json!(true));
    }
    Ok(())
}

/// Returns a stage that an option names.
fn stage<'a>(
    root: &'a mut Map<String, Value>,
    option: &str,
    name: &str,
) -> Result<&'a mut Value, PlanErrors> {
    let stages = root.get_mut("stages").and_then(Value::as_object_mut);
    let known = stages.iter().flat_map(|stages| stages.keys().cloned());
    let known: Vec<String> = known.collect();
    let found = stages.and_then(|stages| stages.get_mut(name));
    found.ok_or_else(|| {
        let names = known.iter().map(String::as_str);
        let hint = nearest::hint(name, names, "stages");
        let error = PlanError::new(option, format!("there is no stage `{name}`"));
        error.with_hint(hint).into()
    })
}

/// Returns all scenarios with the path of each.
pub(super) fn scenarios(
    root: &mut Map<String, Value>,
) -> impl Iterator<Item = (String, &mut Map<String, Value>)> {
    let stages = root.get_mut("stages").and_then(Value::as_object_mut);
    stages.into_iter().flatten().flat_map(|(stage, value)| {
        let scenarios = value
            .get_mut("execute")
            .and_then(|execute| execute.get_mut("scenarios"))
            .and_then(Value::as_object_mut);
        scenarios
            .into_iter()
            .flatten()
            .filter_map(move |(name, value)| {
                let path = format!("stages.{stage}.execute.scenarios.{name}");
                Some((path, value.as_object_mut()?))
            })
    })
}
