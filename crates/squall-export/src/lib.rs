//! A run second by second, for programs that analyse data: one row for each second and series, as CSV or as Apache Parquet.
//!
//! Reading order: [`row`] (what a row is made of), [`columns`] (the one table of columns that both formats write), [`csv`](CsvRows) and
//! [`parquet`](ParquetRows).
//!
//! It opens no file and reads no clock: the caller hands over intervals, and something to write to.

pub mod columns;
mod csv;
mod error;
mod parquet;
pub mod row;

pub use csv::CsvRows;
pub use error::ExportError;
pub use parquet::ParquetRows;
pub use row::{Row, RunSpan};
