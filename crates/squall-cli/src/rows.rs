//! A stored run second by second, for programs that analyse data.

use std::io::Write;
use std::path::Path;

use squall_export::{CsvRows, ExportError, ParquetRows, Row, RunSpan};
use squall_metrics::summary::Summary;
use squall_store::intervals::read_intervals;

/// Writes a row for each second and series as CSV.
pub(crate) fn csv(summary: &Summary, directory: &Path, to: impl Write) -> anyhow::Result<()> {
    let mut writer = CsvRows::new(to)?;
    each(summary, directory, |rows| writer.write(&rows))?;
    Ok(writer.finish()?)
}

/// Writes a row for each second and series as Parquet.
pub(crate) fn parquet(
    summary: &Summary,
    directory: &Path,
    to: impl Write + Send,
) -> anyhow::Result<()> {
    let mut writer = ParquetRows::new(to)?;
    each(summary, directory, |rows| writer.write(rows))?;
    Ok(writer.finish()?)
}

/// Gives the rows of each second; one second is in memory at a time.
fn each(
    summary: &Summary,
    directory: &Path,
    mut take: impl FnMut(Vec<Row>) -> Result<(), ExportError>,
) -> anyhow::Result<()> {
    let run = RunSpan::from(&summary.run);
    let mut taken = Ok(());
    read_intervals(directory, |interval, names| {
        if taken.is_ok() {
            taken = take(Row::of_second(&run, interval, names));
        }
    })?;
    Ok(taken?)
}
