//! Stored runs, to be compared.

use std::path::Path;

use squall_compare::StoredRun;
use squall_metrics::Tags;
use squall_plan::PlanError;
use squall_store::intervals::read_intervals;
use squall_store::{StoreError, read_json, read_summary};

/// Reads the run that a text names.
pub(crate) fn find(runs: &Path, typed: &str) -> Result<StoredRun, StoreError> {
    read(&squall_store::find(runs, typed)?.path)
}

/// Reads a run from its folder.
pub(crate) fn read(folder: &Path) -> Result<StoredRun, StoreError> {
    let mut run = StoredRun {
        summary: read_summary(folder)?,
        plan: read_json(&folder.join("plan.json"))?,
        names: Vec::new(),
        intervals: Vec::new(),
    };
    read_intervals(folder, |interval, table| {
        if table.len() > run.names.len() {
            run.names = table.snapshot().series;
            // Those that tell series apart stand behind their names.
            run.names
                .iter_mut()
                .for_each(|key| key.tags = Tags::default());
        }
        run.add(interval);
    })?;
    Ok(run)
}

/// Says what is wrong with a stored run that an option names.
pub(crate) fn told(option: &str, error: &StoreError) -> PlanError {
    PlanError::new(option, error.to_string()).with_hint(error.hint())
}
