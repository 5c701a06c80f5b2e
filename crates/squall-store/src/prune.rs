//! Removing old runs.

use std::fs;
use std::path::Path;

use crate::entry::RunEntry;
use crate::error::StoreError;
use crate::index::list;
use crate::lock::is_under_way;

/// Begins the names of directories that are being removed, so that none is ever seen with half of its files.
const REMOVED: &str = ".removed-";

/// Removes the oldest runs of each name, or of one, so that `keep` are left of it; returns those that it removed, newest first.
///
/// A run that is under way is neither counted nor removed.
///
/// # Errors
/// A directory cannot be removed; others have been by then.
pub fn prune(runs: &Path, name: Option<&str>, keep: usize) -> Result<Vec<RunEntry>, StoreError> {
    let all = list(runs).into_iter();
    let ended =
        all.filter(|run| name.is_none_or(|name| run.name == name) && !is_under_way(&run.path));
    let old = older_than(ended, keep);
    for run in &old {
        remove(runs, run)?;
    }
    sweep(runs);
    // So that the index does not keep what is gone.
    list(runs);
    Ok(old)
}

/// Returns the runs after the first `keep` of their names.
fn older_than(runs: impl Iterator<Item = RunEntry>, keep: usize) -> Vec<RunEntry> {
    let mut kept = std::collections::HashMap::<String, usize>::new();
    runs.filter(|run| {
        let seen = kept.entry(run.name.clone()).or_default();
        *seen += 1;
        *seen > keep
    })
    .collect()
}

fn remove(runs: &Path, run: &RunEntry) -> Result<(), StoreError> {
    let aside = runs.join(format!("{REMOVED}{}", run.id));
    let removed = fs::rename(&run.path, &aside).and_then(|()| fs::remove_dir_all(&aside));
    match removed {
        // Somebody else removes it as well.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|source| StoreError::Remove {
            path: run.path.clone(),
            source,
        }),
    }
}

/// Removes what an earlier process was removing when it was killed.
fn sweep(runs: &Path) {
    for entry in fs::read_dir(runs).into_iter().flatten().flatten() {
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(REMOVED.as_bytes())
        {
            // Where it cannot be removed, it could not before either.
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}
