//! Values taken from answers into variables.

use indexmap::IndexMap;
use regex::bytes::Regex;
use serde_json_path::JsonPath;
use squall_plan::Extract;

use super::{Answer, shorten};
use crate::failure::{Failure, FailureClass};
use crate::template::CompileError;
use crate::values::{Bindings, Scope, Slot};

/// Everything that is taken from one answer.
#[derive(Clone, Debug, Default)]
pub struct Extractions {
    items: Vec<Item>,
}

#[derive(Clone, Debug)]
struct Item {
    name: String,
    variable: usize,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    /// A JSON pointer (RFC 6901), which the simple paths that most tests use come down to.
    Pointer(String),
    Path(JsonPath),
    Regex(Regex, usize),
    Header(String),
    Cookie(String),
}

impl Extractions {
    /// Compiles extractions, numbering their variables.
    ///
    /// # Errors
    /// An expression does not parse.
    pub fn compile(
        extract: &IndexMap<String, Extract>,
        scope: &mut Scope,
    ) -> Result<Self, CompileError> {
        let items = extract.iter().map(|(name, rule)| {
            let rule = Rule::compile(rule)?;
            Ok(Item {
                name: name.clone(),
                variable: scope.variable(name),
                rule,
            })
        });
        Ok(Self {
            items: items.collect::<Result<_, CompileError>>()?,
        })
    }

    /// Tells whether nothing is taken.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Tells whether the body must be kept.
    pub fn needs_body(&self) -> bool {
        self.items
            .iter()
            .any(|item| !matches!(item.rule, Rule::Header(_) | Rule::Cookie(_)))
    }

    /// Sets the variables; adds a failure for each value that is not there.
    pub fn take(&self, answer: &Answer<'_>, bindings: &mut Bindings, failures: &mut Vec<Failure>) {
        for item in &self.items {
            if item
                .rule
                .take(answer, bindings.slot_mut(item.variable))
                .is_none()
            {
                let message = format!("`{}` is not in the answer", item.name);
                failures.push(
                    Failure::new(FailureClass::Extract, message)
                        .with_detail(shorten(answer.body, 200)),
                );
            }
        }
    }
}

impl Rule {
    fn compile(rule: &Extract) -> Result<Self, CompileError> {
        let invalid = |text: &str, error: &dyn std::fmt::Display| {
            CompileError::Invalid(format!("`{text}`: {error}"))
        };
        Ok(match rule {
            Extract::Json(path) => match simple_pointer(path) {
                Some(pointer) => Self::Pointer(pointer),
                None => Self::Path(JsonPath::parse(path).map_err(|error| invalid(path, &error))?),
            },
            Extract::Regex(extract) => {
                let regex = Regex::new(&extract.pattern)
                    .map_err(|error| invalid(&extract.pattern, &error))?;
                let group = extract
                    .group
                    .unwrap_or(usize::from(regex.captures_len() > 1));
                Self::Regex(regex, group)
            }
            Extract::Header(name) => Self::Header(name.clone()),
            Extract::Cookie(name) => Self::Cookie(name.clone()),
        })
    }

    fn take(&self, answer: &Answer<'_>, slot: &mut Slot) -> Option<()> {
        match self {
            Self::Pointer(pointer) => slot.set_json(answer.json()?.pointer(pointer)?),
            Self::Path(path) => slot.set_json(path.query(answer.json()?).first()?),
            Self::Regex(regex, group) => {
                slot.set_text(regex.captures(answer.body)?.get(*group)?.as_bytes());
            }
            Self::Header(name) => slot.set_text(answer.headers.header(name)?),
            Self::Cookie(name) => slot.set_text(answer.headers.cookie(name)?),
        }
        Some(())
    }
}

/// Turns `$.a.b` into the pointer `/a/b`; anything else stays a path. Names of digits alone stay too: a pointer would also take them
/// as places in an array.
fn simple_pointer(path: &str) -> Option<String> {
    let names = path.strip_prefix("$.")?;
    let simple = |name: &str| {
        let mut characters = name.chars();
        characters
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    names
        .split('.')
        .all(simple)
        .then(|| format!("/{}", names.replace('.', "/")))
}
