//! YAML for test files in Python, read by the reader of plans.

use pyo3::prelude::*;
use serde_json::json;
use squall_plan::{Plan, yaml_lines};

/// Reads a YAML document.
///
/// Returns:
///     A JSON object: `value`; `lines`, the line of each value by JSON pointer; `error`, what is wrong, or null.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn parse_yaml(text: &str) -> String {
    let read = Plan::value_from_yaml(text);
    let lines = yaml_lines(text);
    let document = match read {
        Ok(value) => json!({"value": value, "lines": lines, "error": null}),
        Err(errors) => {
            let first = errors.0.first().map(|error| error.message.clone());
            json!({"value": null, "lines": lines, "error": first})
        }
    };
    document.to_string()
}
