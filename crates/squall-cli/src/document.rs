//! Runs as documents: which formats there are, where `--out` writes them, and what GitHub Actions gets.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, io};

use anyhow::Context as _;
use clap::ValueEnum as _;
use squall_metrics::summary::Summary;
use squall_plan::{PlanError, PlanErrors};
use squall_view::document::{annotations, csv, junit, markdown};

use crate::args::{ResultsArgs, RunFormat};
use crate::reporters::{self, is_reporter};
use crate::{output, rows};

/// A file that a run is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Out {
    format: RunFormat,
    path: PathBuf,
}

/// Writes a run, whose files are in `directory`, in a format; text ends with a line break.
pub(crate) fn render(
    summary: &Summary,
    directory: &Path,
    format: RunFormat,
    mut to: impl Write + Send,
) -> anyhow::Result<()> {
    let text = match format {
        RunFormat::Json => json(summary),
        RunFormat::Csv => csv(summary),
        RunFormat::CsvIntervals => return rows::csv(summary, directory, to),
        RunFormat::Parquet => return rows::parquet(summary, directory, to),
        RunFormat::Junit => junit(summary),
        RunFormat::Markdown => markdown(summary),
    };
    Ok(to.write_all(text.as_bytes())?)
}

/// Returns `summary.json` as it is printed.
pub(crate) fn json(summary: &Summary) -> String {
    let json = serde_json::to_string_pretty(summary);
    json.expect("a summary has nothing that JSON has not") + "\n"
}

/// Reads what `--out` says.
pub(crate) fn outs(args: &ResultsArgs) -> Result<Vec<Out>, PlanErrors> {
    let (mut outs, mut errors) = (Vec::new(), Vec::new());
    for text in args.outs.iter().filter(|text| !is_reporter(text)) {
        match out(text) {
            Ok(out) => outs.push(out),
            Err(wrong) => errors.extend(wrong.0),
        }
    }
    if errors.is_empty() {
        Ok(outs)
    } else {
        Err(PlanErrors(errors))
    }
}

fn out(text: &str) -> Result<Out, PlanErrors> {
    let wrong = |message: String| PlanError::new("--out", message);
    let Some((format, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        let hint = "like `--out junit=results.xml`".to_owned();
        return Err(wrong(format!("`{text}` is not `FORMAT=FILE`"))
            .with_hint(hint)
            .into());
    };
    let Ok(known) = RunFormat::from_str(format, false) else {
        return Err(wrong(format!("there is no format or reporter `{format}`"))
            .with_hint(reporters::hint(format))
            .into());
    };
    let path = PathBuf::from(path);
    if !has_folder(&path) {
        let message = format!("there is no folder for `{}`", path.display());
        return Err(wrong(message).into());
    }
    Ok(Out {
        format: known,
        path,
    })
}

/// Tells whether a file can be in the folder that its path names.
pub(crate) fn has_folder(path: &Path) -> bool {
    match path.parent() {
        Some(folder) => folder.as_os_str().is_empty() || folder.is_dir(),
        None => false,
    }
}

impl Out {
    /// Writes the file.
    pub(crate) fn write(&self, summary: &Summary, directory: &Path) -> anyhow::Result<()> {
        write(&self.path, summary, directory, self.format)
    }
}

/// Writes a run to a file.
pub(crate) fn write(
    path: &Path,
    summary: &Summary,
    directory: &Path,
    format: RunFormat,
) -> anyhow::Result<()> {
    let written = File::create(path)
        .map_err(anyhow::Error::from)
        .and_then(|file| render(summary, directory, format, file));
    written.with_context(|| format!("cannot write `{}`", path.display()))
}

/// Tells GitHub Actions, where it runs this, of a run: annotations at the test, and a section of the job summary.
pub(crate) fn tell_github(summary: &Summary, args: &ResultsArgs) {
    if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        let lines = annotations(summary);
        if !lines.is_empty() {
            // Both streams are read; standard output may be a document.
            output::note(lines.trim_end());
        }
    }
    let path = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
    let Some(path) = path.filter(|_| !args.no_step_summary) else {
        return;
    };
    if let Err(error) = append(Path::new(&path), &markdown(summary)) {
        let path = path.display();
        output::error(&format!(
            "warning: cannot write the job summary `{path}`: {error}"
        ));
    }
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().create(true).append(true).open(path)?;
    // A blank line, as what is there may not end with one.
    file.write_all(format!("\n{text}\n").as_bytes())
}
