//! Arguments of `squall graph run` and `squall check`, beside those of every run.

use clap::Args;

use super::{FileArgs, LogLevel, RunFileArgs};

/// Arguments of `squall graph run`.
#[derive(Clone, Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct GraphRunArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunFileArgs,
    /// What is asked of the targets before it.
    #[command(flatten)]
    pub validation: ValidationArgs,
}

/// The connection to each target before the load.
#[derive(Clone, Debug, Args)]
pub struct ValidationArgs {
    /// Go on where a target cannot be connected to, with a warning
    #[arg(long, help_heading = "Connection")]
    pub bypass_connection_validation: bool,
    /// Further attempts to connect to a target before the load, half a second apart
    #[arg(
        long,
        value_name = "N",
        default_value_t = 3,
        help_heading = "Connection"
    )]
    pub connection_validation_retries: u32,
}

/// Which stages run, on how many cores, and how often.
#[derive(Clone, Debug, Default, Args)]
pub struct StagesArgs {
    /// Cores to use: as processes where the test runs Python, else as I/O threads
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with_all = ["threads", "processes"],
        help_heading = "Run"
    )]
    pub cpus: Option<u32>,
    /// Stages that do not run; those after them do
    #[arg(
        long,
        value_name = "STAGE,…",
        value_delimiter = ',',
        help_heading = "Run"
    )]
    pub skip: Vec<String>,
    /// Run everything again where the run fails, so many times at most; each attempt is stored as a run of its own
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Run")]
    pub retries: u32,
}

/// Arguments of `squall check`.
#[derive(Clone, Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct CheckArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// Open one connection to each target as well, and say what came of it; no request is sent
    #[arg(long)]
    pub connect: bool,
    /// Write to standard error what is done: `trace`, `debug`, `info`, `warn` or `error`, and what is above it
    #[arg(long, value_enum, hide_possible_values = true, value_name = "LEVEL")]
    pub log_level: Option<LogLevel>,
}

const RUN_EXAMPLES: &str = "\
The same as `squall run`, with one thing before: a connection is opened to each target whose URL does not vary, and closed again. \
Where one cannot be opened, nothing is sent and the exit code is 104.

Examples:
  squall graph run shop.py
  squall graph run shop.py --skip WarmUp,Report --retries 2
  squall graph run shop.py --show-summaries timings --log-level debug --log-directory logs
  squall graph run shop.py --bypass-connection-validation";

const CHECK_EXAMPLES: &str = "\
Everything that is wrong is told at once, with exit code 104. Without --connect nothing leaves this machine: no name is looked up, \
no connection is opened.

Examples:
  squall check shop.py
  squall check shop.py --connect";
