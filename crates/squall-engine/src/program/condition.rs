//! Conditions compiled from the plan's `if`.

use regex::bytes::Regex;
use squall_protocol::template::{CompileError, Compiled, Encoding};
use squall_protocol::values::{Bindings, Scope};

/// A condition on a rendered template.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    value: Compiled,
    tests: Vec<Test>,
}

#[derive(Clone, Debug)]
enum Test {
    Exists(bool),
    Equals(Compiled),
    NotEquals(Compiled),
    Matches(Regex),
    GreaterThan(f64),
    LessThan(f64),
}

impl Condition {
    pub(crate) fn compile(
        condition: &squall_plan::Condition,
        scope: &mut Scope,
    ) -> Result<Self, CompileError> {
        let raw = |template: &_, scope: &mut Scope| {
            Compiled::from_template(template, Encoding::Raw, scope)
        };
        let value = raw(&condition.value, scope)?;
        let mut tests = Vec::new();
        tests.extend(condition.exists.map(Test::Exists));
        if let Some(text) = &condition.equals {
            tests.push(Test::Equals(raw(text, scope)?));
        }
        if let Some(text) = &condition.not_equals {
            tests.push(Test::NotEquals(raw(text, scope)?));
        }
        if let Some(pattern) = &condition.matches {
            tests.push(Test::Matches(
                Regex::new(pattern).map_err(|error| CompileError::Invalid(error.to_string()))?,
            ));
        }
        tests.extend(condition.greater_than.map(Test::GreaterThan));
        tests.extend(condition.less_than.map(Test::LessThan));
        if tests.is_empty() {
            tests.push(Test::Exists(true));
        }
        Ok(Self { value, tests })
    }

    /// Tells whether the condition holds; a value that does not exist passes no comparison.
    pub(crate) fn holds(&self, bindings: &mut Bindings, now: u64) -> bool {
        let mut rendered = Vec::new();
        let value = self
            .value
            .render(bindings, now, &mut rendered)
            .is_ok()
            .then_some(rendered.as_slice());
        self.tests
            .iter()
            .all(|test| test.holds(value, bindings, now))
    }
}

impl Test {
    fn holds(&self, value: Option<&[u8]>, bindings: &mut Bindings, now: u64) -> bool {
        let Some(value) = value else {
            return matches!(self, Self::Exists(false) | Self::NotEquals(_));
        };
        let mut same = |template: &Compiled| {
            let mut other = Vec::new();
            template.render(bindings, now, &mut other).is_ok() && other == value
        };
        let number = || {
            std::str::from_utf8(value)
                .ok()
                .and_then(|text| text.trim().parse::<f64>().ok())
        };
        match self {
            Self::Exists(exists) => *exists,
            Self::Equals(template) => same(template),
            Self::NotEquals(template) => !same(template),
            Self::Matches(regex) => regex.is_match(value),
            Self::GreaterThan(limit) => number().is_some_and(|number| number > *limit),
            Self::LessThan(limit) => number().is_some_and(|number| number < *limit),
        }
    }
}
