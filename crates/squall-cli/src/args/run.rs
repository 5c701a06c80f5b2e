//! Arguments of `squall run`, and options of every run.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{DashboardArgs, LoadArgs, RequestArgs, ResultsArgs, ScriptArgs, StagesArgs};

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
    /// Its stages.
    #[command(flatten)]
    pub stages: StagesArgs,
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Its dashboard.
    #[command(flatten)]
    pub dashboard: DashboardArgs,
}

const EXAMPLES: &str = "\
Options of the load and its requests count for whatever the file leaves open; what the file says is replaced by --set. \
Options can also be set in the environment and in `squall.toml`: see `squall --help`.

Examples:
  squall run shop.py
  squall run shop.py --set SetupStage.batch_size=50
  squall run plan.yaml -u 20 -d 30s --summary out.json
  squall run shop.py --ui
  squall run shop.py -q --tag branch=main --out junit=results.xml --out markdown=results.md";

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
    /// Rule that the run passes or fails by, e.g. `p99(response_time) < 200ms`; may be given several times
    #[arg(long, value_name = "RULE", help_heading = "Run")]
    pub threshold: Vec<String>,
    /// Part of the load that is measured: `after ramp`, `after 30s before 10s`
    #[arg(long, value_name = "PART", help_heading = "Run")]
    pub measure: Option<String>,
    /// Exit as if the generator could be trusted where the run is invalid
    #[arg(long, help_heading = "Run")]
    pub allow_invalid: bool,
    /// Stored run that this one is compared with at its end: an id, a name (its newest run), `last`, or a folder
    #[arg(long, value_name = "RUN", help_heading = "Run")]
    pub baseline: Option<String>,
    /// What the run fails at when it is shown beside the baseline, e.g. `p99 > +10%`; may be given several times
    #[arg(
        long,
        value_name = "LIMIT",
        requires = "baseline",
        allow_hyphen_values = true,
        help_heading = "Run"
    )]
    pub fail_on_regression: Vec<String>,
    /// Write `summary.json` to this file as well
    #[arg(long, value_name = "FILE.json", help_heading = "Run")]
    pub summary: Option<PathBuf>,
    /// Write no HTML report; else `report.html` is in the run's directory
    #[arg(long, help_heading = "Run")]
    pub no_report: bool,
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
    /// Parts of the summary to show: `session`, `stages`, `actions`, `timings`, `system`; all but `timings` are shown anyway
    #[arg(
        long,
        value_enum,
        value_name = "PART,…",
        value_delimiter = ',',
        hide_possible_values = true,
        help_heading = "Run"
    )]
    pub show_summaries: Vec<SummaryPart>,
    /// Parts of the summary to leave out; the same names
    #[arg(
        long,
        value_enum,
        value_name = "PART,…",
        value_delimiter = ',',
        hide_possible_values = true,
        help_heading = "Run"
    )]
    pub hide_summaries: Vec<SummaryPart>,
    /// What goes to `run.log`: `trace`, `debug`, `info` (default), `warn` or `error`, and what is above it
    #[arg(
        long,
        value_enum,
        hide_possible_values = true,
        value_name = "LEVEL",
        help_heading = "Run"
    )]
    pub log_level: Option<LogLevel>,
    /// Folder that gets a copy of the log as well, as `RUN.log`
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub log_directory: Option<PathBuf>,
    /// Folder in which runs are stored
    #[arg(
        long,
        value_name = "DIR",
        default_value = ".squall/runs",
        help_heading = "Run"
    )]
    pub runs_dir: PathBuf,
    /// What it leaves.
    #[command(flatten)]
    pub results: ResultsArgs,
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

/// A part of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SummaryPart {
    /// The run and its totals
    Session,
    /// A row for each stage
    Stages,
    /// Counts and times of each action
    Actions,
    /// Phases of each action
    Timings,
    /// What the generator used
    System,
}

/// From which level on something is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Everything
    Trace,
    /// Also what is of use to who looks for a mistake
    Debug,
    /// Also what happens in order
    Info,
    /// What may be wrong
    #[value(alias = "warning")]
    Warn,
    /// What is wrong
    #[value(aliases = ["critical", "fatal"])]
    Error,
}

impl LogLevel {
    /// Returns the level as filters of logs name it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}
