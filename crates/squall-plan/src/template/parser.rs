//! Reads templates: [`parse`] splits text and placeholders, [`Cursor`] walks through one placeholder.

use serde_json::Value;

use super::expression::is_identifier;
use super::{
    Expression, FUNCTIONS, ParsedTemplate, Part, Placeholder, Rendering, TemplateError,
    TimestampUnit,
};
use crate::nearest;

pub(super) fn parse(source: &str) -> Result<ParsedTemplate, TemplateError> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = source;
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        let after = rest[at..].trim_start_matches('$');
        let dollars = rest.len() - at - after.len();
        let literal = if after.starts_with('{') {
            dollars / 2
        } else {
            dollars
        };
        text.extend(std::iter::repeat_n('$', literal));
        rest = after;
        if after.starts_with('{') && dollars % 2 == 1 {
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            let mut cursor = Cursor {
                rest: &after[1..],
                placeholder: &after[1..],
            };
            parts.push(Part::Placeholder(cursor.placeholder()?));
            rest = cursor.rest;
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(ParsedTemplate { parts })
}

/// How a list of arguments is written.
const CLOSED: &str = "separate arguments with `,` and end them with `)`";

/// Walks through one placeholder.
struct Cursor<'a> {
    /// What is still to be read.
    rest: &'a str,
    /// Everything from behind the opening brace, for messages.
    placeholder: &'a str,
}

impl<'a> Cursor<'a> {
    fn placeholder(&mut self) -> Result<Placeholder, TemplateError> {
        let expression = self.expression()?;
        let rendering = if self.eat('|') {
            self.rendering()?
        } else {
            Rendering::Native
        };
        if self.eat('}') {
            return Ok(Placeholder {
                expression,
                rendering,
            });
        }
        Err(match self.peek() {
            None => self.error(
                "is not closed",
                Some("end it with `}`, or write `$${` for a literal `${`".to_owned()),
            ),
            Some(c) => self.error(
                &format!("has an unexpected `{c}` after `{expression}`"),
                None,
            ),
        })
    }

    fn rendering(&mut self) -> Result<Rendering, TemplateError> {
        match self.word() {
            "string" => Ok(Rendering::String),
            other => Err(self.error(
                &format!("has an unknown filter `{other}`"),
                Some("the only filter is `|string`".to_owned()),
            )),
        }
    }

    fn expression(&mut self) -> Result<Expression, TemplateError> {
        let name = self.word();
        if name.is_empty() {
            return Err(self.error("is not a placeholder", Some(examples())));
        }
        if self.eat('(') {
            let arguments = self.arguments()?;
            return self.call(name, &arguments);
        }
        if name == "data" {
            return self.data();
        }
        if !is_identifier(name) {
            return Err(self.error(
                &format!("uses `{name}`, which is not a name"),
                Some(examples()),
            ));
        }
        if self.peek() == Some('.') {
            let hint = format!(
                "an extracted value is `${{{name}}}`, a field of a data pool is `${{data.POOL.FIELD}}`"
            );
            return Err(self.error(&format!("looks into `{name}`"), Some(hint)));
        }
        Ok(Expression::Variable(name.to_owned()))
    }

    fn data(&mut self) -> Result<Expression, TemplateError> {
        let mut names = [String::new(), String::new()];
        for name in &mut names {
            if self.eat('.') {
                *name = self.name()?;
            }
            if name.is_empty() {
                let hint = "name the pool and the field: `${data.users.name}`, or with quotes `${data.\"my pool\".\"full name\"}`";
                return Err(self.error("does not say which data", Some(hint.to_owned())));
            }
        }
        let [pool, field] = names;
        Ok(Expression::Data { pool, field })
    }

    /// A name with or without quotes.
    fn name(&mut self) -> Result<String, TemplateError> {
        if self.peek() != Some('"') {
            return Ok(self.word().to_owned());
        }
        match self.argument()? {
            Value::String(name) => Ok(name),
            _ => Ok(String::new()),
        }
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Expression, TemplateError> {
        let expression = match (name, arguments) {
            ("random_int", [min, max]) => min
                .as_i64()
                .zip(max.as_i64())
                .filter(|(min, max)| min <= max)
                .map(|(min, max)| Expression::RandomInt { min, max }),
            ("random_choice", [_, ..]) => Some(Expression::RandomChoice(arguments.to_vec())),
            ("uuid4", []) => Some(Expression::Uuid4),
            ("counter", [] | [_] | [_, _]) => counter(arguments),
            ("timestamp", []) => Some(Expression::Timestamp(TimestampUnit::FractionalSeconds)),
            ("timestamp", [unit]) => unit
                .as_str()
                .and_then(TimestampUnit::from_argument)
                .map(Expression::Timestamp),
            ("user_id", []) => Some(Expression::UserId),
            ("iteration", []) => Some(Expression::Iteration),
            _ => None,
        };
        expression.ok_or_else(|| self.wrong_call(name))
    }

    fn wrong_call(&self, name: &str) -> TemplateError {
        let usage = match name {
            "random_int" => {
                "`random_int` takes two whole numbers, the smaller one first: `random_int(1, 5000)`"
            }
            "random_choice" => {
                "`random_choice` takes at least one value: `random_choice(\"a\", \"b\")`"
            }
            "counter" => {
                "`counter` takes up to two whole numbers, the start and a step that is not 0: `counter(100, 10)`"
            }
            "timestamp" => {
                "`timestamp` takes nothing, or one of `\"s\"`, `\"ms\"`, `\"us\"`, `\"ns\"`"
            }
            "uuid4" | "user_id" | "iteration" => {
                return self.error(
                    &format!("calls `{name}` with arguments"),
                    Some(format!("write `${{{name}()}}`")),
                );
            }
            _ => {
                let functions = FUNCTIONS.map(|(function, _)| function);
                let hint = nearest::hint(name, functions, "functions");
                return self.error(&format!("calls unknown function `{name}`"), hint);
            }
        };
        self.error(
            &format!("calls `{name}` with wrong arguments"),
            Some(usage.to_owned()),
        )
    }

    fn arguments(&mut self) -> Result<Vec<Value>, TemplateError> {
        let mut arguments = Vec::new();
        if self.eat(')') {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.argument()?);
            if self.eat(')') {
                return Ok(arguments);
            }
            if !self.eat(',') {
                return Err(self.error("has arguments that do not end", Some(CLOSED.to_owned())));
            }
        }
    }

    /// One JSON scalar.
    fn argument(&mut self) -> Result<Value, TemplateError> {
        self.rest = self.rest.trim_start();
        let end = if self.rest.starts_with('"') {
            end_of_string(self.rest)
        } else {
            self.rest.find([',', ')', '}'])
        };
        let (argument, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        serde_json::from_str::<Value>(argument)
            .ok()
            .filter(|value| !value.is_array() && !value.is_object())
            .ok_or_else(|| {
                let argument = argument.trim();
                if argument.is_empty() {
                    return self.error("has an empty argument", Some(CLOSED.to_owned()));
                }
                let hint = if argument.starts_with('\'') {
                    "texts stand in double quotes"
                } else {
                    "arguments are JSON: `5`, `2.5`, `\"text\"`, `true`, `false` or `null`"
                };
                self.error(
                    &format!("has the argument `{argument}`, which cannot be read"),
                    Some(hint.to_owned()),
                )
            })
    }

    fn word(&mut self) -> &'a str {
        self.rest = self.rest.trim_start();
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn peek(&self) -> Option<char> {
        self.rest.trim_start().chars().next()
    }

    fn eat(&mut self, expected: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(expected);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn error(&self, what: &str, hint: Option<String>) -> TemplateError {
        let end = self
            .placeholder
            .find('}')
            .map_or(self.placeholder.len(), |at| at + 1);
        let shown = &self.placeholder[..end];
        TemplateError {
            message: format!("`${{{shown}` {what}"),
            hint,
        }
    }
}

fn counter(arguments: &[Value]) -> Option<Expression> {
    let number =
        |index: usize, default: i64| arguments.get(index).map_or(Some(default), Value::as_i64);
    let (start, step) = (number(0, 0)?, number(1, 1)?);
    (step != 0).then_some(Expression::Counter { start, step })
}

/// Where the JSON string at the start of `text` ends.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return Some(at + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

fn examples() -> String {
    let examples = FUNCTIONS.map(|(_, example)| format!("`${{{example}}}`"));
    format!(
        "write one of {}, `${{data.POOL.FIELD}}` or `${{NAME}}` of an extracted value",
        examples.join(", ")
    )
}
