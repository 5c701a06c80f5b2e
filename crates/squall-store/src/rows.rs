//! Entries as rows.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, Row, named_params};
use squall_metrics::summary::Commit;

use crate::entry::{RunEntry, RunState};

/// The table.
pub(crate) const TABLE: &str = "
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    started_ms INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT,
    verdict TEXT NOT NULL,
    elapsed_s REAL,
    rate_per_s REAL,
    p99_ms REAL,
    started INTEGER,
    failed INTEGER,
    commit_id TEXT,
    dirty INTEGER,
    tags TEXT NOT NULL,
    schema_version INTEGER,
    bytes INTEGER NOT NULL,
    stamp TEXT NOT NULL
);
CREATE INDEX runs_by_time ON runs (started_ms DESC, id DESC);
";

const STORE: &str = "
INSERT OR REPLACE INTO runs VALUES (
    :id, :started_ms, :started_at, :name, :file, :verdict, :elapsed_s, :rate_per_s, :p99_ms, :started, :failed,
    :commit_id, :dirty, :tags, :schema_version, :bytes, :stamp
)";

/// Stores a run, in the place of what was known of it.
pub(crate) fn store(
    connection: &Connection,
    entry: &RunEntry,
    stamp: &str,
) -> rusqlite::Result<()> {
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let commit = entry.commit.as_ref();
    let tags = serde_json::to_string(&entry.tags).unwrap_or_default();
    connection.prepare_cached(STORE)?.execute(named_params! {
        ":id": entry.id,
        ":started_ms": entry.started_ms,
        ":started_at": entry.started_at,
        ":name": entry.name,
        ":file": entry.file,
        ":verdict": entry.state.as_str(),
        ":elapsed_s": entry.elapsed_s,
        ":rate_per_s": entry.rate_per_s,
        ":p99_ms": entry.p99_ms,
        ":started": entry.started.map(whole),
        ":failed": entry.failed.map(whole),
        ":commit_id": commit.map(|commit| &commit.id),
        ":dirty": commit.map(|commit| commit.dirty),
        ":tags": tags,
        ":schema_version": entry.schema_version,
        ":bytes": whole(entry.bytes),
        ":stamp": stamp,
    })?;
    Ok(())
}

/// Takes a run out.
pub(crate) fn remove(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM runs WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Returns what is known of each run's files.
pub(crate) fn stamps(connection: &Connection) -> rusqlite::Result<HashMap<String, String>> {
    let mut query = connection.prepare("SELECT id, stamp FROM runs")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Returns all runs, newest first.
pub(crate) fn read_all(connection: &Connection, runs: &Path) -> rusqlite::Result<Vec<RunEntry>> {
    let mut query = connection.prepare("SELECT * FROM runs ORDER BY started_ms DESC, id DESC")?;
    let rows = query.query_map([], |row| entry(row, runs))?;
    rows.collect()
}

fn entry(row: &Row<'_>, runs: &Path) -> rusqlite::Result<RunEntry> {
    let id: String = row.get("id")?;
    let verdict: String = row.get("verdict")?;
    let state = RunState::ALL
        .into_iter()
        .find(|state| state.as_str() == verdict);
    let tags: String = row.get("tags")?;
    let commit_id: Option<String> = row.get("commit_id")?;
    let dirty: Option<bool> = row.get("dirty")?;
    Ok(RunEntry {
        path: runs.join(&id),
        id,
        started_at: row.get("started_at")?,
        started_ms: row.get("started_ms")?,
        name: row.get("name")?,
        file: row.get("file")?,
        state: state.unwrap_or(RunState::Unreadable),
        elapsed_s: row.get("elapsed_s")?,
        rate_per_s: row.get("rate_per_s")?,
        p99_ms: row.get("p99_ms")?,
        started: whole(row, "started")?,
        failed: whole(row, "failed")?,
        commit: commit_id.map(|id| Commit {
            id,
            dirty: dirty.unwrap_or(false),
        }),
        tags: serde_json::from_str(&tags).unwrap_or_default(),
        schema_version: row.get("schema_version")?,
        bytes: whole(row, "bytes")?.unwrap_or(0),
    })
}

/// `SQLite` has no unsigned numbers.
fn whole(row: &Row<'_>, name: &str) -> rusqlite::Result<Option<u64>> {
    let number: Option<i64> = row.get(name)?;
    Ok(number.and_then(|number| u64::try_from(number).ok()))
}
