//! `squall report RUN --resend REPORTER`.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value};
use squall_plan::PlanError;
use squall_run::ReporterFactory;
use squall_run::resend::{ResendError, Waiting, waiting};

use super::{refuse, stored};
use crate::args::ReportArgs;
use crate::{TestLoader, exit, output, reporters};

/// What stands for every reporter.
const ALL: &str = "all";

/// Sends what waits for a reporter, or for all.
pub(super) fn run(args: &ReportArgs, loader: &dyn TestLoader) -> u8 {
    let wanted = args.resend.as_deref().unwrap_or(ALL);
    let directory = match stored::directory(&args.runs, &args.run) {
        Ok(directory) => directory,
        Err(error) => return stored::refused(&error),
    };
    let all = match waiting(&directory) {
        Ok(all) => all,
        Err(error) => return failed(&error),
    };
    let names: Vec<String> = all.iter().map(|one| format!("`{}`", one.name)).collect();
    let own: Vec<Waiting> = all
        .into_iter()
        .filter(|one| wanted == ALL || one.name == wanted)
        .collect();
    if own.is_empty() {
        return nothing(wanted, &names);
    }
    let factory = loader.reporters();
    let mut code = exit::PASSED;
    for one in own {
        let settings = match reporters::settings_of(&one.name, &args.outs) {
            Ok(settings) => settings,
            Err(message) => return refuse(&PlanError::new("--out", message).into()),
        };
        let sent = send(one, &directory, &settings, factory.as_deref());
        if sent != exit::PASSED {
            code = sent;
        }
    }
    code
}

fn nothing(wanted: &str, names: &[String]) -> u8 {
    if wanted == ALL || names.is_empty() {
        output::note("nothing waits in the spool of this run");
        return exit::PASSED;
    }
    let message = format!("nothing waits for reporter `{wanted}` in the spool of this run");
    let hint = format!("there is something for {}", names.join(", "));
    refuse(&PlanError::new("--resend", message).with_hint(hint).into())
}

fn send(
    one: Waiting,
    directory: &Path,
    settings: &Map<String, Value>,
    factory: Option<&dyn ReporterFactory>,
) -> u8 {
    let name = one.name.clone();
    output::note(&format!("sending {} records to `{name}` …", one.records));
    let report = match one.send(directory, settings, factory) {
        Ok(report) => report,
        Err(error) => return failed(&error),
    };
    let mut line = format!("{name}: {} delivered", report.delivered);
    for (count, what) in [
        (report.dropped, "refused"),
        (report.spooled, "still waiting"),
    ] {
        if count > 0 {
            write!(line, ", {count} {what}").expect("a text takes everything");
        }
    }
    let is_complete = report.spooled == 0 && report.dropped == 0;
    let more = match (report.message, report.location) {
        (Some(message), _) if !is_complete => format!(": {message}"),
        (_, Some(location)) => format!(", see {location}"),
        _ => String::new(),
    };
    output::print(&format!("{line}{more}\n"));
    if is_complete {
        exit::PASSED
    } else {
        exit::FAILED
    }
}

fn failed(error: &ResendError) -> u8 {
    let mut text = format!("error: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        write!(text, "\n  caused by: {error}").expect("a text takes everything");
        cause = error.source();
    }
    output::error(&text);
    exit::FAULT
}
