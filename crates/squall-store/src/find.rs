//! From what people type to a run.
//!
//! | typed | means |
//! |---|---|
//! | `last`, `last~1`, … | the newest run that ended, the one before it, … |
//! | an id | that run |
//! | a name | the newest run of that name that ended; `NAME~1` the one before it |
//! | the beginning of an id | the run, if it is the only one |
//! | a path with a `/` in it | the run in that folder, wherever it is |
//!
//! They are tried in this order.

use std::path::Path;

use squall_plan::nearest::nearest;

use crate::directory::{self, read_summary};
use crate::entry::{RunEntry, RunState};
use crate::error::StoreError;
use crate::index::list;

/// What stands for the newest run.
const LAST: &str = "last";

/// Finds the run that a text names, among those in a folder; it has a summary that can be read.
///
/// # Errors
/// There is none, there are several, or it has no summary of a version that is known.
pub fn find(runs: &Path, text: &str) -> Result<RunEntry, StoreError> {
    if text.contains('/') {
        let path = Path::new(text.trim_end_matches('/'));
        return readable(directory::entry(path));
    }
    let all = list(runs);
    if all.is_empty() {
        return Err(StoreError::NoRuns {
            runs: runs.to_owned(),
        });
    }
    readable(choose(all, text)?)
}

fn choose(all: Vec<RunEntry>, text: &str) -> Result<RunEntry, StoreError> {
    let (name, back) = back(text);
    if name == LAST {
        return nth(all, back, text);
    }
    if let Some(at) = all.iter().position(|run| run.id == text) {
        return Ok(all.into_iter().nth(at).expect("it was found there"));
    }
    for (name, back) in [(text, 0), (name, back)] {
        if all.iter().any(|run| run.name == name) {
            let of_name = all.into_iter().filter(|run| run.name == name);
            return nth(of_name.collect(), back, text);
        }
    }
    let nearest = nearest_to(&all, text);
    let begins = |run: &RunEntry| !text.is_empty() && run.id.starts_with(text);
    let mut begun: Vec<RunEntry> = all.into_iter().filter(begins).collect();
    match (begun.pop(), begun.len()) {
        (Some(only), 0) => Ok(only),
        (Some(other), _) => Err(StoreError::Ambiguous {
            text: text.to_owned(),
            ids: begun.into_iter().chain([other]).map(|run| run.id).collect(),
        }),
        (None, _) => Err(StoreError::Unknown {
            text: text.to_owned(),
            nearest,
        }),
    }
}

/// Takes `~N` off.
fn back(text: &str) -> (&str, usize) {
    let parts = text.rsplit_once('~');
    parts
        .and_then(|(name, back)| Some((name, back.parse().ok()?)))
        .unwrap_or((text, 0))
}

/// Returns the run that many before the newest of those that ended.
fn nth(runs: Vec<RunEntry>, back: usize, text: &str) -> Result<RunEntry, StoreError> {
    let newest = runs.first().cloned();
    let ended: Vec<RunEntry> = runs
        .into_iter()
        .filter(|run| run.state.has_summary())
        .collect();
    let there = ended.len();
    match (ended.into_iter().nth(back), newest) {
        (Some(run), _) => Ok(run),
        // The only run of that name says more of why it is none.
        (None, Some(newest)) if there == 0 && back == 0 => Ok(newest),
        (None, _) => Err(StoreError::TooFew {
            text: text.to_owned(),
            wanted: back + 1,
            there,
        }),
    }
}

fn nearest_to(all: &[RunEntry], text: &str) -> Option<String> {
    let names = all.iter().map(|run| run.name.as_str());
    let ids = all.iter().map(|run| run.id.as_str());
    nearest(text, names.chain(ids).chain([LAST])).map(str::to_owned)
}

fn readable(run: RunEntry) -> Result<RunEntry, StoreError> {
    match run.state {
        RunState::Passed | RunState::Failed | RunState::Invalid => Ok(run),
        RunState::Running | RunState::Unfinished | RunState::Unreadable => {
            // It may have ended just now.
            read_summary(&run.path).map(|_| directory::entry(&run.path))
        }
    }
}
