use std::fmt;

use super::Expression;

/// A template taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedTemplate {
    /// Texts and placeholders in order; no text is empty, no two texts are neighbours.
    pub parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text that is always the same.
    Text(String),
    /// Something filled in.
    Placeholder(Placeholder),
}

/// Something filled in: `${expression}` or `${expression|string}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Placeholder {
    /// What it is filled with.
    pub expression: Expression,
    /// How it looks where it is a whole JSON value.
    pub rendering: Rendering,
}

/// How a placeholder that is a whole JSON value is rendered there. Anywhere else it is text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rendering {
    /// As its own JSON type.
    #[default]
    Native,
    /// `|string`: as a JSON string.
    String,
}

impl ParsedTemplate {
    /// True if there is no placeholder.
    pub fn is_constant(&self) -> bool {
        self.constant().is_some()
    }

    /// The text, if there is no placeholder.
    pub fn constant(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The placeholder, if there is nothing else.
    pub fn whole_placeholder(&self) -> Option<&Placeholder> {
        match self.parts.as_slice() {
            [Part::Placeholder(placeholder)] => Some(placeholder),
            _ => None,
        }
    }

    /// The placeholders in order.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder(placeholder) => Some(placeholder),
            Part::Text(_) => None,
        })
    }
}

impl fmt::Display for ParsedTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Dollars that may still turn out to stand right before a brace, and so to need doubling.
        let mut dollars = 0;
        for part in &self.parts {
            match part {
                Part::Text(text) => dollars = write_text(f, text, dollars)?,
                Part::Placeholder(placeholder) => {
                    write_dollars(f, 2 * dollars)?;
                    dollars = 0;
                    write!(f, "{placeholder}")?;
                }
            }
        }
        write_dollars(f, dollars)
    }
}

/// Writes `text` but for the dollars at its end, which it counts.
fn write_text(
    f: &mut fmt::Formatter<'_>,
    text: &str,
    mut dollars: usize,
) -> Result<usize, fmt::Error> {
    for c in text.chars() {
        if c == '$' {
            dollars += 1;
        } else {
            write_dollars(f, if c == '{' { 2 * dollars } else { dollars })?;
            dollars = 0;
            write!(f, "{c}")?;
        }
    }
    Ok(dollars)
}

fn write_dollars(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    (0..count).try_for_each(|_| f.write_str("$"))
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = match self.rendering {
            Rendering::Native => "",
            Rendering::String => "|string",
        };
        write!(f, "${{{}{suffix}}}", self.expression)
    }
}
