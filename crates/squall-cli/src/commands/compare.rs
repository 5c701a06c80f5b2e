//! `squall compare`.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread::{self, ScopedJoinHandle};

use squall_compare::{Care, CompareSettings, Metric, StoredRun, compare};
use squall_plan::{PlanError, PlanErrors};
use squall_store::{RunEntry, StoreError};
use squall_view::comparison;

use super::refuse;
use crate::args::{CompareArgs, CompareFormat};
use crate::document::has_folder;
use crate::{browser, exit, html, output, stored};

/// Compares stored runs. Whatever comes out, the command has done its work: a pipeline is stopped by `--fail-on-regression`.
pub(super) fn run(args: &CompareArgs) -> anyhow::Result<u8> {
    if let Some(page) = args.html.as_ref().filter(|page| !has_folder(page)) {
        let message = format!("there is no folder for `{}`", page.display());
        return Ok(refuse(&PlanError::new("--html", message).into()));
    }
    let (runs, folders) = match read_all(args) {
        Ok(found) => found,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let Some((base, others)) = runs.split_first() else {
        return Ok(exit::PASSED);
    };
    let others: Vec<&StoredRun> = others.iter().collect();
    let compared = compare(base, &others, &settings(args));
    let text = match args.format {
        CompareFormat::Text => comparison::render(&compared, output::columns(), output::theme()),
        CompareFormat::Json => format!("{}\n", serde_json::to_string_pretty(&compared)?),
        CompareFormat::Markdown => comparison::markdown(&compared),
    };
    output::print(&text);
    if let Some(page) = &args.html {
        html::write_comparison(&compared, &folders, page)?;
        // Standard output is the comparison alone: it may be a document.
        output::note(&format!("wrote {}", page.display()));
        if args.open {
            browser::open(page);
        }
    }
    Ok(exit::PASSED)
}

/// Reads all runs, at the same time, and says where they are; every one that cannot be read is told.
fn read_all(args: &CompareArgs) -> Result<(Vec<StoredRun>, Vec<PathBuf>), PlanErrors> {
    let found = args.runs.iter();
    let found = found.map(|typed| squall_store::find(&args.runs_dir, typed));
    let found: Vec<Result<RunEntry, StoreError>> = found.collect();
    // Long runs are large, and reading them is what takes the time.
    let read = thread::scope(|scope| {
        let readers = found.into_iter().map(|run| {
            scope.spawn(|| {
                let folder = run?.path;
                Ok((stored::read(&folder)?, folder))
            })
        });
        let readers: Vec<_> = readers.collect();
        let read = readers.into_iter().map(ScopedJoinHandle::join);
        read.map(|read| read.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect::<Vec<Result<_, StoreError>>>()
    });
    let (mut runs, mut errors) = (Vec::new(), Vec::new());
    for run in read {
        match run {
            Ok(run) => runs.push(run),
            Err(error) => errors.push(stored::told("", &error)),
        }
    }
    if errors.is_empty() {
        Ok(runs.into_iter().unzip())
    } else {
        Err(PlanErrors(errors))
    }
}

fn settings(args: &CompareArgs) -> CompareSettings {
    let asked = |metric: &Metric| args.metric.iter().any(|name| name == metric.name());
    let metrics = Metric::ALL.into_iter();
    let metrics = metrics.filter(|metric| args.metric.is_empty() || asked(metric));
    CompareSettings {
        metrics: metrics.collect(),
        confidence: args.confidence,
        care: if args.anyway {
            Care::Anyway
        } else {
            Care::Strict
        },
    }
}
