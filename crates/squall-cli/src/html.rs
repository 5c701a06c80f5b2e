//! The HTML report of a run: from the files of its directory to one file.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::Context as _;
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

fn write(documents: &RunDocuments, directory: &Path, to: &Path) -> anyhow::Result<()> {
    let path = directory.join("intervals.jsonl");
    let open = || match File::open(&path) {
        Ok(file) => Ok(Box::new(file) as Box<dyn Read>),
        // The summary alone is worth a report.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Box::new(io::empty()) as _),
        Err(error) => Err(error),
    };
    let page = squall_html::page(documents, || open().map(BufReader::new))?;
    // As a whole or not at all: somebody may have the page of before open.
    let mut beside = to.as_os_str().to_owned();
    beside.push(".part");
    fs::write(&beside, page)
        .and_then(|()| fs::rename(&beside, to))
        .with_context(|| format!("cannot write `{}`", to.display()))
}

/// Reads a document; one that is not there is none.
fn read_json(path: &Path) -> anyhow::Result<Option<serde_json::Value>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display()))?,
    };
    let document = serde_json::from_slice(&text);
    document.with_context(|| format!("`{}` is no JSON", path.display()))
}
