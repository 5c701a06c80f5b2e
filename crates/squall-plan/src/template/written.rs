use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parser;
use super::{ParsedTemplate, Part, TemplateError};

/// A string that may hold placeholders, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Template(String);

impl Template {
    /// A template that renders as exactly `text`, whatever is in it.
    pub fn literal(text: &str) -> Self {
        Self(
            ParsedTemplate {
                parts: vec![Part::Text(text.to_owned())],
            }
            .to_string(),
        )
    }

    /// The template as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes the template apart.
    ///
    /// # Errors
    /// If a placeholder is not closed, calls an unknown function, or has wrong arguments.
    pub fn parse(&self) -> Result<ParsedTemplate, TemplateError> {
        parser::parse(&self.0)
    }
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Template {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
