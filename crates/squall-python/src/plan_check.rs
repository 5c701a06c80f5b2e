//! The plan's check, for Python.

use pyo3::prelude::*;
use serde_json::{Value, json};
use squall_plan::{Plan, PlanError};

/// Checks a plan given as JSON.
///
/// Returns:
///     A JSON list of all its errors, empty when the plan can run. Each has `message` and, where known, `path`, `file`,
///     `line`, `name` and `hint`.
#[pyfunction]
#[pyo3(signature = (json, /))]
pub(crate) fn check_plan(json: &str) -> String {
    let errors = Plan::from_json(json)
        .and_then(|plan| plan.check())
        .err()
        .map(|errors| errors.0)
        .unwrap_or_default();
    errors.iter().map(error).collect::<Value>().to_string()
}

fn error(error: &PlanError) -> Value {
    let source = error.source.as_ref();
    json!({
        "message": error.message,
        "path": error.path,
        "file": source.map(|source| &source.file),
        "line": source.map(|source| source.line),
        "name": source.and_then(|source| source.name.as_ref()),
        "hint": error.hint,
    })
}
