//! The JSON schema of plans, for editors and other tools.

use serde_json::Value;

use crate::model::Plan;

/// The JSON schema of a plan as it is written, JSON Schema draft 2020-12.
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(Plan);
    schema.insert(
        "$id".to_owned(),
        Value::from("https://squall.invalid/schemas/plan-1.json"),
    );
    schema.insert("title".to_owned(), Value::from("Squall plan, version 1"));
    schema.to_value()
}
