//! Rows as text.

use std::io::Write;

use csv::{Writer, WriterBuilder};

use crate::ExportError;
use crate::columns::{COLUMNS, Column, Values};
use crate::row::Row;

/// Writes rows as RFC 4180 has it: names first, numbers with a point, and nothing where there is no number.
#[derive(Debug)]
pub struct CsvRows<W: Write> {
    writer: Writer<W>,
}

impl<W: Write> CsvRows<W> {
    /// Writes the names of the columns.
    ///
    /// # Errors
    /// `to` takes nothing.
    pub fn new(to: W) -> Result<Self, ExportError> {
        let mut writer = WriterBuilder::new().from_writer(to);
        writer.write_record(COLUMNS.map(|column| column.name))?;
        Ok(Self { writer })
    }

    /// Writes rows.
    ///
    /// # Errors
    /// `to` takes nothing.
    pub fn write(&mut self, rows: &[Row]) -> Result<(), ExportError> {
        for row in rows {
            let cells = COLUMNS.iter().map(|column| cell(column, row));
            self.writer.write_record(cells)?;
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// `to` takes nothing.
    pub fn finish(mut self) -> Result<(), ExportError> {
        Ok(self.writer.flush()?)
    }
}

fn cell(column: &Column, row: &Row) -> String {
    match column.values {
        Values::Text(of) => of(row).to_owned(),
        Values::Time(of) => of(row).map_or_else(String::new, |time| format!("{time:.3}")),
        Values::Count(of) => of(row).to_string(),
        Values::Number(of) => of(row).map_or_else(String::new, |number| number.to_string()),
    }
}
