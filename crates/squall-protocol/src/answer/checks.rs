//! Checks compiled from the plan's `expect`.

use std::sync::Arc;

use regex::bytes::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;
use squall_plan::{Expect, JsonPathExpectation, StatusSet};

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
    /// The name under which the status is counted.
    status: Option<u16>,
    /// With the names under which they are counted.
    rules: Vec<(Rule, Option<u16>)>,
    names: Option<CheckNames>,
    needs_body: bool,
}

/// Names of the checks of one request; an answer is counted once under each.
pub type CheckNames = Arc<[Arc<str>]>;

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
        let mut names = Names::of(expect);
        let status = match (&expect.status, &expect.name) {
            (None, None) => None,
            (set, _) => names.place(|| format!("status {}", shown(set.as_ref()))),
        };
        let mut rules = Vec::new();
        for (name, value) in &expect.headers {
            let value = Compiled::from_template(value, Encoding::Raw, scope)?;
            let place = names.place(|| format!("header {name}"));
            let name = name.clone();
            rules.push((Rule::Header { name, value }, place));
        }
        push_json_rules(expect, scope, &mut names, &mut rules)?;
        if let Some(text) = &expect.text {
            let text = Compiled::from_template(text, Encoding::Raw, scope)?;
            rules.push((Rule::Text(text), names.place(|| "text".to_owned())));
        }
        if let Some(pattern) = &expect.regex {
            let regex = Regex::new(pattern);
            let regex = regex.map_err(|error| CompileError::Invalid(error.to_string()))?;
            rules.push((Rule::Regex(regex), names.place(|| "regex".to_owned())));
        }
        if let Some(bounds) = expect.body_size {
            let (min, max) = (bounds.min.unwrap_or(0), bounds.max.unwrap_or(u64::MAX));
            let place = names.place(|| "body_size".to_owned());
            rules.push((Rule::BodySize { min, max }, place));
        }
        if let Some(limit) = expect.duration {
            let place = names.place(|| "duration".to_owned());
            rules.push((Rule::Duration(limit.as_nanos()), place));
        }
        let needs_body = rules
            .iter()
            .any(|(rule, _)| !matches!(rule, Rule::Header { .. } | Rule::Duration(_)));
        Ok(Self {
            statuses,
            status,
            rules,
            names: names.finish(),
            needs_body,
        })
    }

    /// Tells whether the body must be kept for these checks.
    pub fn needs_body(&self) -> bool {
        self.needs_body
    }

    /// Returns the names under which single checks are counted, if there are checks.
    #[inline]
    pub fn names(&self) -> Option<&CheckNames> {
        self.names.as_ref()
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
                    .with_detail(shorten(answer.body, SHOWN))
                    .of_check(self.status),
            );
        }
        for (rule, place) in &self.rules {
            let failed = rule.evaluate(answer, bindings, now);
            failures.extend(failed.map(|failure| failure.of_check(*place)));
        }
    }
}

/// Names of checks as they come up: one for all where the test gave one, else one for each.
struct Names {
    given: bool,
    names: Vec<Arc<str>>,
}

impl Names {
    fn of(expect: &Expect) -> Self {
        Self {
            given: expect.name.is_some(),
            names: expect
                .name
                .iter()
                .map(|name| name.as_str().into())
                .collect(),
        }
    }

    fn place(&mut self, name: impl FnOnce() -> String) -> Option<u16> {
        if self.given {
            return Some(0);
        }
        self.names.push(name().into());
        u16::try_from(self.names.len() - 1).ok()
    }

    fn finish(self) -> Option<CheckNames> {
        (!self.names.is_empty()).then(|| self.names.into())
    }
}

/// Accepted statuses as they are written.
fn shown(set: Option<&StatusSet>) -> String {
    match set {
        None => String::new(),
        Some(StatusSet::Code(code)) => code.to_string(),
        Some(StatusSet::Range(range)) => range.clone(),
        Some(StatusSet::Any(sets)) => {
            let sets: Vec<String> = sets.iter().map(|set| shown(Some(set))).collect();
            sets.join(", ")
        }
    }
}

fn push_json_rules(
    expect: &Expect,
    scope: &mut Scope,
    names: &mut Names,
    rules: &mut Vec<(Rule, Option<u16>)>,
) -> Result<(), CompileError> {
    if let Some(subset) = &expect.json {
        let rule = Rule::JsonSubset(Expected::compile(subset, scope)?);
        rules.push((rule, names.place(|| "json".to_owned())));
    }
    for (path, expectation) in &expect.json_path {
        let place = names.place(|| format!("json {path}"));
        let path = JsonPath::parse(path)
            .map_err(|error| CompileError::Invalid(format!("`{path}`: {error}")))?;
        let rule = match expectation {
            JsonPathExpectation::Exists(exists) => Rule::JsonPathExists {
                path,
                exists: *exists,
            },
            JsonPathExpectation::Equals(value) => Rule::JsonPathEquals {
                path,
                expected: Expected::compile(value, scope)?,
            },
        };
        rules.push((rule, place));
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
