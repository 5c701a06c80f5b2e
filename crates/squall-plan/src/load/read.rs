use serde_json::Value;

use super::{document, repair};
use crate::error::PlanErrors;
use crate::model::Plan;

impl Plan {
    /// Reads a plan from JSON.
    ///
    /// # Errors
    /// A syntax error, or everything that is not shaped like a plan.
    pub fn from_json(text: &str) -> Result<Self, PlanErrors> {
        Self::from_value(document::from_json(text)?)
    }

    /// Reads a plan from YAML.
    ///
    /// # Errors
    /// A syntax error, or everything that is not shaped like a plan.
    pub fn from_yaml(text: &str) -> Result<Self, PlanErrors> {
        Self::from_value(document::from_yaml(text)?)
    }

    /// Takes the text of a plan in JSON apart, so that values can be filled in before [`Plan::from_value`] reads it.
    ///
    /// # Errors
    /// A syntax error.
    pub fn value_from_json(text: &str) -> Result<Value, PlanErrors> {
        document::from_json(text)
    }

    /// Takes the text of a plan in YAML apart, as [`Plan::value_from_json`] does.
    ///
    /// # Errors
    /// A syntax error.
    pub fn value_from_yaml(text: &str) -> Result<Value, PlanErrors> {
        document::from_yaml(text)
    }

    /// Reads a plan from JSON that is already taken apart.
    ///
    /// # Errors
    /// Everything that is not shaped like a plan.
    pub fn from_value(value: Value) -> Result<Self, PlanErrors> {
        repair::plan(value)
    }
}
