//! Arguments of `squall journey …`, `squall scenario …` and `squall debug`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ConfigArgs, DashboardArgs, RequestArgs, RunArgs, ScriptArgs};

/// `squall journey …`.
#[derive(Clone, Debug, Subcommand)]
pub enum JourneyCommand {
    /// Run a journey again and again, so many at once, until Ctrl-C or the end of its data
    Test(Box<JourneyTestArgs>),
    /// Run a journey exactly once
    Run(Box<JourneyArgs>),
}

/// `squall scenario …`.
#[derive(Clone, Debug, Subcommand)]
pub enum ScenarioCommand {
    /// Run a function's list of journeys until they end, or Ctrl-C
    Test(Box<ScenarioArgs>),
}

/// Arguments of `squall journey test`.
#[derive(Clone, Debug, Args)]
#[command(after_help = JOURNEY_EXAMPLES)]
pub struct JourneyTestArgs {
    /// The journey.
    #[command(flatten)]
    pub journey: JourneyArgs,
    /// Journeys that run at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), help_heading = "Load")]
    pub volume: u32,
    /// How long: `250ms`, `90s`, `1h30m`; by default until Ctrl-C
    #[arg(short, long, value_name = "TIME", help_heading = "Load")]
    pub duration: Option<String>,
}

/// A journey, and how it runs.
#[derive(Clone, Debug, Args)]
pub struct JourneyArgs {
    /// Journey: a module or a file, and the name of the function in it
    #[arg(value_name = "MODULE:JOURNEY")]
    pub journey: String,
    /// Data pool that the journey's arguments come from: `MODULE:NAME`, or `NAME` in the same module
    pub datapool: Option<String>,
    /// How it runs.
    #[command(flatten)]
    pub code: CodeArgs,
}

/// Arguments of `squall scenario test`.
#[derive(Clone, Debug, Args)]
#[command(after_help = SCENARIO_EXAMPLES)]
pub struct ScenarioArgs {
    /// Scenario: a module or a file, and the name of the function in it
    #[arg(value_name = "MODULE:SCENARIO")]
    pub scenario: String,
    /// How long at most: `250ms`, `90s`, `1h30m`; by default until its volume models end
    #[arg(short, long, value_name = "TIME", help_heading = "Load")]
    pub duration: Option<String>,
    /// How it runs.
    #[command(flatten)]
    pub code: CodeArgs,
}

/// How journeys run.
#[derive(Clone, Debug, Args)]
pub struct CodeArgs {
    /// Run one user in this process, so that breakpoints work; `PYTHONBREAKPOINT` and `PYTHONPOSTMORTEM` name what is called
    #[arg(long, help_heading = "Python")]
    pub debugging: bool,
    /// Its requests.
    #[command(flatten)]
    pub request: RequestArgs,
    /// Its code.
    #[command(flatten)]
    pub script: ScriptArgs,
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Its dashboard.
    #[command(flatten)]
    pub dashboard: DashboardArgs,
}

/// Arguments of `squall debug`.
#[derive(Clone, Debug, Args)]
#[command(after_help = DEBUG_EXAMPLES)]
pub struct DebugArgs {
    /// Test file; `FILE:NAME` names a test in it
    pub file: String,
    /// Data pool of a journey: `MODULE:NAME`, or `NAME` in the same module
    pub datapool: Option<String>,
    /// Replace an attribute of a stage; may be given several times
    #[arg(long = "set", value_name = "STAGE.ATTR=VALUE")]
    pub set: Vec<String>,
    /// Show whole bodies; by default their first 2 KB
    #[arg(long)]
    pub full: bool,
    /// Show what is secret: authorization, cookies, API keys
    #[arg(long)]
    pub show_secrets: bool,
    /// Its requests.
    #[command(flatten)]
    pub request: RequestArgs,
    /// Its configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Seed of every random choice; by default one is drawn, and stored with the run
    #[arg(long, value_name = "N", help_heading = "Run")]
    pub seed: Option<u64>,
    /// Folder in which runs are stored
    #[arg(
        long,
        value_name = "DIR",
        default_value = ".squall/runs",
        help_heading = "Run"
    )]
    pub runs_dir: PathBuf,
}

/// Arguments of `squall agent`.
#[derive(Clone, Debug, Args)]
pub struct AgentArgs {
    /// Socket of the process that started this one
    #[arg(long, value_name = "PATH")]
    pub connect: PathBuf,
}

const JOURNEY_EXAMPLES: &str = "\
Examples:
  squall journey test shop:browse shop:users --volume 10
  squall journey test shop.py:browse users -d 30s
  squall journey test shop:browse --debugging";

const SCENARIO_EXAMPLES: &str = "\
Examples:
  squall scenario test shop:scenario
  squall scenario test shop.py:scenario --add-to-config host:http://127.0.0.1:8080 --messages";

const DEBUG_EXAMPLES: &str = "\
One user does one iteration of each scenario, whatever the file says of its load. Breakpoints work: `breakpoint()` stops in \
the debugger.

Examples:
  squall debug shop.py
  squall debug shop.py:browse users --full
  squall debug plan.yaml --set load.execute.settings.graceful_stop=5s";
