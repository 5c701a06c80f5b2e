//! The `squall` command: arguments, exit codes, and what is printed.
//!
//! Reading order: [`args`] (what can be typed), `commands` (one file each), `load` (from a file to a plan), `execute` (a run with
//! its live view, Ctrl-C and summary), [`exit`] (what the shell gets).
//!
//! This is the only crate that prints. It holds no logic that could live below it, and knows no Python: test files in Python come
//! through a [`TestLoader`].

pub mod args;
mod commands;
mod execute;
pub mod exit;
mod load;
mod loader;
mod log;
mod output;

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::args::Cli;
pub use crate::loader::TestLoader;

/// Runs the command line and returns the exit code; the first argument is the command's own name.
pub fn main(args: Vec<OsString>, loader: &dyn TestLoader) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // The error chooses its own stream; a closed one cannot be told anything.
            error.print().ok();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::PASSED,
                _ => exit::PLAN,
            };
        }
    };
    match commands::run(cli.command, loader) {
        Ok(code) => code,
        Err(error) => {
            output::error(&format!("error: {error:#}"));
            exit::FAULT
        }
    }
}
