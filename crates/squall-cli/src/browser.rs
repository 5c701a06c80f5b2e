//! Pages are opened with the program that the user has chosen for them.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::output;

/// What opens a file.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// Opens a file in the browser; where there is none, its name has been printed.
pub(crate) fn open(path: &Path) {
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
