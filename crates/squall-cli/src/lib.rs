//! The `squall` command: arguments, exit codes, and what is printed.
//!
//! Reading order: [`args`] (what can be typed), `defaults` (what need not be typed), `commands` (one file each), `load` (from a file
//! to a plan), [`project`] (tests by name), [`starter`] (graphs put together of stages), `execute` (a run with its live view, Ctrl-C and summary), `document` and `rows` (what it leaves for other tools), `baseline` (what a run is compared with), `dashboard` (a run in a browser), `stored` (runs that are read again), `messages`, `printed` and `exchange` (what is
//! shown of scripts and requests), `brief` (the end of `squall debug`), `output` (the only place that prints), [`exit`] (what the
//! shell gets).
//!
//! This is the only crate that prints. It holds no logic that could live below it, and knows no Python: test files in Python come
//! through a [`TestLoader`].

pub mod args;
mod baseline;
mod brief;
mod browser;
mod commands;
mod dashboard;
mod defaults;
mod document;
mod exchange;
mod execute;
pub mod exit;
mod html;
mod job;
mod keyboard;
mod live;
mod load;
mod loader;
mod log;
mod messages;
mod output;
mod printed;
pub mod project;
mod reporters;
mod rows;
pub mod starter;
mod stored;
mod timeline;
mod watch;

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::args::Cli;
use crate::defaults::{Refused, complete};
pub use crate::loader::TestLoader;

/// Runs the command line and returns the exit code; the first argument is the command's own name.
pub fn main(args: Vec<OsString>, loader: &dyn TestLoader) -> u8 {
    let completed = match complete(args) {
        Ok(completed) => completed,
        Err(Refused::Usage(error)) => return answer(&error),
        Err(Refused::Defaults(errors)) => {
            output::error(&errors.to_string());
            return exit::PLAN;
        }
    };
    let code = match Cli::try_parse_from(&completed.args) {
        Ok(mut cli) => {
            cli.command.set_untyped(&completed.untyped());
            run(cli, loader)
        }
        Err(error) => answer(&error),
    };
    if code == exit::PLAN
        && let Some(note) = completed.note()
    {
        output::error(&note);
    }
    code
}

/// Prints what clap has to say: help that was asked for is no mistake.
fn answer(error: &clap::Error) -> u8 {
    output::usage(error);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::PASSED,
        _ => exit::PLAN,
    }
}

fn run(cli: Cli, loader: &dyn TestLoader) -> u8 {
    match commands::run(cli.command, loader) {
        Ok(code) => code,
        Err(error) => {
            output::error(&format!("error: {error:#}"));
            exit::FAULT
        }
    }
}
