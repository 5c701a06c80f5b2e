//! Runs that are stored.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use squall_html::data::ReportData;
use squall_html::{ReportError, RunDocuments};
use squall_store::StoreError;
use thiserror::Error;

/// Why a stored run cannot be shown.
#[derive(Debug, Error)]
pub(crate) enum StoredError {
    #[error("there is no run `{0}`")]
    Unknown(String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Lists stored runs as `squall history --format json` does; the one of that id goes on here.
pub(crate) fn list(runs: &Path, live: Option<&str>) -> serde_json::Result<Value> {
    let mut all = Vec::new();
    for run in squall_store::list(runs) {
        let is_live = live == Some(run.id.as_str());
        let mut run = serde_json::to_value(run)?;
        if is_live {
            run["live"] = Value::Bool(true);
        }
        all.push(run);
    }
    Ok(json!({ "runs": all }))
}

/// Finds a run by its whole id: no path, and nothing outside of the folder, has one.
pub(crate) fn find(runs: &Path, id: &str) -> Result<PathBuf, StoredError> {
    let mut all = squall_store::list(runs).into_iter();
    let found = all.find(|run| run.id == id);
    found
        .map(|run| run.path)
        .ok_or_else(|| StoredError::Unknown(id.to_owned()))
}

/// Reads what a page shows of a run.
pub(crate) fn data(directory: &Path) -> Result<ReportData, StoredError> {
    let documents = documents(directory)?;
    Ok(squall_html::report_data(&documents, intervals(directory)?)?)
}

/// Makes the report of a run.
pub(crate) fn report(directory: &Path) -> Result<String, StoredError> {
    let documents = documents(directory)?;
    Ok(squall_html::page(&documents, || intervals(directory))?)
}

fn documents(directory: &Path) -> Result<RunDocuments, StoredError> {
    Ok(RunDocuments {
        summary: squall_store::read_json(&directory.join("summary.json"))?,
        // A run without its plan is shown all the same.
        plan: squall_store::read_json(&directory.join("plan.json")).ok(),
        exemplars: squall_store::read_json(&directory.join("exemplars.json")).ok(),
    })
}

fn intervals(directory: &Path) -> io::Result<BufReader<Box<dyn Read>>> {
    let reader: Box<dyn Read> = match File::open(directory.join("intervals.jsonl")) {
        Ok(file) => Box::new(file),
        // The summary alone is worth a look.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Box::new(io::empty()),
        Err(error) => return Err(error),
    };
    Ok(BufReader::new(reader))
}
