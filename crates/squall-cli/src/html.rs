//! HTML: the report of a run, and the page of a comparison, from the files of runs to one file.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;
use squall_compare::Comparison;
use squall_html::RunDocuments;
use squall_run::FinishedRun;

/// Name of the report within the run's directory.
pub(crate) const FILE: &str = "report.html";

/// Name of the file of the exemplars within the run's directory.
const EXEMPLARS: &str = "exemplars.json";

/// Writes the report of a run that has just ended into its directory; one that cannot be written must not fail the run.
pub(crate) fn store(run: &FinishedRun) {
    if !squall_html::is_built() {
        tracing::info!("there is no report.html: this program was built without npm");
        return;
    }
    let written = read_json(&run.directory.join("plan.json"))
        .and_then(|plan| Ok(RunDocuments::new(&run.summary, plan)?))
        .and_then(|documents| {
            Ok(documents.with_exemplars(read_json(&run.directory.join(EXEMPLARS))?))
        })
        .and_then(|documents| write(&documents, &run.directory, &run.directory.join(FILE)));
    if let Err(error) = written {
        tracing::warn!("the report could not be written: {error:#}");
    }
}

/// Returns where the report of a run is, if it has one.
pub(crate) fn written(directory: &Path) -> Option<String> {
    let path = directory.join(FILE);
    path.is_file().then(|| path.display().to_string())
}

/// Writes the report of a stored run.
///
/// # Errors
/// The run has no summary, its files cannot be read, the report cannot be written, or the program was built without it.
pub(crate) fn write_stored(directory: &Path, to: &Path) -> anyhow::Result<()> {
    let summary = read_json(&directory.join("summary.json"))?;
    let documents = RunDocuments {
        summary: summary.with_context(|| {
            format!(
                "`{}` is no finished run: it has no `summary.json`",
                directory.display()
            )
        })?,
        plan: read_json(&directory.join("plan.json"))?,
        exemplars: read_json(&directory.join(EXEMPLARS))?,
    };
    write(&documents, directory, to)
}

/// Writes the page of a comparison; `folders` are those of the base and of the others, in the order of the comparison.
///
/// # Errors
/// As [`write_stored`].
pub(crate) fn write_comparison(
    comparison: &Comparison,
    folders: &[PathBuf],
    to: &Path,
) -> anyhow::Result<()> {
    let summaries = folders.iter().map(|folder| {
        let summary = read_json(&folder.join("summary.json"))?;
        Ok(summary.unwrap_or_default())
    });
    let summaries: Vec<Value> = summaries.collect::<anyhow::Result<_>>()?;
    let page = squall_html::comparison_page(comparison, &summaries, |at| intervals(&folders[at]))?;
    put(&page, to)
}

fn write(documents: &RunDocuments, directory: &Path, to: &Path) -> anyhow::Result<()> {
    put(&squall_html::page(documents, || intervals(directory))?, to)
}

/// Opens the intervals of a run.
fn intervals(directory: &Path) -> io::Result<BufReader<Box<dyn Read>>> {
    let source: Box<dyn Read> = match File::open(directory.join("intervals.jsonl")) {
        Ok(file) => Box::new(file),
        // The summary alone is worth a report.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Box::new(io::empty()),
        Err(error) => return Err(error),
    };
    Ok(BufReader::new(source))
}

/// Writes a page as a whole or not at all: somebody may have the one of before open.
fn put(page: &str, to: &Path) -> anyhow::Result<()> {
    let mut beside = to.as_os_str().to_owned();
    beside.push(".part");
    fs::write(&beside, page)
        .and_then(|()| fs::rename(&beside, to))
        .with_context(|| format!("cannot write `{}`", to.display()))
}

/// Reads a document; one that is not there is none.
fn read_json(path: &Path) -> anyhow::Result<Option<Value>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display()))?,
    };
    let document = serde_json::from_slice(&text);
    document.with_context(|| format!("`{}` is no JSON", path.display()))
}
