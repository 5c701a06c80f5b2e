//! Why there is no export.

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A row cannot be written as CSV.
    #[error("cannot write the rows as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// The last rows cannot be written.
    #[error("cannot write the rows: {0}")]
    Write(#[from] std::io::Error),
    /// Rows cannot be written as Parquet.
    #[error("cannot write the rows as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}
