//! Test files in Python, through a [`TestLoader`].

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use squall_engine::script::ScriptHost;
use squall_plan::{Plan, PlanError, PlanErrors, Source};
use squall_view::explain;

use super::Overrides;
use super::file::{Explained, FilePlace, LoadedTest, Origin};
use crate::TestLoader;

/// Loads a test file in Python, and tells of each action how it runs.
pub(super) fn explain_python(
    path: &Path,
    name: Option<&str>,
    overrides: &Overrides,
    loader: &dyn TestLoader,
) -> Result<Explained, PlanErrors> {
    let origin = Origin {
        file: path.to_owned(),
        name: name.map(str::to_owned),
        overrides: overrides.to_json(),
    };
    let document = document_of(&origin, loader)?;
    let rows = items(&document, "explain").map(explain_row).collect();
    let notes = items(&document, "notes")
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let errors: Vec<PlanError> = items(&document, "errors").map(python_error).collect();
    let wishes = document.get("run").cloned().unwrap_or_default();
    let wishes = serde_json::from_value(wishes).unwrap_or_default();
    // Paths in the plan of a Python test are absolute already.
    let base_dir = std::env::current_dir().unwrap_or_default();
    let test = match document.get("plan") {
        Some(plan) if errors.is_empty() && !plan.is_null() => {
            Plan::from_value(plan.clone()).map(|plan| LoadedTest {
                plan,
                base_dir,
                // Errors of a Python test name their file and line.
                place: FilePlace(None),
                notes,
                wishes,
                origin: Some(origin),
            })
        }
        _ => Err(PlanErrors(errors)),
    };
    let stages = items(&document, "stages").map(stage_row).collect();
    let told = document.get("stages").cloned().unwrap_or_default();
    Ok(Explained {
        rows,
        stages,
        told,
        test,
    })
}

/// Loads a test once more, in another process than the one that has its plan, and returns the host of its scripts.
pub(crate) fn load_scripts(
    origin: &Origin,
    loader: &dyn TestLoader,
) -> Result<Arc<dyn ScriptHost>, PlanErrors> {
    let document = document_of(origin, loader)?;
    let errors: Vec<PlanError> = items(&document, "errors").map(python_error).collect();
    if !errors.is_empty() {
        return Err(PlanErrors(errors));
    }
    let none = || PlanError::new("", "this `squall` runs no scripts");
    loader.scripts().ok_or_else(|| none().into())
}

fn document_of(origin: &Origin, loader: &dyn TestLoader) -> Result<Value, PlanErrors> {
    let failed = |message: String| PlanErrors::from(PlanError::new("", message));
    let answer = loader
        .load(&origin.file, origin.name.as_deref(), &origin.overrides)
        .map_err(failed)?;
    serde_json::from_str(&answer).map_err(|cause| failed(format!("the loader's answer: {cause}")))
}

fn items<'a>(document: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    document
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn explain_row(row: &Value) -> explain::Row {
    explain::Row {
        stage: text(row, "stage").unwrap_or_default(),
        action: text(row, "action").unwrap_or_default(),
        mode: match row.get("mode").and_then(Value::as_str) {
            Some("compiled") => explain::Mode::Compiled,
            _ => explain::Mode::Python,
        },
        reason: text(row, "reason"),
        place: place(row),
        hint: text(row, "hint"),
    }
}

fn stage_row(row: &Value) -> explain::StageRow {
    explain::StageRow {
        stage: text(row, "stage").unwrap_or_default(),
        kind: text(row, "kind").unwrap_or_default(),
        after: texts(row, "after"),
        load: text(row, "load"),
        remarks: remarks(row),
        scripts: texts(row, "scripts"),
        place: place(row),
    }
}

/// What holds for a stage besides its load, in words.
fn remarks(row: &Value) -> Vec<String> {
    let is = |key: &str| row.get(key).and_then(Value::as_bool) == Some(true);
    let retries = row.get("retries").and_then(Value::as_u64);
    let remarks = [
        is("added").then(|| "added: the file has none".to_owned()),
        is("skip").then(|| "left out".to_owned()),
        text(row, "setup").map(|setup| format!("set up by {setup}")),
        text(row, "timeout").map(|timeout| format!("ended after {timeout}")),
        retries.map(|retries| match retries {
            1 => "run again once if it fails".to_owned(),
            most => format!("run again up to {most} times if it fails"),
        }),
        text(row, "priority").map(|priority| format!("priority {priority}")),
    ];
    remarks.into_iter().flatten().collect()
}

fn place(row: &Value) -> Option<String> {
    let line = row.get("line").and_then(Value::as_u64);
    text(row, "file")
        .zip(line)
        .map(|(file, line)| format!("{file}:{line}"))
}

fn texts(row: &Value, key: &str) -> Vec<String> {
    items(row, key)
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn python_error(value: &Value) -> PlanError {
    let line = value
        .get("line")
        .and_then(Value::as_u64)
        .and_then(|line| u32::try_from(line).ok());
    let source = text(value, "file").map(|file| Source {
        file,
        line: line.unwrap_or(1),
        name: text(value, "name"),
    });
    let mut message = text(value, "message").unwrap_or_default();
    if let Some(traceback) = text(value, "traceback") {
        message = format!("{message}\n{}", traceback.trim_end());
    }
    PlanError::new("", message)
        .with_source(source)
        .with_hint(text(value, "hint"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_holds_for_a_stage_is_told_in_words() {
        let row = stage_row(&json!({
            "stage": "Shop", "kind": "Execute", "after": ["Load"], "setup": "Load", "load": "10 users for 1m",
            "timeout": "5s", "retries": 2, "priority": "low", "skip": true, "added": false,
            "scripts": ["Shop.buy"], "file": "shop.py", "line": 5,
        }));
        assert_eq!(
            row.remarks,
            [
                "left out",
                "set up by Load",
                "ended after 5s",
                "run again up to 2 times if it fails",
                "priority low"
            ]
        );
        assert_eq!(row.place.as_deref(), Some("shop.py:5"));
        assert_eq!(row.scripts, ["Shop.buy"]);
    }

    #[test]
    fn an_added_stage_has_no_place() {
        let row =
            stage_row(&json!({"stage": "Submit", "kind": "Submit", "added": true, "file": null}));
        assert_eq!(row.remarks, ["added: the file has none"]);
        assert_eq!(row.place, None);
    }
}
