//! `squall history`, `squall report` and `squall export`: runs of before.

use std::path::PathBuf;

use squall_metrics::summary::Summary;
use squall_plan::PlanError;
use squall_store::{RunEntry, RunState, StoreError};
use squall_view::history::{self, Ended, Row};

use super::{refuse, report};
use crate::args::{ExportArgs, Format, HistoryArgs, ReportArgs, RunFormat, RunsArgs, VerdictArg};
use crate::execute::parts;
use crate::{document, exit, html, output, timeline};

/// Rows of a table that nobody set a limit for.
const ROWS: usize = 20;

/// Lists stored runs, after the oldest are removed if that is asked for.
pub(super) fn history(args: &HistoryArgs) -> anyhow::Result<u8> {
    let folder = &args.runs.runs_dir;
    if let Some(keep) = args.keep.filter(|_| args.prune) {
        match squall_store::prune(folder, args.name.as_deref(), keep as usize) {
            Ok(removed) => output::note(&told(removed.len())),
            Err(error) => return Ok(refused(&error)),
        }
    }
    let all = squall_store::list(folder);
    if all.is_empty() && args.format == Format::Text {
        return Ok(refused(&StoreError::NoRuns {
            runs: folder.clone(),
        }));
    }
    let chosen: Vec<RunEntry> = all.into_iter().filter(|run| is_chosen(run, args)).collect();
    let many = chosen.len();
    let limit = match (args.limit, args.format) {
        (Some(limit), _) => limit,
        (None, Format::Text) => ROWS,
        (None, Format::Json) => many,
    };
    let shown = &chosen[..limit.min(many)];
    if args.format == Format::Json {
        output::print(&(serde_json::to_string_pretty(shown)? + "\n"));
        return Ok(exit::PASSED);
    }
    let rows: Vec<Row> = shown.iter().map(row).collect();
    output::print(&history::render(&rows, output::columns(), output::theme()));
    if many == 0 {
        output::note("no stored run is like that");
    } else if many > shown.len() {
        let more = many - shown.len();
        output::note(&format!("{more} older runs; `--limit {many}` shows all"));
    }
    Ok(exit::PASSED)
}

fn told(removed: usize) -> String {
    match removed {
        1 => "removed 1 run".to_owned(),
        many => format!("removed {many} runs"),
    }
}

fn is_chosen(run: &RunEntry, args: &HistoryArgs) -> bool {
    let named = args.name.as_ref().is_none_or(|name| *name == run.name);
    let ended = args
        .verdict
        .is_none_or(|verdict| state(verdict) == run.state);
    let tags: Vec<(String, Option<String>)> = args.tags.iter().map(|text| tag(text)).collect();
    named && ended && run.has_tags(&tags)
}

fn tag(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    }
}

fn state(verdict: VerdictArg) -> RunState {
    match verdict {
        VerdictArg::Passed => RunState::Passed,
        VerdictArg::Failed => RunState::Failed,
        VerdictArg::Invalid => RunState::Invalid,
        VerdictArg::Running => RunState::Running,
        VerdictArg::Unfinished => RunState::Unfinished,
        VerdictArg::Unreadable => RunState::Unreadable,
    }
}

fn row(run: &RunEntry) -> Row {
    let tags: Vec<String> = run
        .tags
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let commit = run.commit.as_ref().map(|commit| {
        let short: String = commit.id.chars().take(8).collect();
        short + if commit.dirty { "+" } else { "" }
    });
    Row {
        when: run.local_time(),
        name: run.name.clone(),
        verdict: run.state.as_str(),
        ended: match run.state {
            RunState::Passed => Ended::Passed,
            RunState::Failed => Ended::Failed,
            _ => Ended::Otherwise,
        },
        rate_per_s: run.rate_per_s,
        p99_ms: run.p99_ms,
        failed: run.failed,
        commit: commit.unwrap_or_default(),
        tags: tags.join(" "),
        id: run.id.clone(),
    }
}

/// Shows the summary of a stored run again.
pub(super) fn report(args: &ReportArgs) -> anyhow::Result<u8> {
    let (run, summary) = match stored(&args.runs, &args.run) {
        Ok(found) => found,
        Err(error) => return Ok(refused(&error)),
    };
    if args.html.is_some() || args.open {
        return report::write(args, &run.path);
    }
    let stored = run.path.display().to_string();
    let report = html::written(&run.path);
    let timeline = timeline::read(&run.path, summary.run.elapsed_s);
    let settings = squall_view::summary::Settings {
        parts: parts(&args.show_summaries, &args.hide_summaries),
        columns: output::columns(),
        theme: output::theme(),
        stored: Some(&stored),
        report: report.as_deref(),
        timeline: timeline.as_ref(),
    };
    output::print(&squall_view::summary::render(&summary, &settings));
    Ok(exit::PASSED)
}

/// Writes a stored run in another format.
pub(super) fn export(args: &ExportArgs) -> anyhow::Result<u8> {
    let path = args.output.as_ref();
    if let Some(path) = path.filter(|path| !document::has_folder(path)) {
        let message = format!("there is no folder for `{}`", path.display());
        return Ok(refuse(&PlanError::new("--output", message).into()));
    }
    if path.is_none() && args.format == RunFormat::Parquet && output::is_terminal() {
        let message = "parquet is not text, and standard output is a terminal";
        let hint = format!("squall export {} --format parquet -o run.parquet", args.run);
        let error = PlanError::new("--format", message).with_hint(hint);
        return Ok(refuse(&error.into()));
    }
    let (run, summary) = match stored(&args.runs, &args.run) {
        Ok(found) => found,
        Err(error) => return Ok(refused(&error)),
    };
    match path {
        Some(path) => document::write(path, &summary, &run.path, args.format)?,
        None => document::render(&summary, &run.path, args.format, output::Results)?,
    }
    Ok(exit::PASSED)
}

/// Returns the folder of a run, also of one that was killed.
pub(super) fn directory(runs: &RunsArgs, text: &str) -> Result<PathBuf, StoreError> {
    Ok(squall_store::find(&runs.runs_dir, text)?.path)
}

fn stored(runs: &RunsArgs, text: &str) -> Result<(RunEntry, Summary), StoreError> {
    let run = squall_store::find(&runs.runs_dir, text)?;
    let summary = squall_store::read_summary(&run.path)?;
    Ok((run, summary))
}

/// Says why a stored run cannot be had.
pub(super) fn refused(error: &StoreError) -> u8 {
    refuse(
        &PlanError::new("", error.to_string())
            .with_hint(error.hint())
            .into(),
    )
}
