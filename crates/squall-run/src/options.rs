//! What a run is told beside its plan.

use std::path::PathBuf;

/// Settings of one run on this machine.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// I/O threads. Default: one per core.
    pub threads: Option<u32>,
    /// Seed of every random choice; goes before the plan's. Default: drawn.
    pub seed: Option<u64>,
    /// Folder from which the plan's relative paths start.
    pub base_dir: PathBuf,
    /// Folder that holds one directory per run.
    pub runs_dir: PathBuf,
    /// Series at most; more names are counted together.
    pub max_series: usize,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            threads: None,
            seed: None,
            base_dir: PathBuf::from("."),
            runs_dir: PathBuf::from(".squall/runs"),
            max_series: 10_000,
        }
    }
}
