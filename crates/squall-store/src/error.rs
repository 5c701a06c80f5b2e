//! What can be wrong with a stored run, or with what somebody asks for.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a stored run cannot be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no run at all.
    #[error("there are no runs in `{}`", runs.display())]
    NoRuns {
        /// The folder of the runs.
        runs: PathBuf,
    },
    /// No run is called so.
    #[error("there is no run `{text}`")]
    Unknown {
        /// What was asked for.
        text: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// More than one run is called so.
    #[error("`{text}` is the beginning of {} runs", ids.len())]
    Ambiguous {
        /// What was asked for.
        text: String,
        /// The runs, newest first.
        ids: Vec<String>,
    },
    /// There are not so many runs.
    #[error("`{text}` asks for {wanted} finished runs, of which there are {there}")]
    TooFew {
        /// What was asked for.
        text: String,
        /// How many it takes.
        wanted: usize,
        /// How many there are.
        there: usize,
    },
    /// The run has no summary.
    #[error("run `{id}` has no summary: {why}")]
    NoSummary {
        /// The run.
        id: String,
        /// Why there is none.
        why: &'static str,
    },
    /// A newer version wrote it.
    #[error("`{}` has layout {version}; this version of Squall reads layouts up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its layout.
        version: u64,
        /// The newest layout that can be read.
        known: u32,
    },
    /// A file is not what it should be.
    #[error("`{}` is damaged: {cause}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A run cannot be removed.
    #[error("cannot remove `{}`: {source}", path.display())]
    Remove {
        /// Its directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl StoreError {
    /// Returns what can be done about it.
    pub fn hint(&self) -> Option<String> {
        /// Ids that are shown of many.
        const SHOWN: usize = 4;
        match self {
            Self::NoRuns { .. } => {
                let hint = "run a test first, or name the folder of the runs with `--runs-dir`";
                Some(hint.to_owned())
            }
            Self::Unknown { nearest, .. } => {
                let meant = nearest
                    .as_ref()
                    .map(|name| format!("did you mean `{name}`? "))
                    .unwrap_or_default();
                Some(format!(
                    "{meant}a run is an id or its beginning, a name for its newest run, `last` or `last~1`; `squall history` lists them"
                ))
            }
            Self::Ambiguous { ids, .. } => {
                let shown: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("`{id}`")).collect();
                let more = if ids.len() > SHOWN { ", …" } else { "" };
                Some(format!("say more of it: {}{more}", shown.join(", ")))
            }
            Self::NoSummary { .. } => Some(
                "what was measured is in its `intervals.jsonl`; `squall history` lists the runs that ended"
                    .to_owned(),
            ),
            Self::Newer { .. } => Some("read it with the version that wrote it, or a newer one".to_owned()),
            Self::TooFew { .. } | Self::Broken { .. } | Self::Read { .. } | Self::Remove { .. } => None,
        }
    }
}
