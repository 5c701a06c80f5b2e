//! `squall compare`.

use std::path::PathBuf;

use squall_compare::{Care, CompareSettings, Metric, StoredRun, compare};
use squall_plan::{PlanError, PlanErrors};
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

/// Reads all runs; every one that cannot be read is told.
fn read_all(args: &CompareArgs) -> Result<(Vec<StoredRun>, Vec<PathBuf>), PlanErrors> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for typed in &args.runs {
        match stored::find(&args.runs_dir, typed) {
            Ok(run) => found.push(run),
            Err(error) => errors.push(stored::told("", &error)),
        }
    }
    if errors.is_empty() {
        Ok(found.into_iter().unzip())
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
