//! Test files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum as _;
use serde::Deserialize;
use squall_engine::script::ScriptHost;
use squall_plan::{Plan, PlanError, PlanErrors};
use squall_view::explain;

use super::Overrides;
use super::python::explain_python;
use super::spec::Spec;
use crate::TestLoader;
use crate::args::{FileArgs, LogLevel};
use crate::project::{Registered, registered};

/// A test file as a plan.
#[derive(Debug)]
pub(crate) struct LoadedTest {
    pub(crate) plan: Plan,
    /// Folder from which the plan's paths start.
    pub(crate) base_dir: PathBuf,
    pub(crate) place: FilePlace,
    /// What was asked for and has no effect.
    pub(crate) notes: Vec<String>,
    /// What it says about the run itself.
    pub(crate) wishes: Wishes,
    /// How the loader of tests was called; `None` for a plan.
    pub(crate) origin: Option<Origin>,
}

/// What a test says about the run itself; options go before it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wishes {
    /// No progress is shown.
    pub(crate) quiet_view: bool,
    /// What goes to `run.log`.
    pub(crate) log_level: Option<String>,
}

impl Wishes {
    /// Returns the level of the log, where one is wished.
    pub(crate) fn log_level(&self) -> Option<LogLevel> {
        LogLevel::from_str(self.log_level.as_deref()?, true).ok()
    }
}

impl LoadedTest {
    /// Returns the file that the test is in; one that Python finds as a module has none here.
    pub(crate) fn file(&self) -> Option<&Path> {
        let origin = self.origin.as_ref().map(|origin| origin.file.as_path());
        let file = origin.or(self.place.0.as_deref());
        file.filter(|file| !file.as_os_str().is_empty())
    }

    /// Returns the host of the test's scripts; a plan that was written by hand has none.
    pub(crate) fn scripts(&self, loader: &dyn TestLoader) -> Option<Arc<dyn ScriptHost>> {
        self.origin.as_ref().and_then(|_| loader.scripts())
    }
}

/// How a [`TestLoader`] was called.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) file: PathBuf,
    pub(crate) name: Option<String>,
    pub(crate) overrides: String,
}

/// The file that errors are in which do not say so themselves.
#[derive(Clone, Debug)]
pub(crate) struct FilePlace(pub(super) Option<PathBuf>);

impl FilePlace {
    /// Adds the file to errors.
    pub(crate) fn of(&self, errors: PlanErrors) -> PlanErrors {
        let errors = errors.0.into_iter().map(|error| match &self.0 {
            Some(file) if error.source.is_none() && !error.path.starts_with('-') => {
                let file = file.display();
                let path = match error.path.as_str() {
                    "" => file.to_string(),
                    path => format!("{file}, {path}"),
                };
                PlanError::new(path, error.message).with_hint(error.hint)
            }
            _ => error,
        });
        PlanErrors(errors.collect())
    }
}

/// What `squall explain` shows of a test file.
#[derive(Debug)]
pub(crate) struct Explained {
    pub(crate) rows: Vec<explain::Row>,
    /// The stages; none for a test that is no graph.
    pub(crate) stages: Vec<explain::StageRow>,
    /// The stages as the loader told of them.
    pub(crate) told: serde_json::Value,
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
    let directions = overrides.directions();
    if let Some((form, spec)) = directions.form.zip(directions.spec.as_deref()) {
        let Spec { file, name } = Spec::parse(spec, form.what())?;
        return explain_python(&file.unwrap_or_default(), Some(name), overrides, loader);
    }
    let given = resolved(&file.file)?;
    let (path, name) = split_name(&given);
    let base_dir = path.parent().map(Path::to_owned).unwrap_or_default();
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    match extension {
        "py" => explain_python(&path, name, overrides, loader),
        "yaml" | "yml" if lists_tests(&path) => explain_python(&path, name, overrides, loader),
        "yaml" | "yml" | "json" => {
            let place = FilePlace(Some(path.clone()));
            let test = load_plan(&path, overrides).map_err(|errors| place.of(errors));
            let test = test.map(|(plan, notes)| LoadedTest {
                plan,
                base_dir,
                place,
                notes,
                wishes: Wishes::default(),
                origin: None,
            });
            Ok(Explained {
                rows: Vec::new(),
                stages: Vec::new(),
                told: serde_json::Value::Array(Vec::new()),
                test,
            })
        }
        _ => {
            let error = PlanError::new(
                "",
                format!(
                    "`{}` is no test: its name ends in none of `.py`, `.yaml`, `.json`",
                    path.display()
                ),
            );
            Err(error.into())
        }
    }
}

/// Returns the `FILE` or `FILE:NAME` that is meant: itself, or what is registered under such a name.
fn resolved(text: &str) -> Result<String, PlanErrors> {
    let (path, name) = split_name(text);
    if path.is_file() {
        return Ok(text.to_owned());
    }
    let known = path.display().to_string();
    match registered(&known) {
        Registered::As(meant) if split_name(&meant).0.is_file() => Ok(match name {
            Some(name) => format!("{}:{name}", split_name(&meant).0.display()),
            None => meant,
        }),
        Registered::As(meant) => {
            let message =
                format!("`{known}` is registered as `{meant}`, but there is no such file");
            let hint = "renew `squall.toml` with `squall project sync --local`".to_owned();
            Err(PlanError::new("squall.toml", message)
                .with_hint(hint)
                .into())
        }
        Registered::Nothing(hint) => {
            let starter = || "write a starter test with `squall new FILE.py`".to_owned();
            let what = match &hint {
                Some(_) => format!("there is no file and no registered test `{known}`"),
                None => format!("there is no file `{known}`"),
            };
            let error = PlanError::new("", what);
            Err(error.with_hint(hint.unwrap_or_else(starter)).into())
        }
    }
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

/// Tells whether a file in YAML is no plan but a list of test cases.
fn lists_tests(path: &Path) -> bool {
    let value = fs::read_to_string(path)
        .ok()
        .and_then(|text| Plan::value_from_yaml(&text).ok());
    value.is_some_and(|value| value.get("tests").is_some() && value.get("stages").is_none())
}

fn load_plan(path: &Path, overrides: &Overrides) -> Result<(Plan, Vec<String>), PlanErrors> {
    let text = fs::read_to_string(path).map_err(|cause| {
        let message = format!("cannot read `{}`: {cause}", path.display());
        PlanErrors::from(PlanError::new("", message))
    })?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let mut value = if is_json {
        Plan::value_from_json(&text)
    } else {
        Plan::value_from_yaml(&text)
    }?;
    let notes = overrides.apply(&mut value)?;
    Ok((Plan::from_value(value)?, notes))
}
