//! From a run's directory to what the index says of it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::UNIX_EPOCH;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use squall_metrics::summary::{SCHEMA_VERSION, Summary};

use crate::entry::{RunEntry, RunState};
use crate::error::StoreError;
use crate::intervals;

/// What of `plan.json` is of interest, whatever version wrote it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct StoredPlan {
    /// Name of the plan.
    #[serde(default)]
    pub name: String,
    /// Its tags.
    #[serde(default)]
    pub tags: IndexMap<String, String>,
}

/// Reads the summary of a run.
///
/// # Errors
/// It is not there, broken, or written by a newer version.
pub fn read_summary(directory: &Path) -> Result<Summary, StoreError> {
    let path = directory.join("summary.json");
    let document: Value = read_json(&path).map_err(|error| match error {
        StoreError::Read { source, .. } if source.kind() == ErrorKind::NotFound => {
            no_summary(directory)
        }
        error => error,
    })?;
    let version = document["schema_version"].as_u64().unwrap_or(0);
    if version > u64::from(SCHEMA_VERSION) {
        return Err(StoreError::Newer {
            path,
            version,
            known: SCHEMA_VERSION,
        });
    }
    Summary::deserialize(document).map_err(|error| StoreError::Broken {
        path,
        cause: error.to_string(),
    })
}

fn no_summary(directory: &Path) -> StoreError {
    let name = directory.file_name().unwrap_or(directory.as_os_str());
    let why = if !directory.join("plan.json").exists() {
        "there is no run in that folder"
    } else if crate::lock::is_under_way(directory) {
        "it is under way"
    } else {
        "it was killed before its end"
    };
    StoreError::NoSummary {
        id: name.display().to_string(),
        why,
    }
}

/// Reads what is of interest of the plan of a run; of one that cannot be read nothing is.
pub fn read_plan(directory: &Path) -> StoredPlan {
    read_json(&directory.join("plan.json")).unwrap_or_default()
}

/// Reads a JSON file of a run.
///
/// # Errors
/// It cannot be read, or is something else.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, StoreError> {
    let text = fs::read(path).map_err(|source| StoreError::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_slice(&text).map_err(|error| StoreError::Broken {
        path: path.to_owned(),
        cause: error.to_string(),
    })
}

/// Makes the entry of a run.
pub(crate) fn entry(directory: &Path) -> RunEntry {
    let plan = read_plan(directory);
    match read_summary(directory) {
        Ok(summary) => finished(directory, &summary, plan.tags),
        Err(StoreError::NoSummary { .. }) => other(directory, plan, RunState::Unfinished),
        Err(_) => other(directory, plan, RunState::Unreadable),
    }
}

fn finished(directory: &Path, summary: &Summary, tags: IndexMap<String, String>) -> RunEntry {
    let (run, totals) = (&summary.run, &summary.totals);
    let started_ms = run
        .started_at
        .parse::<Timestamp>()
        .map_or_else(|_| written_ms(directory), Timestamp::as_millisecond);
    let ended = (totals.ok + totals.failed) as f64;
    let measured_s = summary.measured_s();
    RunEntry {
        started_at: run.started_at.clone(),
        started_ms,
        name: run.name.clone(),
        file: run.file.clone(),
        state: summary.verdict.status.into(),
        elapsed_s: Some(run.elapsed_s),
        rate_per_s: (measured_s > 0.0).then(|| ended / measured_s),
        p99_ms: p99_ms(directory, summary),
        started: Some(totals.started),
        failed: Some(totals.failed),
        commit: run.commit.clone(),
        tags: if run.tags.is_empty() {
            tags
        } else {
            run.tags.clone()
        },
        schema_version: Some(summary.schema_version),
        ..bare(directory)
    }
}

/// Of all operations together. Runs of before that was stored have it in their intervals.
fn p99_ms(directory: &Path, summary: &Summary) -> Option<f64> {
    let stored = summary.response_time_ms;
    let all = stored.or_else(|| intervals::response_time(directory));
    let all = all.or(match summary.series.as_slice() {
        [only] => Some(only.response_time_ms),
        _ => None,
    });
    all.filter(|all| all.count > 0).map(|all| all.p99)
}

fn other(directory: &Path, plan: StoredPlan, state: RunState) -> RunEntry {
    RunEntry {
        name: plan.name,
        tags: plan.tags,
        state,
        ..bare(directory)
    }
}

/// An entry that says where the run is, and when its plan was written.
fn bare(directory: &Path) -> RunEntry {
    let started_ms = written_ms(directory);
    let started = Timestamp::from_millisecond(started_ms).unwrap_or_default();
    let name = directory.file_name().unwrap_or_default();
    RunEntry {
        id: name.to_string_lossy().into_owned(),
        started_at: started.to_string(),
        started_ms,
        name: String::new(),
        file: None,
        state: RunState::Unfinished,
        elapsed_s: None,
        rate_per_s: None,
        p99_ms: None,
        started: None,
        failed: None,
        commit: None,
        tags: IndexMap::new(),
        schema_version: None,
        bytes: bytes(directory),
        path: directory.to_owned(),
    }
}

fn written_ms(directory: &Path) -> i64 {
    let plan = fs::metadata(directory.join("plan.json"));
    let written = plan.and_then(|plan| plan.modified()).ok();
    let since = written.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
}

fn bytes(directory: &Path) -> u64 {
    let files = fs::read_dir(directory).into_iter().flatten().flatten();
    let sizes = files.filter_map(|file| file.metadata().ok().filter(fs::Metadata::is_file));
    sizes.map(|file| file.len()).sum()
}
