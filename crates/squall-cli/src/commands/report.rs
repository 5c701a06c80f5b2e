//! `squall report --html`.

use std::path::Path;
use std::process::{Command, Stdio};

use squall_plan::PlanError;

use super::refuse;
use crate::args::ReportArgs;
use crate::{document, exit, html, output};

/// What opens a file with the program that the user has chosen for it.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

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
        open(to);
    }
    Ok(exit::PASSED)
}

/// Opens a file or a URL in the browser; where there is none, the name has been printed.
pub(super) fn open(path: &Path) {
    let opener = Command::new(OPENER)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = opener {
        output::error(&format!(
            "error: cannot open `{}`: `{OPENER}`: {error}\n  hint: open the file in a browser yourself",
            path.display()
        ));
    }
}
