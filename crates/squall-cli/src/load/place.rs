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
        let stages = root.get_mut("stages").and_then(Value::as_object_mut);
        let names: Vec<String> = stages
            .iter()
            .flat_map(|stages| stages.keys().cloned())
            .collect();
        let Some(mut at) = stages.and_then(|stages| stages.get_mut(&self.stage)) else {
            let error = PlanError::new("--set", format!("there is no stage `{}`", self.stage));
            let names = names.iter().map(String::as_str);
            let hint = nearest::hint(&self.stage, names, "stages");
            return Err(error.with_hint(hint).into());
        };
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
