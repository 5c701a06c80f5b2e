//! Arguments of `squall run`, and options of every run.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{LoadArgs, RequestArgs, ScriptArgs};

/// Arguments of `squall run`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunFileArgs {
    /// Test file; `FILE:NAME` names a test in it
    pub file: String,
    /// Replace an attribute of a stage; may be given several times
    #[arg(long = "set", value_name = "STAGE.ATTR=VALUE")]
    pub set: Vec<String>,
    /// The load, for whatever the file leaves open.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Its requests.
    #[command(flatten)]
    pub request: RequestArgs,
    /// Code of the test.
    #[command(flatten)]
    pub script: ScriptArgs,
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
}

const EXAMPLES: &str = "\
Options of the load and its requests count for whatever the file leaves open; what the file says is replaced by --set. \
Options can also be set in the environment and in `squall.toml`: see `squall --help`.

Examples:
  squall run shop.py
  squall run shop.py --set SetupStage.batch_size=50
  squall run plan.yaml -u 20 -d 30s --summary out.json";

/// How the run itself goes and what it shows.
#[derive(Clone, Debug, Default, Args)]
pub struct RunArgs {
    /// I/O threads; one per core by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Run")]
    pub threads: Option<u32>,
    /// Seed of every random choice; by default one is drawn, and stored with the run
    #[arg(long, value_name = "N", help_heading = "Run")]
    pub seed: Option<u64>,
    /// Name of the run
    #[arg(long, value_name = "NAME", help_heading = "Run")]
    pub name: Option<String>,
    /// Write `summary.json` to this file as well
    #[arg(long, value_name = "FILE.json", help_heading = "Run")]
    pub summary: Option<PathBuf>,
    /// Show nothing but errors
    #[arg(short, long, help_heading = "Run")]
    pub quiet: bool,
    /// How progress is shown: `screen` (default in a terminal), `plain` (default elsewhere) or `none`
    #[arg(
        long,
        value_enum,
        hide_possible_values = true,
        value_name = "HOW",
        help_heading = "Run"
    )]
    pub progress: Option<ProgressArg>,
    /// Folder in which runs are stored
    #[arg(
        long,
        value_name = "DIR",
        default_value = ".squall/runs",
        help_heading = "Run"
    )]
    pub runs_dir: PathBuf,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressArg {
    /// A block of lines redrawn in place
    Screen,
    /// A line every few seconds
    Plain,
    /// Nothing
    None,
}
