//! `squall report --html`.

use std::path::Path;

use squall_plan::PlanError;

use super::refuse;
use crate::args::ReportArgs;
use crate::{browser, document, exit, html, output};

/// Writes the HTML report of a stored run where it is asked for, and opens it if that is asked for.
pub(super) fn write(args: &ReportArgs, directory: &Path) -> anyhow::Result<u8> {
    let stored = directory.join(html::FILE);
    let to = args.html.as_ref().unwrap_or(&stored);
    if !document::has_folder(to) {
        let message = format!("there is no folder for `{}`", to.display());
        return Ok(refuse(&PlanError::new("--html", message).into()));
    }
    if args.html.is_some() || !stored.exists() {
        html::write_stored(directory, to)?;
    }
    output::print(&format!("{}\n", to.display()));
    if args.open {
        browser::open(to);
    }
    Ok(exit::PASSED)
}
