//! Rows of a data pool, shared by all threads.

use indexmap::IndexMap;
use serde_json::Value;
use thiserror::Error;

use super::ValueKind;

/// One field of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What the text is.
    pub kind: ValueKind,
    /// The value.
    pub text: Box<str>,
}

impl Cell {
    /// Creates a cell from a JSON value; a string becomes text.
    pub fn from_json(value: &Value) -> Self {
        match value {
            Value::String(text) => Self {
                kind: ValueKind::Text,
                text: text.as_str().into(),
            },
            other => Self {
                kind: ValueKind::Json,
                text: other.to_string().into(),
            },
        }
    }

    /// Creates a cell that holds a text.
    pub fn from_text(text: &str) -> Self {
        Self {
            kind: ValueKind::Text,
            text: text.into(),
        }
    }
}

/// Why rows do not make a table.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableError {
    /// A row lacks a field that the first row has.
    #[error("row {row} has no field `{field}`, which row 1 has")]
    MissingField {
        /// Number of the row, from 1.
        row: usize,
        /// The field.
        field: String,
    },
}

/// The rows of one data pool.
#[derive(Clone, Debug, Default)]
pub struct Table {
    fields: Vec<String>,
    cells: Vec<Cell>,
    rows: usize,
}

impl Table {
    /// Creates an empty table with these fields.
    pub fn new(fields: Vec<String>) -> Self {
        Self {
            fields,
            cells: Vec::new(),
            rows: 0,
        }
    }

    /// Creates a table from JSON objects; its fields are those of the first row.
    ///
    /// # Errors
    /// A later row lacks a field of the first.
    pub fn from_rows(rows: &[IndexMap<String, Value>]) -> Result<Self, TableError> {
        let fields = rows
            .first()
            .map(|row| row.keys().cloned().collect())
            .unwrap_or_default();
        let mut table = Self::new(fields);
        for (index, row) in rows.iter().enumerate() {
            let cells = table.fields.iter().map(|field| {
                let missing = || TableError::MissingField {
                    row: index + 1,
                    field: field.clone(),
                };
                row.get(field).map(Cell::from_json).ok_or_else(missing)
            });
            let cells = cells.collect::<Result<Vec<_>, _>>()?;
            table.push(cells);
        }
        Ok(table)
    }

    /// Adds a row; cells beyond the fields are cut off, missing ones are empty texts.
    pub fn push(&mut self, mut cells: Vec<Cell>) {
        cells.resize(self.fields.len(), Cell::from_text(""));
        self.cells.extend(cells);
        self.rows += 1;
    }

    /// Names of the fields, in order.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Number of a field.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field == name)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns one cell.
    pub fn cell(&self, row: usize, field: usize) -> Option<&Cell> {
        self.cells.get(row * self.fields.len() + field)
    }
}
