//! Reading a JSON object that somebody sent: all that is wrong at once.

use serde_json::{Map, Value};
use squall_plan::nearest;

use crate::start::Problem;

/// The members of an object, and what is wrong with them.
#[derive(Debug)]
pub(crate) struct Fields {
    members: Map<String, Value>,
    problems: Vec<Problem>,
}

impl Fields {
    /// Reads an object.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Vec<Problem>> {
        let wrong = |message: String, hint: &str| vec![Problem::new("", message).with_hint(hint)];
        let example = "send an object, like `{\"action\": \"pause\"}`";
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self {
                members,
                problems: Vec::new(),
            }),
            Ok(_) => Err(wrong("the body is no JSON object".to_owned(), example)),
            Err(error) => Err(wrong(format!("the body is no JSON: {error}"), example)),
        }
    }

    /// Notes something that is wrong.
    pub(crate) fn wrong(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Takes a member; null is none.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    /// Takes a text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            other => self.not(name, &other, "a text"),
        }
    }

    /// Takes a whole number that is not negative.
    pub(crate) fn whole(&mut self, name: &str) -> Option<u32> {
        let value = self.take(name)?;
        let whole = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match whole {
            Some(whole) => Some(whole),
            None => self.not(name, &value, "a whole number, 0 or more"),
        }
    }

    /// Takes a number.
    pub(crate) fn number(&mut self, name: &str) -> Option<f64> {
        let value = self.take(name)?;
        match value.as_f64() {
            Some(number) => Some(number),
            None => self.not(name, &value, "a number"),
        }
    }

    /// Takes a list of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let value = self.take(name)?;
        let texts = value.as_array().and_then(|items| {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>()
        });
        texts.or_else(|| self.not(name, &value, "a list of texts"))
    }

    /// Says that a member that is needed is not there.
    pub(crate) fn missing<T>(&mut self, name: &str, hint: &str) -> Option<T> {
        let said = self.problems.iter().any(|problem| problem.path == name);
        if !said {
            let problem = Problem::new(name, format!("`{name}` is missing"));
            self.problems.push(problem.with_hint(hint));
        }
        None
    }

    /// Returns what is wrong so far.
    pub(crate) fn problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Refuses members that nobody took; `known` are those that there are.
    pub(crate) fn end(mut self, known: &[&str]) -> Result<(), Vec<Problem>> {
        for name in self.members.keys() {
            let problem = Problem::new(name.as_str(), format!("there is no field `{name}` here"));
            let hint = nearest::hint(name, known.iter().copied(), "fields");
            self.problems.push(Problem { hint, ..problem });
        }
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }

    fn not<T>(&mut self, name: &str, value: &Value, what: &str) -> Option<T> {
        let problem = Problem::new(name, format!("`{value}` is not {what}"));
        self.problems.push(problem);
        None
    }
}
