//! From a parsed template to parts with numbers instead of names.

use squall_plan::template::{Rendering, TimestampUnit};
use squall_plan::{Expression, ParsedTemplate, Part, Placeholder, Template};
use thiserror::Error;

use super::Encoding;
use crate::values::{Cell, Counter, Scope};

/// Why a template cannot be compiled. A checked plan gives none of these, save for fields of data files.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileError {
    /// The template does not parse.
    #[error("{0}")]
    Syntax(String),
    /// A pool or one of its fields is not there.
    #[error("data pool `{pool}` has no field `{field}`")]
    UnknownField {
        /// The pool.
        pool: String,
        /// The field.
        field: String,
    },
    /// Something in the step does not hold: a URL, a status set, an expression.
    #[error("{0}")]
    Invalid(String),
}

/// Where a placeholder's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// An even draw from `min..=max`.
    RandomInt {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// An even draw from a list.
    RandomChoice(Box<[Cell]>),
    /// A random UUID, version 4.
    Uuid4,
    /// A counter by number.
    Counter(usize),
    /// Unix time divided by this many nanoseconds; 0 gives seconds as a fraction.
    Timestamp(u64),
    /// Number of the virtual user.
    UserId,
    /// Number of the iteration.
    Iteration,
    /// A field of a pool's current row.
    Field {
        /// Number of the pool.
        pool: usize,
        /// Number of the field.
        field: usize,
    },
    /// A variable by number.
    Variable(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Bytes(Box<[u8]>),
    Value(Source, Encoding),
}

/// A template ready to be rendered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compiled {
    pub(super) pieces: Vec<Piece>,
}

impl Compiled {
    /// Creates an empty template, to which parts are added.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compiles a template; its own text is written as it is, its placeholders in `encoding`.
    ///
    /// # Errors
    /// The template does not parse or names a field that is not there.
    pub fn from_template(
        template: &Template,
        encoding: Encoding,
        scope: &mut Scope,
    ) -> Result<Self, CompileError> {
        let mut compiled = Self::new();
        compiled.push_template(template, encoding, scope)?;
        Ok(compiled)
    }

    /// Adds text.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Some(Piece::Bytes(last)) = self.pieces.last_mut() {
            let mut joined = std::mem::take(last).into_vec();
            joined.extend_from_slice(bytes);
            *last = joined.into_boxed_slice();
        } else {
            self.pieces.push(Piece::Bytes(bytes.into()));
        }
    }

    /// Adds a template; its own text is written as it is.
    ///
    /// # Errors
    /// As [`Compiled::from_template`].
    pub fn push_template(
        &mut self,
        template: &Template,
        encoding: Encoding,
        scope: &mut Scope,
    ) -> Result<(), CompileError> {
        let parsed = parse(template)?;
        for part in &parsed.parts {
            match part {
                Part::Text(text) => self.push_bytes(text.as_bytes()),
                Part::Placeholder(placeholder) => {
                    self.push_placeholder(placeholder, encoding, scope)?;
                }
            }
        }
        Ok(())
    }

    /// Adds a template whose own text is encoded as well as its placeholders.
    ///
    /// # Errors
    /// As [`Compiled::from_template`].
    pub fn push_encoded(
        &mut self,
        template: &Template,
        encoding: Encoding,
        scope: &mut Scope,
    ) -> Result<(), CompileError> {
        let parsed = parse(template)?;
        let mut text_out = Vec::new();
        for part in &parsed.parts {
            match part {
                Part::Text(text) => {
                    text_out.clear();
                    encoding.write_text(text.as_bytes(), &mut text_out);
                    self.push_bytes(&text_out);
                }
                Part::Placeholder(placeholder) => {
                    self.push_placeholder(placeholder, encoding, scope)?;
                }
            }
        }
        Ok(())
    }

    /// Adds a placeholder.
    ///
    /// # Errors
    /// The placeholder names a field that is not there.
    pub fn push_placeholder(
        &mut self,
        placeholder: &Placeholder,
        encoding: Encoding,
        scope: &mut Scope,
    ) -> Result<(), CompileError> {
        let encoding = match (encoding, placeholder.rendering) {
            (Encoding::JsonValue, Rendering::String) => Encoding::JsonQuoted,
            (encoding, _) => encoding,
        };
        let source = Source::compile(&placeholder.expression, scope)?;
        self.pieces.push(Piece::Value(source, encoding));
        Ok(())
    }

    /// Adds another compiled template.
    pub fn push(&mut self, other: Self) {
        for piece in other.pieces {
            match piece {
                Piece::Bytes(bytes) => self.push_bytes(&bytes),
                value @ Piece::Value(..) => self.pieces.push(value),
            }
        }
    }

    /// Returns where the values of the placeholders come from.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(source, _) => Some(source),
            Piece::Bytes(_) => None,
        })
    }

    /// Returns the bytes if no placeholder is in the template.
    pub fn as_constant(&self) -> Option<&[u8]> {
        match self.pieces.as_slice() {
            [] => Some(&[]),
            [Piece::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }
}

pub(super) fn parse(template: &Template) -> Result<ParsedTemplate, CompileError> {
    template
        .parse()
        .map_err(|error| CompileError::Syntax(error.to_string()))
}

impl Source {
    fn compile(expression: &Expression, scope: &mut Scope) -> Result<Self, CompileError> {
        Ok(match expression {
            Expression::RandomInt { min, max } => Self::RandomInt {
                min: *min,
                max: *max,
            },
            Expression::RandomChoice(values) => {
                Self::RandomChoice(values.iter().map(Cell::from_json).collect())
            }
            Expression::Uuid4 => Self::Uuid4,
            Expression::Counter { start, step } => Self::Counter(scope.counter(Counter {
                start: *start,
                step: *step,
            })),
            Expression::Timestamp(unit) => Self::Timestamp(nanoseconds(*unit)),
            Expression::UserId => Self::UserId,
            Expression::Iteration => Self::Iteration,
            Expression::Variable(name) => Self::Variable(scope.variable(name)),
            Expression::Data { pool, field } => {
                let unknown = || CompileError::UnknownField {
                    pool: pool.clone(),
                    field: field.clone(),
                };
                let (pool, field) = scope.field(pool, field).ok_or_else(unknown)?;
                Self::Field { pool, field }
            }
        })
    }
}

/// Returns nanoseconds per unit; 0 stands for seconds with a fraction.
fn nanoseconds(unit: TimestampUnit) -> u64 {
    match unit {
        TimestampUnit::FractionalSeconds => 0,
        TimestampUnit::Seconds => 1_000_000_000,
        TimestampUnit::Milliseconds => 1_000_000,
        TimestampUnit::Microseconds => 1_000,
        TimestampUnit::Nanoseconds => 1,
    }
}
