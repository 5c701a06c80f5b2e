//! The table of runs in `SQLite`, beside their directories.
//!
//! It is a copy: who reads it makes it agree with the directories first, in one transaction, so several processes can do so at once.
//! A run is read again when its directory or its summary has another time or size than before. A table of an older layout is made
//! anew; where there can be no file (a folder that may only be read, an index of a newer version), the table is in memory.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use crate::directory;
use crate::entry::{RunEntry, RunState};
use crate::lock::is_under_way;
use crate::rows;

/// Name of the file among the directories of the runs.
pub(crate) const FILE: &str = "index.sqlite";
/// Layout of the table, as `PRAGMA user_version`.
const LAYOUT: i64 = 1;
/// How long another process may hold the table.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns all runs in a folder, newest first.
///
/// What keeps the index from being written does not matter: it is made again next time.
pub fn list(runs: &Path) -> Vec<RunEntry> {
    let stamps = stamps(runs);
    if stamps.is_empty() && !runs.join(FILE).exists() {
        return Vec::new();
    }
    let mut entries = listed(&runs.join(FILE), runs, &stamps)
        .or_else(|error| {
            if is_no_index(&error) {
                // What is no table is of no use to anybody.
                fs::remove_file(runs.join(FILE)).ok();
                return listed(&runs.join(FILE), runs, &stamps);
            }
            Err(error)
        })
        .or_else(|_| listed(Path::new(":memory:"), runs, &stamps))
        .unwrap_or_default();
    for entry in &mut entries {
        if entry.state == RunState::Unfinished && is_under_way(&entry.path) {
            entry.state = RunState::Running;
        }
    }
    entries
}

fn is_no_index(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    )
}

fn listed(
    file: &Path,
    runs: &Path,
    stamps: &HashMap<String, String>,
) -> rusqlite::Result<Vec<RunEntry>> {
    let mut connection = Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    lay_out(&transaction)?;
    agree(&transaction, runs, stamps)?;
    let entries = rows::read_all(&transaction, runs)?;
    transaction.commit()?;
    Ok(entries)
}

/// Makes the table, anew where it is of an older layout.
fn lay_out(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let layout: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if layout == LAYOUT {
        return Ok(());
    }
    if layout > LAYOUT {
        return Err(rusqlite::Error::InvalidQuery);
    }
    transaction.execute_batch("DROP TABLE IF EXISTS runs")?;
    transaction.execute_batch(rows::TABLE)?;
    transaction.pragma_update(None, "user_version", LAYOUT)
}

/// Takes out runs that are gone, and reads those that are new or have changed.
fn agree(
    transaction: &Transaction<'_>,
    runs: &Path,
    stamps: &HashMap<String, String>,
) -> rusqlite::Result<()> {
    let known = rows::stamps(transaction)?;
    for id in known.keys().filter(|id| !stamps.contains_key(*id)) {
        rows::remove(transaction, id)?;
    }
    for (id, stamp) in stamps
        .iter()
        .filter(|(id, stamp)| known.get(*id) != Some(*stamp))
    {
        rows::store(transaction, &directory::entry(&runs.join(id)), stamp)?;
    }
    Ok(())
}

/// Returns the runs that have a directory, each with what changes when it does.
fn stamps(runs: &Path) -> HashMap<String, String> {
    let mut stamps = HashMap::new();
    for path in directories(runs) {
        let Some(id) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.join("plan.json").exists() || path.join("summary.json").exists() {
            stamps.insert(id.to_owned(), stamp(&path));
        }
    }
    stamps
}

fn stamp(directory: &Path) -> String {
    let of = |path: &Path| {
        let seen = fs::metadata(path).map(|seen| (seen.mtime(), seen.mtime_nsec(), seen.size()));
        let (s, ns, size) = seen.unwrap_or_default();
        format!("{s}.{ns:09}/{size}")
    };
    let summary = of(&directory.join("summary.json"));
    format!("{} {summary}", of(directory))
}

/// Returns the directories in a folder that may be runs; those whose names begin with a dot are none.
pub(crate) fn directories(runs: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(runs).into_iter().flatten().flatten();
    let hidden = |entry: &fs::DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
    let found = found
        .filter(|entry| !hidden(entry))
        .map(|entry| entry.path());
    found.filter(|path| path.is_dir()).collect()
}
