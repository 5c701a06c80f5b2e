//! A run with its live view and summary.

use std::fs::{self, File};
use std::io::{self, Stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use squall_metrics::summary::VerdictStatus;
use squall_plan::{PlanError, PlanErrors};
use squall_run::store::RunDirectory;
use squall_run::{AgentLine, FinishedRun, PreparedRun, RunHandle, RunOptions, StartError};
use squall_view::live::{LiveView, Progress};
use squall_view::summary::{self, Part, Parts};

use crate::args::{Format, ProgressArg, RunArgs, SummaryPart};
use crate::baseline::Baseline;
use crate::commands::refuse;
use crate::dashboard::Dashboard;
use crate::document::{self, Out, has_folder};
use crate::exchange::{Detail, ExchangeFeed};
use crate::exit::Invalid;
use crate::load::Wishes;
use crate::log::RunLog;
use crate::messages::MessageFeed;
use crate::printed::PrintedFeed;
use crate::watch::watch;
use crate::{brief, exit, html, output, timeline};

/// What is shown of a run while it goes.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    args: &'a RunArgs,
    interrupts: Option<Arc<AtomicUsize>>,
    wishes: Wishes,
    terminal: Terminal,
    messages: Option<MessageFeed>,
    printed: PrintedFeed,
    exchanges: Option<ExchangeFeed>,
    dashboard: Option<&'a Dashboard>,
}

/// Who has the terminal while a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Terminal {
    /// The live view.
    Ours,
    /// Whoever debugs the test.
    Debugger,
}

impl<'a> Shown<'a> {
    /// Shows what the options say; `messages` is what `--messages` says.
    pub(crate) fn of_run(args: &'a RunArgs, messages: Option<&str>) -> Self {
        Self {
            args,
            interrupts: None,
            wishes: Wishes::default(),
            terminal: Terminal::Ours,
            messages: messages.map(MessageFeed::new),
            printed: PrintedFeed::default(),
            exchanges: None,
            dashboard: None,
        }
    }

    /// Shows the run on a dashboard as well, if there is one.
    pub(crate) fn with_dashboard(mut self, dashboard: Option<&'a Dashboard>) -> Self {
        self.dashboard = dashboard;
        self
    }

    /// Goes by a count of what the user does to end the program that has begun already.
    pub(crate) fn with_interrupts(mut self, interrupts: &Arc<AtomicUsize>) -> Self {
        self.interrupts = Some(Arc::clone(interrupts));
        self
    }

    /// Does what the test itself says about it, as far as no option does.
    pub(crate) fn heed(&mut self, wishes: &Wishes) {
        self.wishes = wishes.clone();
    }

    /// Leaves the terminal to a debugger.
    pub(crate) fn for_debugger(mut self) -> Self {
        self.terminal = Terminal::Debugger;
        self
    }

    /// Shows every request and its answer, and no numbers at the end.
    pub(crate) fn with_exchanges(mut self, detail: Detail) -> io::Result<Self> {
        self.exchanges = Some(ExchangeFeed::start(detail)?);
        Ok(self)
    }

    /// Lets a run tell what is shown of it.
    pub(crate) fn connect(&mut self, options: &mut RunOptions) {
        options.messages = self.messages.as_mut().and_then(MessageFeed::take_sender);
        options.printed = Some(self.printed.sender());
        if let Some(exchanges) = &mut self.exchanges {
            options.trace = exchanges.take_sender();
            options.scripts = options.scripts.take().map(|host| exchanges.ordered(host));
        }
    }

    /// Returns where lines go that are printed while a screen is drawn; `None`: there is no screen, and they may go anywhere.
    pub(crate) fn prints(&self) -> Option<Sender<AgentLine>> {
        (self.progress() == Progress::Screen).then(|| self.printed.sender())
    }

    fn progress(&self) -> Progress {
        match self.args.progress {
            _ if self.args.quiet || self.terminal == Terminal::Debugger => Progress::None,
            Some(ProgressArg::Screen) => Progress::Screen,
            Some(ProgressArg::None) => Progress::None,
            None if self.wishes.quiet_view => Progress::None,
            // A screen that is redrawn in place and lines of messages do not go together.
            None if output::has_screen() && self.messages.is_none() => Progress::Screen,
            Some(ProgressArg::Plain) | None => Progress::Plain,
        }
    }

    /// Prints what has come since the last time, above the live view.
    fn print_feeds(&self, view: &mut LiveView<Stderr>) {
        let messages = self.messages.as_ref().map(MessageFeed::take);
        let text = self.printed.take() + &messages.unwrap_or_default();
        if !text.is_empty() {
            output::print_beside(view, &text);
        }
    }
}

/// Runs a prepared plan to its end and returns the exit code.
pub(crate) fn execute(run: PreparedRun, shown: &Shown<'_>) -> anyhow::Result<u8> {
    let args = shown.args;
    let outs = match destinations(args) {
        Ok(outs) => outs,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let baseline = match Baseline::read(args, run.plan()) {
        Ok(baseline) => baseline,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let interrupts = match &shown.interrupts {
        Some(interrupts) => Arc::clone(interrupts),
        None => count_interrupts()?,
    };
    let log = RunLog::install(args.log_level.or_else(|| shown.wishes.log_level()));
    let handle = match RunHandle::start(run.with_interrupts(Arc::clone(&interrupts))) {
        Ok(handle) => handle,
        Err(error) => return not_started(error),
    };
    log.write_to(log_files(args, handle.directory()));
    if let Some(dashboard) = shown.dashboard {
        dashboard.show(&handle);
    }
    watch(&handle, shown.progress(), &interrupts, |view| {
        shown.print_feeds(view);
    });
    let finished = handle.finish();
    if let Some(exchanges) = &shown.exchanges {
        exchanges.finish();
    }
    if !args.no_report {
        html::store(&finished);
    }
    if let Some(dashboard) = shown.dashboard {
        dashboard.end(&finished);
    }
    show(&finished, shown);
    hand_out(&finished, args, &outs)?;
    let code = match shown.terminal {
        Terminal::Ours => exit::of_run(&finished, allowed(&finished, args)),
        Terminal::Debugger => exit::of_debugging(&finished),
    };
    match baseline {
        Some(baseline) => baseline.judge(&finished, args, code),
        None => Ok(code),
    }
}

/// Finds out whether everything can be written that is to be written at the end, or says all that cannot.
fn destinations(args: &RunArgs) -> Result<Vec<Out>, PlanErrors> {
    let mut errors = Vec::new();
    if let Some(path) = &args.summary
        && !has_folder(path)
    {
        let message = format!("there is no folder for `{}`", path.display());
        errors.push(PlanError::new("--summary", message));
    }
    if let Some(folder) = &args.log_directory
        && let Err(cause) = fs::create_dir_all(folder)
    {
        let message = format!("cannot create `{}`: {cause}", folder.display());
        errors.push(PlanError::new("--log-directory", message));
    }
    let outs = document::outs(&args.results).unwrap_or_else(|wrong| {
        errors.extend(wrong.0);
        Vec::new()
    });
    if errors.is_empty() {
        Ok(outs)
    } else {
        Err(PlanErrors(errors))
    }
}

/// Gives a run that has ended to everybody who wants it, and removes old ones.
fn hand_out(run: &FinishedRun, args: &RunArgs, outs: &[Out]) -> anyhow::Result<()> {
    document::tell_github(&run.summary, &args.results);
    if let Some(keep) = args.results.keep {
        let name = Some(run.summary.run.name.as_str());
        // The load has been sent: what cannot be removed does not make it worse.
        if let Err(error) = squall_store::prune(&args.runs_dir, name, keep as usize) {
            output::error(&format!("warning: {error}"));
        }
    }
    if let Some(path) = &args.summary {
        squall_run::store::write_json(path, &run.summary)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    outs.iter()
        .try_for_each(|out| out.write(&run.summary, &run.directory))
}

/// Returns what an invalid run exits with, and says so where that is not what it is.
fn allowed(run: &FinishedRun, args: &RunArgs) -> Invalid {
    if !args.allow_invalid {
        return Invalid::Told;
    }
    if let Some(otherwise) = run.summary.verdict.otherwise {
        let word = match otherwise {
            VerdictStatus::Failed => "failed",
            VerdictStatus::Passed | VerdictStatus::Invalid => "passed",
        };
        output::note(&format!(
            "note: the run is invalid; with `--allow-invalid` it exits like one that {word}"
        ));
    }
    Invalid::Allowed
}

/// Opens the run's log, and its copy; one that cannot be written must not end the run.
fn log_files(args: &RunArgs, directory: &RunDirectory) -> Vec<File> {
    let copy = args.log_directory.as_ref().and_then(|folder| {
        let id = directory.path().file_name()?.display();
        let path = folder.join(format!("{id}.log"));
        File::options().create(true).append(true).open(path).ok()
    });
    directory.open_log().into_iter().chain(copy).collect()
}

/// Says why no load was sent.
fn not_started(error: StartError) -> anyhow::Result<u8> {
    match error {
        StartError::Interrupted => {
            output::error(&error.to_string());
            Ok(exit::INTERRUPTED)
        }
        StartError::Refused(errors) => Ok(refuse(&errors)),
        StartError::Script(failure) => {
            let told = [failure.message.as_str(), failure.detail.trim_end()];
            let told: Vec<&str> = told.into_iter().filter(|text| !text.is_empty()).collect();
            Ok(refuse(&PlanError::new("", told.join("\n")).into()))
        }
        error => Err(error.into()),
    }
}

/// Counts SIGINT and SIGTERM from now on.
pub(crate) fn count_interrupts() -> anyhow::Result<Arc<AtomicUsize>> {
    let count = Arc::new(AtomicUsize::new(0));
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let counted = Arc::clone(&count);
    std::thread::Builder::new()
        .name("squall-signals".to_owned())
        .spawn(move || {
            for _ in signals.forever() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        })?;
    Ok(count)
}

fn show(run: &FinishedRun, shown: &Shown<'_>) {
    let document = shown.args.results.format == Format::Json;
    if document {
        output::print_document(&document::json(&run.summary));
    }
    if shown.args.quiet || document {
        if !run.passed() {
            for reason in &run.summary.verdict.reasons {
                output::error(&format!("error: {reason}"));
            }
        }
        return;
    }
    let stored = run.directory.display().to_string();
    if shown.exchanges.is_some() {
        output::print(&brief::render(&run.summary, &stored));
        return;
    }
    let report = html::written(&run.directory);
    let timeline = timeline::read(&run.directory, run.summary.run.elapsed_s);
    let settings = summary::Settings {
        parts: parts(&shown.args.show_summaries, &shown.args.hide_summaries),
        columns: output::columns(),
        theme: output::theme(),
        stored: Some(&stored),
        report: report.as_deref(),
        timeline: timeline.as_ref(),
    };
    output::print(&summary::render(&run.summary, &settings));
}

/// Returns the parts of the summary that are wanted.
pub(crate) fn parts(show: &[SummaryPart], hide: &[SummaryPart]) -> Parts {
    let shown = |parts: Parts, part: &SummaryPart| match part {
        SummaryPart::System => parts.with(Part::System).with(Part::Samples),
        other => parts.with(part_of(*other)),
    };
    let parts = show.iter().fold(Parts::default(), shown);
    let hidden = |parts: Parts, part: &SummaryPart| parts.without(part_of(*part));
    hide.iter().fold(parts, hidden)
}

fn part_of(part: SummaryPart) -> Part {
    match part {
        SummaryPart::Session => Part::Session,
        SummaryPart::Stages => Part::Stages,
        SummaryPart::Actions => Part::Actions,
        SummaryPart::Timings => Part::Timings,
        SummaryPart::System => Part::System,
    }
}
