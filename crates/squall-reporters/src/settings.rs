//! Reads a reporter's settings as users wrote them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::common::COMMON;
use crate::secret::Secret;
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
    /// It must be given and is not.
    #[error("setting `{name}` is missing: {help}")]
    Missing {
        /// Name of the setting.
        name: &'static str,
        /// What it is for.
        help: &'static str,
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
#[allow(
    dead_code,
    reason = "a build may have no reporter with a setting of some kind"
)]
pub(crate) struct SettingsReader<'a> {
    reporter: String,
    known: &'static [SettingInfo],
    written: &'a Map<String, Value>,
    context: &'a BuildContext,
    errors: Vec<SettingError>,
}

#[allow(
    dead_code,
    reason = "a build may have no reporter with a setting of some kind"
)]
impl<'a> SettingsReader<'a> {
    /// Begins to read; settings that do not exist are wrong from the start.
    pub(crate) fn new(
        reporter: &str,
        known: &'static [SettingInfo],
        written: &'a Map<String, Value>,
        context: &'a BuildContext,
    ) -> Self {
        let errors = written
            .keys()
            .filter(|name| known.iter().all(|info| info.name != *name))
            .map(|name| SettingError::Unknown {
                name: name.clone(),
                known: nearest_first(name, known.iter().chain(COMMON).map(|info| info.name)),
            })
            .collect();
        Self {
            reporter: reporter.to_owned(),
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

    /// Reads a text; `None` when it is not written and without a default.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        match self.value(name) {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => {
                self.wrong_type(name, &other);
                None
            }
        }
    }

    /// Reads a text that has a default or must be given.
    pub(crate) fn needed_text(&mut self, name: &'static str) -> String {
        match self.text(name) {
            Some(text) if text.is_empty() => {
                self.invalid(name, "is empty");
                text
            }
            Some(text) => text,
            None => {
                self.missing(name);
                String::new()
            }
        }
    }

    /// Reads one of the texts that the table names.
    pub(crate) fn choice(&mut self, name: &'static str) -> String {
        let text = self.needed_text(name);
        if let Some(SettingKind::Choice(choices)) = self.info(name).map(|info| info.kind)
            && !text.is_empty()
            && !choices.contains(&text.as_str())
        {
            let known = listed(&nearest_first(&text, choices.iter().copied()));
            self.invalid(name, format!("is `{text}`: there are {known}"));
        }
        text
    }

    /// Reads a whole number that has a default or must be given.
    pub(crate) fn integer(&mut self, name: &'static str) -> u64 {
        self.optional_integer(name).unwrap_or_else(|| {
            self.missing(name);
            0
        })
    }

    /// Reads a whole number; `None` when it is not written and without a default.
    pub(crate) fn optional_integer(&mut self, name: &'static str) -> Option<u64> {
        match self.value(name) {
            Value::Null => None,
            Value::Number(number) if number.is_u64() => number.as_u64(),
            other => {
                self.wrong_type(name, &other);
                Some(0)
            }
        }
    }

    /// Reads a port.
    pub(crate) fn port(&mut self, name: &'static str) -> u16 {
        let number = self.integer(name);
        u16::try_from(number).unwrap_or_else(|_| {
            self.invalid(name, format!("is {number}: ports go up to 65535"));
            0
        })
    }

    /// Reads a time that has a default or must be given.
    pub(crate) fn duration(&mut self, name: &'static str) -> Duration {
        let value = self.value(name);
        let read = match &value {
            Value::Number(seconds) => seconds
                .as_f64()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            Value::String(text) => text
                .parse::<jiff::SignedDuration>()
                .ok()
                .and_then(|time| Duration::try_from(time).ok()),
            _ => None,
        };
        read.unwrap_or_else(|| {
            self.wrong_type(name, &value);
            Duration::ZERO
        })
    }

    /// Reads a list of texts.
    pub(crate) fn list(&mut self, name: &'static str) -> Vec<String> {
        match self.value(name) {
            Value::Null => Vec::new(),
            Value::String(text) => vec![text],
            other => serde_json::from_value(other.clone()).unwrap_or_else(|_| {
                self.wrong_type(name, &other);
                Vec::new()
            }),
        }
    }

    /// Reads names and texts; numbers and flags become texts.
    pub(crate) fn map(&mut self, name: &'static str) -> BTreeMap<String, String> {
        let value = self.value(name);
        let Value::Object(fields) = &value else {
            if !value.is_null() {
                self.wrong_type(name, &value);
            }
            return BTreeMap::new();
        };
        let texts = fields.iter().map(|(key, value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                _ => return None,
            };
            Some((key.clone(), text))
        });
        let texts: Option<BTreeMap<String, String>> = texts.collect();
        texts.unwrap_or_else(|| {
            self.wrong_type(name, &value);
            BTreeMap::new()
        })
    }

    /// Reads a secret, from where it is: written, in the environment, or in a file (whose last line end is cut off).
    pub(crate) fn secret(&mut self, name: &'static str) -> Option<Secret> {
        let value = self.value(name);
        let found = match &value {
            Value::Null => return None,
            Value::String(text) => Ok(text.clone()),
            Value::Object(place) if place.len() == 1 => match place.iter().next() {
                Some((key, Value::String(variable))) if key == "env" => std::env::var(variable)
                    .map_err(|_| format!("is in no environment variable `{variable}`: set it")),
                Some((key, Value::String(file))) if key == "file" => {
                    let path = self.context.base_dir.join(file);
                    std::fs::read_to_string(&path)
                        .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                        .map_err(|error| {
                            format!("cannot be read from `{}`: {error}", path.display())
                        })
                }
                _ => {
                    self.wrong_type(name, &value);
                    return None;
                }
            },
            other => {
                self.wrong_type(name, other);
                return None;
            }
        };
        found
            .map(Secret::new)
            .map_err(|problem| self.invalid(name, problem))
            .ok()
    }

    /// Reads a secret that must be given.
    pub(crate) fn needed_secret(&mut self, name: &'static str) -> Secret {
        let before = self.errors.len();
        self.secret(name).unwrap_or_else(|| {
            if self.errors.len() == before {
                self.missing(name);
            }
            Secret::new("")
        })
    }

    fn missing(&mut self, name: &'static str) {
        if self.written.get(name).is_some_and(|value| !value.is_null()) {
            // What is wrong with it has been said.
            return;
        }
        let help = self.info(name).map_or("", |info| info.help);
        self.errors.push(SettingError::Missing { name, help });
    }

    /// Reads a flag; `None` when it is not written and without a default.
    pub(crate) fn optional_flag(&mut self, name: &'static str) -> Option<bool> {
        match self.value(name) {
            Value::Null => None,
            Value::Bool(flag) => Some(flag),
            other => {
                self.wrong_type(name, &other);
                None
            }
        }
    }

    /// Returns what was written, or the default, as it is.
    pub(crate) fn raw(&self, name: &str) -> Value {
        self.value(name)
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

    /// Says whether somebody wrote the setting.
    pub(crate) fn is_written(&self, name: &str) -> bool {
        self.written.get(name).is_some_and(|value| !value.is_null())
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
            reporter: self.reporter,
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

    pub(crate) fn wrong_type(&mut self, name: &'static str, found: &Value) {
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
