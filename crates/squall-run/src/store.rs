//! The run's directory: written as the run goes, so that a killed process leaves what was measured.
//!
//! | file | holds | written |
//! |---|---|---|
//! | `plan.json` | the plan as it ran, its seed filled in | at the start |
//! | `intervals.jsonl` | a line `{"series": …}` whenever names are new, and a line per interval | each second |
//! | `summary.json` | [`squall_metrics::summary::Summary`] | at the end |
//! | `controls.jsonl` | a line per change, mark and note, where there is one | as it happens |
//! | `exemplars.json` | single operations, without secrets: [`squall_metrics::exemplar_summary::ExemplarFile`] | at the end |
//! | `report.html` | the report of `squall-html`, which the command writes | at the end |
//! | `run.log` | what happened when | as it happens |

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use squall_metrics::exemplar_summary::ExemplarFile;
use squall_metrics::summary::Summary;
use squall_metrics::{Interval, SeriesSnapshot, SeriesTable};
use squall_plan::Plan;
use squall_store::lock::RunLock;

use crate::StartError;

/// The directory of one run.
#[derive(Clone, Debug)]
pub struct RunDirectory {
    path: PathBuf,
    /// Says that the run is under way; the last copy takes it along.
    _lock: Arc<RunLock>,
}

impl RunDirectory {
    /// Creates the directory and stores the plan in it.
    pub(crate) fn create(runs: &Path, id: &str, plan: &Plan) -> Result<Self, StartError> {
        let path = runs.join(id);
        let failed = |path: &Path, source| StartError::Store {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(&path).map_err(|error| failed(&path, error))?;
        let file = path.join("plan.json");
        let json = serde_json::to_vec_pretty(plan).map_err(std::io::Error::from);
        let lock = json
            .and_then(|json| RunLock::write_plan(&path, &json))
            .map_err(|error| failed(&file, error))?;
        Ok(Self {
            path,
            _lock: Arc::new(lock),
        })
    }

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file of the run's log for appending.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn open_log(&self) -> std::io::Result<File> {
        File::options()
            .create(true)
            .append(true)
            .open(self.path.join("run.log"))
    }

    /// Creates the file of what is changed of the run while it goes.
    pub(crate) fn controls(&self) -> std::io::Result<File> {
        File::create(self.path.join("controls.jsonl"))
    }

    pub(crate) fn intervals(&self) -> std::io::Result<IntervalFile> {
        let file = File::create(self.path.join("intervals.jsonl"))?;
        Ok(IntervalFile {
            file,
            known: 0,
            lines: Vec::new(),
        })
    }

    pub(crate) fn store_summary(&self, summary: &Summary) -> std::io::Result<()> {
        let path = self.path.join("summary.json");
        write_json(&path, summary)
    }

    pub(crate) fn store_exemplars(&self, exemplars: &ExemplarFile) -> std::io::Result<()> {
        write_json(&self.path.join("exemplars.json"), exemplars)
    }
}

/// Writes a document as a whole or not at all: to a file beside it, which then takes its place.
///
/// # Errors
/// The file cannot be written.
pub fn write_json(path: &Path, document: &impl serde::Serialize) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let json = serde_json::to_vec_pretty(document)?;
    fs::write(&beside, json)?;
    fs::rename(&beside, path)
}

/// `intervals.jsonl`.
#[derive(Debug)]
pub(crate) struct IntervalFile {
    file: File,
    known: usize,
    lines: Vec<u8>,
}

impl IntervalFile {
    /// Appends an interval, and before it the names it is the first to use.
    ///
    /// Everything is written in one piece, so that a process that is killed can leave no line torn but the last.
    pub(crate) fn append(
        &mut self,
        interval: &Interval,
        table: &SeriesTable,
    ) -> std::io::Result<()> {
        self.lines.clear();
        if table.len() > self.known {
            let snapshot: SeriesSnapshot = table.snapshot();
            self.known = snapshot.series.len();
            serde_json::to_writer(&mut self.lines, &serde_json::json!({ "series": snapshot }))?;
            self.lines.push(b'\n');
        }
        serde_json::to_writer(&mut self.lines, interval)?;
        self.lines.push(b'\n');
        self.file.write_all(&self.lines)
    }
}
