//! Rows as Apache Parquet.

use std::io::Write;
use std::sync::Arc;

use jiff::Timestamp;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::ExportError;
use crate::columns::{COLUMNS, Column, Values};
use crate::row::Row;

/// Rows that are kept before they are written: some ten megabytes.
const GROUP: usize = 32_768;
/// Level of a value that is there, where there may be none.
const THERE: i16 = 1;
const MISSING: i16 = 0;

/// Writes rows as a Parquet file, column by column in groups of rows, packed with Snappy, which every reader knows.
pub struct ParquetRows<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    waiting: Vec<Row>,
}

impl<W: Write + Send> ParquetRows<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// `to` takes nothing.
    pub fn new(to: W) -> Result<Self, ExportError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("squall ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = SerializedFileWriter::new(to, schema()?, Arc::new(properties))?;
        Ok(Self {
            writer,
            waiting: Vec::new(),
        })
    }

    /// Takes rows.
    ///
    /// # Errors
    /// `to` takes nothing.
    pub fn write(&mut self, mut rows: Vec<Row>) -> Result<(), ExportError> {
        self.waiting.append(&mut rows);
        if self.waiting.len() >= GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what is left, and the end of the file: without that it cannot be read.
    ///
    /// # Errors
    /// `to` takes nothing.
    pub fn finish(mut self) -> Result<(), ExportError> {
        if !self.waiting.is_empty() {
            self.write_group()?;
        }
        self.writer.close()?;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ExportError> {
        let rows = std::mem::take(&mut self.waiting);
        let mut group = self.writer.next_row_group()?;
        for column in &COLUMNS {
            let missing = || ParquetError::General(format!("no column for {}", column.name));
            let mut writer = group.next_column()?.ok_or_else(missing)?;
            write_column(&mut writer, column, &rows)?;
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> std::fmt::Debug for ParquetRows<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let waiting = &self.waiting.len();
        f.debug_struct("ParquetRows")
            .field("waiting", waiting)
            .finish_non_exhaustive()
    }
}

fn schema() -> Result<TypePtr, ParquetError> {
    let fields: Result<Vec<TypePtr>, ParquetError> = COLUMNS
        .iter()
        .map(|column| Ok(Arc::new(field(column)?)))
        .collect();
    let schema = Type::group_type_builder("squall").with_fields(fields?);
    Ok(Arc::new(schema.build()?))
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical, repetition) = match column.values {
        Values::Text(_) => {
            let text = LogicalType::String;
            (Physical::BYTE_ARRAY, Some(text), Repetition::REQUIRED)
        }
        Values::Time(_) => {
            let time = LogicalType::timestamp(true, TimeUnit::MILLIS);
            (Physical::INT64, Some(time), Repetition::OPTIONAL)
        }
        Values::Count(_) => (Physical::INT64, None, Repetition::REQUIRED),
        Values::Number(_) => (Physical::DOUBLE, None, Repetition::OPTIONAL),
    };
    Type::primitive_type_builder(column.name, physical)
        .with_logical_type(logical)
        .with_repetition(repetition)
        .build()
}

fn write_column(
    writer: &mut SerializedColumnWriter<'_>,
    column: &Column,
    rows: &[Row],
) -> Result<(), ParquetError> {
    match column.values {
        Values::Text(of) => {
            let texts: Vec<ByteArray> = rows.iter().map(|row| of(row).into()).collect();
            writer
                .typed::<ByteArrayType>()
                .write_batch(&texts, None, None)?;
        }
        Values::Count(of) => {
            let counts = rows.iter().map(|row| i64::try_from(of(row)));
            let counts: Vec<i64> = counts.map(|count| count.unwrap_or(i64::MAX)).collect();
            writer
                .typed::<Int64Type>()
                .write_batch(&counts, None, None)?;
        }
        Values::Time(of) => {
            let times = rows
                .iter()
                .map(|row| of(row).map(Timestamp::as_millisecond));
            let (there, levels) = levels(times);
            writer
                .typed::<Int64Type>()
                .write_batch(&there, Some(&levels), None)?;
        }
        Values::Number(of) => {
            let (there, levels) = levels(rows.iter().map(of));
            writer
                .typed::<DoubleType>()
                .write_batch(&there, Some(&levels), None)?;
        }
    }
    Ok(())
}

/// The values that are there, and for each row whether its is.
fn levels<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut there, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(if value.is_some() { THERE } else { MISSING });
        there.extend(value);
    }
    (there, levels)
}
