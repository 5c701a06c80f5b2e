//! Checks compiled from the plan's `expect`.

use regex::bytes::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;
use squall_plan::{Expect, JsonPathExpectation};

use super::json_subset::difference;
use super::{Answer, Statuses, shorten};
use crate::failure::{Failure, FailureClass};
use crate::template::{CompileError, Compiled, Encoding, compile_json, render_json};
use crate::values::{Bindings, Scope};

/// Length of what a failed check shows of the answer, in characters.
const SHOWN: usize = 200;

/// Everything that is expected of one answer.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    statuses: Statuses,
    rules: Vec<Rule>,
    needs_body: bool,
}

#[derive(Clone, Debug)]
enum Rule {
    Header { name: String, value: Compiled },
    JsonSubset(Expected),
    JsonPathExists { path: JsonPath, exists: bool },
    JsonPathEquals { path: JsonPath, expected: Expected },
    Text(Compiled),
    Regex(Regex),
    BodySize { min: u64, max: u64 },
    Duration(u64),
}

/// An expected document: parsed once if no placeholder is in it.
#[derive(Clone, Debug)]
enum Expected {
    Constant(Value),
    Template(Compiled),
}

impl Expected {
    fn compile(value: &Value, scope: &mut Scope) -> Result<Self, CompileError> {
        let compiled = compile_json(value, scope)?;
        let constant = compiled
            .as_constant()
            .and_then(|text| serde_json::from_slice(text).ok());
        Ok(constant.map_or(Self::Template(compiled), Self::Constant))
    }

    fn difference(&self, actual: &Value, bindings: &mut Bindings, now: u64) -> Option<String> {
        match self {
            Self::Constant(expected) => difference(expected, actual),
            Self::Template(template) => match render_json(template, bindings, now) {
                Ok(Some(expected)) => difference(&expected, actual),
                _ => Some(String::new()),
            },
        }
    }
}

impl Checks {
    /// Compiles checks.
    ///
    /// # Errors
    /// An expression or a template does not parse.
    pub fn compile(expect: &Expect, scope: &mut Scope) -> Result<Self, CompileError> {
        let statuses = expect
            .status
            .as_ref()
            .map(Statuses::compile)
            .transpose()?
            .unwrap_or_default();
        let mut rules = Vec::new();
        for (name, value) in &expect.headers {
            let value = Compiled::from_template(value, Encoding::Raw, scope)?;
            rules.push(Rule::Header {
                name: name.clone(),
                value,
            });
        }
        push_json_rules(expect, scope, &mut rules)?;
        if let Some(text) = &expect.text {
            rules.push(Rule::Text(Compiled::from_template(
                text,
                Encoding::Raw,
                scope,
            )?));
        }
        if let Some(pattern) = &expect.regex {
            rules.push(Rule::Regex(
                Regex::new(pattern).map_err(|error| CompileError::Invalid(error.to_string()))?,
            ));
        }
        if let Some(bounds) = expect.body_size {
            rules.push(Rule::BodySize {
                min: bounds.min.unwrap_or(0),
                max: bounds.max.unwrap_or(u64::MAX),
            });
        }
        rules.extend(
            expect
                .duration
                .map(|limit| Rule::Duration(limit.as_nanos())),
        );
        let needs_body = rules
            .iter()
            .any(|rule| !matches!(rule, Rule::Header { .. } | Rule::Duration(_)));
        Ok(Self {
            statuses,
            rules,
            needs_body,
        })
    }

    /// Tells whether the body must be kept for these checks.
    pub fn needs_body(&self) -> bool {
        self.needs_body
    }

    /// Tells whether there is anything but the status to check.
    pub fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Tells whether a status is expected.
    #[inline]
    pub fn accepts(&self, status: u16) -> bool {
        self.statuses.contains(status)
    }

    /// Adds a failure for each check that does not hold.
    pub fn evaluate(
        &self,
        answer: &Answer<'_>,
        bindings: &mut Bindings,
        now: u64,
        failures: &mut Vec<Failure>,
    ) {
        if !self.accepts(answer.status) {
            failures.push(
                Failure::new(FailureClass::Status, format!("status {}", answer.status))
                    .with_detail(shorten(answer.body, SHOWN)),
            );
        }
        for rule in &self.rules {
            failures.extend(rule.evaluate(answer, bindings, now));
        }
    }
}

fn push_json_rules(
    expect: &Expect,
    scope: &mut Scope,
    rules: &mut Vec<Rule>,
) -> Result<(), CompileError> {
    if let Some(subset) = &expect.json {
        rules.push(Rule::JsonSubset(Expected::compile(subset, scope)?));
    }
    for (path, expectation) in &expect.json_path {
        let path = JsonPath::parse(path)
            .map_err(|error| CompileError::Invalid(format!("`{path}`: {error}")))?;
        rules.push(match expectation {
            JsonPathExpectation::Exists(exists) => Rule::JsonPathExists {
                path,
                exists: *exists,
            },
            JsonPathExpectation::Equals(value) => Rule::JsonPathEquals {
                path,
                expected: Expected::compile(value, scope)?,
            },
        });
    }
    Ok(())
}

fn failed(message: impl Into<String>, detail: impl Into<String>) -> Failure {
    Failure::new(FailureClass::Check, message).with_detail(detail)
}

impl Rule {
    /// Returns what is wrong; `None` when the rule holds.
    fn evaluate(&self, answer: &Answer<'_>, bindings: &mut Bindings, now: u64) -> Option<Failure> {
        let shown = || shorten(answer.body, SHOWN);
        match self {
            Self::Header { name, value } => check_header(name, value, answer, bindings, now),
            Self::JsonSubset(_) | Self::JsonPathExists { .. } | Self::JsonPathEquals { .. } => {
                match answer.json() {
                    Some(actual) => self.check_json(actual, answer, bindings, now),
                    None => Some(failed("body is not JSON", shown())),
                }
            }
            Self::Text(text) => {
                let mut wanted = Vec::new();
                let rendered = text.render(bindings, now, &mut wanted).is_ok();
                let holds = rendered && memchr::memmem::find(answer.body, &wanted).is_some();
                (!holds).then(|| failed("text is not in the body", shown()))
            }
            Self::Regex(regex) => (!regex.is_match(answer.body))
                .then(|| failed(format!("regex: body does not match `{regex}`"), shown())),
            Self::BodySize { min, max } => {
                let size = answer.body.len() as u64;
                let outside = size < *min || size > *max;
                outside.then(|| failed(size_message(*min, *max), size.to_string()))
            }
            Self::Duration(limit) => (answer.service_ns > *limit).then(|| {
                failed(
                    format!("took longer than {} ms", *limit as f64 / 1e6),
                    milliseconds(answer),
                )
            }),
        }
    }

    fn check_json(
        &self,
        actual: &Value,
        answer: &Answer<'_>,
        bindings: &mut Bindings,
        now: u64,
    ) -> Option<Failure> {
        let shown = || shorten(answer.body, SHOWN);
        match self {
            Self::JsonSubset(expected) => {
                let path = expected.difference(actual, bindings, now)?;
                Some(failed(
                    format!("json: `${path}` is not as expected"),
                    shown(),
                ))
            }
            Self::JsonPathExists { path, exists } => {
                let found = !path.query(actual).is_empty();
                let word = if *exists { "not found" } else { "found" };
                (found != *exists)
                    .then(|| failed(format!("json path: `{path}` is {word}"), shown()))
            }
            Self::JsonPathEquals { path, expected } => {
                let Some(found) = path.query(actual).first() else {
                    return Some(failed(format!("json path: `{path}` is not found"), shown()));
                };
                expected.difference(found, bindings, now)?;
                Some(failed(
                    format!("json path: `{path}` is not as expected"),
                    found.to_string(),
                ))
            }
            Self::Header { .. }
            | Self::Text(_)
            | Self::Regex(_)
            | Self::BodySize { .. }
            | Self::Duration(_) => None,
        }
    }
}

fn bytes(count: u64) -> String {
    let unit = if count == 1 { "byte" } else { "bytes" };
    format!("{count} {unit}")
}

fn size_message(min: u64, max: u64) -> String {
    match (min, max) {
        (min, u64::MAX) => format!("body is smaller than {}", bytes(min)),
        (0, max) => format!("body is larger than {}", bytes(max)),
        (min, max) => format!("body size is outside {min} to {}", bytes(max)),
    }
}

fn milliseconds(answer: &Answer<'_>) -> String {
    format!("{:.3} ms", answer.service_ns as f64 / 1e6)
}

fn check_header(
    name: &str,
    value: &Compiled,
    answer: &Answer<'_>,
    bindings: &mut Bindings,
    now: u64,
) -> Option<Failure> {
    let Some(found) = answer.headers.header(name) else {
        return Some(failed(format!("header: `{name}` is not there"), ""));
    };
    let mut wanted = Vec::new();
    let holds = value.render(bindings, now, &mut wanted).is_ok() && found == wanted;
    let message = || format!("header: `{name}` is not as expected");
    (!holds).then(|| failed(message(), shorten(found, SHOWN)))
}
