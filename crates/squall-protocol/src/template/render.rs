//! Rendering compiled templates into bytes.

use std::io::Write as _;

use thiserror::Error;

use super::compile::Piece;
use super::{Compiled, Encoding, Source};
use crate::values::{Bindings, Cell, ValueKind};

/// Why a template could not be rendered.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenderError {
    /// A variable has no value in this iteration; the number is its place in the scope.
    #[error("variable {0} has no value")]
    Unset(usize),
}

impl Compiled {
    /// Writes the template with the values of `bindings`; `now` is a moment of the run's clock.
    ///
    /// # Errors
    /// A variable that the template needs was not extracted in this iteration.
    #[inline]
    pub fn render(
        &self,
        bindings: &mut Bindings,
        now: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), RenderError> {
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => out.extend_from_slice(bytes),
                Piece::Value(source, encoding) => source.render(*encoding, bindings, now, out)?,
            }
        }
        Ok(())
    }
}

impl Source {
    fn render(
        &self,
        encoding: Encoding,
        bindings: &mut Bindings,
        now: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), RenderError> {
        match self {
            Self::RandomInt { min, max } => {
                let span = max.wrapping_sub(*min).cast_unsigned().wrapping_add(1);
                write_integer(
                    min.wrapping_add(bindings.random_below(span).cast_signed()),
                    encoding,
                    out,
                );
            }
            Self::RandomChoice(values) => {
                let index = bindings.random_below(values.len() as u64);
                write_cell(&values[usize::try_from(index).unwrap_or(0)], encoding, out);
            }
            Self::Uuid4 => {
                let mut buffer = uuid::Uuid::encode_buffer();
                let id = uuid::Builder::from_random_bytes(bindings.random_bytes()).into_uuid();
                encoding.write_text(id.hyphenated().encode_lower(&mut buffer).as_bytes(), out);
            }
            Self::Counter(counter) => write_integer(bindings.next_count(*counter), encoding, out),
            Self::Timestamp(unit) => write_time(bindings.unix_ns(now), *unit, encoding, out),
            Self::UserId => write_integer(bindings.ids().user, encoding, out),
            Self::Iteration => write_integer(bindings.ids().iteration, encoding, out),
            Self::Field { pool, field } => {
                if let Some(cell) = bindings.cell(*pool, *field) {
                    write_cell(cell, encoding, out);
                }
            }
            Self::Variable(variable) => match bindings.slot(*variable).get() {
                None => return Err(RenderError::Unset(*variable)),
                Some((ValueKind::Text, text)) => encoding.write_text(text, out),
                Some((ValueKind::Json, json)) => encoding.write_json(json, out),
            },
        }
        Ok(())
    }
}

fn write_integer(value: impl itoa::Integer, encoding: Encoding, out: &mut Vec<u8>) {
    encoding.write_json(itoa::Buffer::new().format(value).as_bytes(), out);
}

fn write_cell(cell: &Cell, encoding: Encoding, out: &mut Vec<u8>) {
    match cell.kind {
        ValueKind::Text => encoding.write_text(cell.text.as_bytes(), out),
        ValueKind::Json => encoding.write_json(cell.text.as_bytes(), out),
    }
}

fn write_time(unix_ns: u64, unit: u64, encoding: Encoding, out: &mut Vec<u8>) {
    if let Some(whole) = unix_ns.checked_div(unit) {
        return write_integer(whole, encoding, out);
    }
    let mut text = [0_u8; 32];
    let mut left = text.as_mut_slice();
    let written = write!(
        left,
        "{}.{:06}",
        unix_ns / 1_000_000_000,
        unix_ns % 1_000_000_000 / 1_000
    );
    let used = 32 - left.len();
    if written.is_ok() {
        encoding.write_json(&text[..used], out);
    }
}
