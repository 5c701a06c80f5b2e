//! From what was typed to a plan.

mod overrides;
mod profile;
mod settings;

pub(crate) use overrides::Overrides;
pub(crate) use profile::{default_profile, load_profile, parse};
pub(crate) use settings::{absolute, http_settings};

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use squall_plan::{Plan, PlanError, PlanErrors, Source};
use squall_view::explain;

use crate::TestLoader;
use crate::args::FileArgs;

/// A test file as a plan.
#[derive(Debug)]
pub(crate) struct LoadedTest {
    pub(crate) plan: Plan,
    /// Folder from which the plan's paths start.
    pub(crate) base_dir: PathBuf,
}

/// What `squall explain` shows of a test file.
#[derive(Debug)]
pub(crate) struct Explained {
    pub(crate) rows: Vec<explain::Row>,
    pub(crate) test: Result<LoadedTest, PlanErrors>,
}

/// Loads a test file of any kind.
pub(crate) fn load(
    file: &FileArgs,
    overrides: &Overrides,
    loader: &dyn TestLoader,
) -> Result<LoadedTest, PlanErrors> {
    explain(file, overrides, loader)?.test
}

/// Loads a test file, and tells of each action how it runs.
pub(crate) fn explain(
    file: &FileArgs,
    overrides: &Overrides,
    loader: &dyn TestLoader,
) -> Result<Explained, PlanErrors> {
    let (path, name) = split_name(&file.file);
    let base_dir = path.parent().map(Path::to_owned).unwrap_or_default();
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    if !path.is_file() {
        let error = error(format!("there is no file `{}`", path.display()));
        let hint = "write a starter test with `squall new FILE.py`".to_owned();
        return Err(PlanErrors(vec![error.with_hint(hint)]));
    }
    match extension {
        "py" => explain_python(&path, name, overrides, loader),
        "yaml" | "yml" | "json" => {
            let test = load_plan(&path, overrides).map(|plan| LoadedTest { plan, base_dir });
            Ok(Explained {
                rows: Vec::new(),
                test,
            })
        }
        _ => {
            let error = error(format!(
                "`{}` is no test: its name ends in none of `.py`, `.yaml`, `.json`",
                path.display()
            ));
            Err(PlanErrors(vec![error]))
        }
    }
}

fn error(message: String) -> PlanError {
    PlanError::new("", message)
}

/// Splits `FILE:NAME`; a name is no path.
fn split_name(text: &str) -> (PathBuf, Option<&str>) {
    match text.rsplit_once(':') {
        Some((file, name))
            if !name.is_empty() && !name.contains('/') && !Path::new(text).exists() =>
        {
            (file.into(), Some(name))
        }
        _ => (text.into(), None),
    }
}

fn load_plan(path: &Path, overrides: &Overrides) -> Result<Plan, PlanErrors> {
    let text = fs::read_to_string(path).map_err(|cause| {
        PlanErrors(vec![error(format!(
            "cannot read `{}`: {cause}",
            path.display()
        ))])
    })?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let mut value = if is_json {
        Plan::value_from_json(&text)
    } else {
        Plan::value_from_yaml(&text)
    }?;
    overrides.apply(&mut value)?;
    Plan::from_value(value)
}

fn explain_python(
    path: &Path,
    name: Option<&str>,
    overrides: &Overrides,
    loader: &dyn TestLoader,
) -> Result<Explained, PlanErrors> {
    let loaded = loader
        .load(path, name, &overrides.to_json())
        .map_err(|message| PlanErrors(vec![error(message)]))?;
    let document: Value = serde_json::from_str(&loaded)
        .map_err(|cause| PlanErrors(vec![error(format!("the loader's answer: {cause}"))]))?;
    let rows = items(&document, "explain").map(explain_row).collect();
    let errors: Vec<PlanError> = items(&document, "errors").map(python_error).collect();
    // Paths in the plan of a Python test are absolute already.
    let base_dir = std::env::current_dir().unwrap_or_default();
    let test = match document.get("plan") {
        Some(plan) if errors.is_empty() && !plan.is_null() => {
            Plan::from_value(plan.clone()).map(|plan| LoadedTest { plan, base_dir })
        }
        _ => Err(PlanErrors(errors)),
    };
    Ok(Explained { rows, test })
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
    let line = row.get("line").and_then(Value::as_u64);
    explain::Row {
        stage: text(row, "stage").unwrap_or_default(),
        action: text(row, "action").unwrap_or_default(),
        mode: match row.get("mode").and_then(Value::as_str) {
            Some("compiled") => explain::Mode::Compiled,
            _ => explain::Mode::Python,
        },
        reason: text(row, "reason"),
        place: text(row, "file")
            .zip(line)
            .map(|(file, line)| format!("{file}:{line}")),
        hint: text(row, "hint"),
    }
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
