//! Reads a reporter's settings as users wrote them.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::{BuildContext, SettingInfo, SettingKind};

/// One thing that is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SettingError {
    /// There is no such setting.
    #[error("unknown setting `{name}`: there are {}", listed(.known))]
    Unknown {
        /// What was written.
        name: String,
        /// The settings that exist, nearest first.
        known: Vec<&'static str>,
    },
    /// The value has the wrong type.
    #[error("setting `{name}` is `{found}`: it must be {expected}")]
    WrongType {
        /// Name of the setting.
        name: &'static str,
        /// What it may be.
        expected: SettingKind,
        /// What was written, as JSON; for a secret only its type.
        found: String,
    },
    /// The value has the right type and makes no sense.
    #[error("setting `{name}` {problem}")]
    Invalid {
        /// Name of the setting.
        name: &'static str,
        /// What is wrong with it, and how to fix it.
        problem: String,
    },
}

/// Everything that is wrong with a reporter's settings.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct SettingsErrors {
    /// Name of the reporter.
    pub reporter: String,
    /// What is wrong, at least one thing.
    pub errors: Vec<SettingError>,
}

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reporter `{}` cannot be configured", self.reporter)?;
        for error in &self.errors {
            write!(f, "\n  {error}")?;
        }
        Ok(())
    }
}

/// Writes names as a list, each in backticks.
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Sorts the names that exist by how near they are to what was written.
pub(crate) fn nearest_first(
    written: &str,
    names: impl Iterator<Item = &'static str>,
) -> Vec<&'static str> {
    let mut names: Vec<_> = names.collect();
    names.sort_by(|a, b| {
        let near = |name| strsim::jaro_winkler(written, name);
        near(b).total_cmp(&near(a))
    });
    names
}

/// Reads one setting after the other and collects what is wrong.
#[derive(Debug)]
pub(crate) struct SettingsReader<'a> {
    reporter: &'static str,
    known: &'static [SettingInfo],
    written: &'a Map<String, Value>,
    context: &'a BuildContext,
    errors: Vec<SettingError>,
}

impl<'a> SettingsReader<'a> {
    /// Begins to read; settings that do not exist are wrong from the start.
    pub(crate) fn new(
        reporter: &'static str,
        known: &'static [SettingInfo],
        written: &'a Map<String, Value>,
        context: &'a BuildContext,
    ) -> Self {
        let errors = written
            .keys()
            .filter(|name| known.iter().all(|info| info.name != *name))
            .map(|name| SettingError::Unknown {
                name: name.clone(),
                known: nearest_first(name, known.iter().map(|info| info.name)),
            })
            .collect();
        Self {
            reporter,
            known,
            written,
            context,
            errors,
        }
    }

    /// Reads a path; `None` when it is `null`, or not written and without a default.
    pub(crate) fn path(&mut self, name: &'static str) -> Option<PathBuf> {
        match self.value(name) {
            Value::Null => None,
            Value::String(text) if text.is_empty() => {
                self.invalid(name, "is empty: write a path, or `null` for none");
                None
            }
            Value::String(text) => Some(self.context.base_dir.join(text)),
            other => {
                self.wrong_type(name, &other);
                None
            }
        }
    }

    /// Reads a flag.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        match self.value(name) {
            Value::Bool(flag) => flag,
            other => {
                self.wrong_type(name, &other);
                false
            }
        }
    }

    /// Adds what the reporter itself found wrong.
    pub(crate) fn invalid(&mut self, name: &'static str, problem: impl Into<String>) {
        self.errors.push(SettingError::Invalid {
            name,
            problem: problem.into(),
        });
    }

    /// Says whether anything is wrong so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Ends with the settings, or with everything that is wrong.
    pub(crate) fn finish<T>(self, settings: T) -> Result<T, SettingsErrors> {
        if self.errors.is_empty() {
            return Ok(settings);
        }
        Err(SettingsErrors {
            reporter: self.reporter.to_owned(),
            errors: self.errors,
        })
    }

    fn info(&self, name: &str) -> Option<&'static SettingInfo> {
        self.known.iter().find(|info| info.name == name)
    }

    /// Returns what was written, or the default.
    fn value(&self, name: &str) -> Value {
        if let Some(value) = self.written.get(name) {
            return value.clone();
        }
        self.info(name)
            .and_then(|info| info.default)
            .map_or(Value::Null, |text| {
                serde_json::from_str(text)
                    .expect("defaults in the table are JSON, a test reads all")
            })
    }

    fn wrong_type(&mut self, name: &'static str, found: &Value) {
        let expected = self
            .info(name)
            .map(|info| info.kind)
            .expect("a reporter reads only settings of its table");
        self.errors.push(SettingError::WrongType {
            name,
            expected,
            found: shown(expected, found),
        });
    }
}

/// Shows a value in a message, but never a secret.
fn shown(kind: SettingKind, value: &Value) -> String {
    if kind != SettingKind::Secret {
        return value.to_string();
    }
    let type_name = match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    type_name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_wrong_type_is_not_shown() {
        let value = serde_json::json!(["hunter2"]);
        assert_eq!(shown(SettingKind::Secret, &value), "a list");
        assert_eq!(shown(SettingKind::Path, &value), r#"["hunter2"]"#);
    }
}
