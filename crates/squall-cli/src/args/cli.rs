//! The commands, and the arguments of the small ones.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    AgentArgs, CheckArgs, CompareArgs, ConfigArgs, DebugArgs, ExportArgs, GraphRunArgs,
    HistoryArgs, HttpArgs, JourneyCommand, LogLevel, PingArgs, PluginCommand, ProjectCommand,
    ReportArgs, ReportersArgs, RunFileArgs, ScenarioCommand, TargetArgs, UiArgs,
};
use crate::starter::{StageKind, StarterEngine};

/// Load tests written in Python, driven by Rust.
#[derive(Clone, Debug, Parser)]
#[command(name = "squall", version, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  squall http http://127.0.0.1:8080/ -u 50 -d 10s   50 users for 10 seconds
  squall http http://127.0.0.1:8080/ -r 2000        2,000 requests a second
  squall new shop.py && squall run shop.py          a test in Python
  squall explain shop.py                            what is compiled, and why
  squall debug shop.py                              every request and answer of one iteration
  squall run shop.py --ui                           the same in a browser, with controls
  squall history                                    what ran here
  squall target                                     a service to practise on

Every option is also an environment variable and a key of `squall.toml` in the working directory. \
`--runs-dir` of `run` and `http` is SQUALL_RUNS_DIR and `runs-dir`; `--http` of `target` is SQUALL_TARGET_HTTP, and `http` in the \
table `[target]`. What is typed goes before the environment, and that before the file.

Exit codes:
    0  passed
   99  failed
   98  invalid: the generator was the limit
  104  the command or the plan is wrong; nothing was sent
  105  stopped by Ctrl-C; what was measured is reported
    1  anything else";

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run a test: in Python, or a plan in YAML or JSON
    Run(Box<RunFileArgs>),
    /// Load one URL, without a file
    Http(Box<HttpArgs>),
    /// Write a starter test
    New(NewArgs),
    /// Check a test without sending anything
    Check(CheckArgs),
    /// Show what of a test is compiled, what is not, and why
    Explain(ExplainArgs),
    /// Do one iteration of a test, and show every request and answer
    Debug(Box<DebugArgs>),
    /// Send one request, and show its answer, times and certificate
    Ping(Box<PingArgs>),
    /// List stored runs
    History(Box<HistoryArgs>),
    /// Show the summary of a stored run again
    Report(Box<ReportArgs>),
    /// List where results can be sent, and what can be said about it
    Reporters(ReportersArgs),
    /// Write a stored run in another format
    Export(Box<ExportArgs>),
    /// Tell whether one stored run is really slower than another
    Compare(CompareArgs),
    /// Show stored runs in a browser, or start a test from there
    Ui(Box<UiArgs>),
    /// Serve the bundled target to practise and to test on
    Target(Box<TargetArgs>),
    /// `new`, `check` and `run` as `graph create|check|run`
    #[command(subcommand)]
    Graph(GraphCommand),
    /// Run one journey
    #[command(subcommand)]
    Journey(JourneyCommand),
    /// Run a scenario of journeys
    #[command(subcommand)]
    Scenario(ScenarioCommand),
    /// Write a starter plugin: a client, a schedule, a reporter or an optimizer
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Keep a collection of tests in git, and run them by name
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Send a part of the load of another process
    #[command(hide = true)]
    Agent(AgentArgs),
    /// Print the JSON schema of plans
    Schema,
    /// Print completions for a shell
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Tells options of a load from what was typed which of them were not.
    pub(crate) fn set_untyped(&mut self, names: &[String]) {
        let load = match self {
            Self::Run(args) => &mut args.load,
            Self::Ui(args) => &mut args.load,
            Self::Graph(GraphCommand::Run(args)) => &mut args.run.load,
            _ => return,
        };
        load.untyped = names.to_vec();
    }
}

/// `squall graph …`.
#[derive(Clone, Debug, Subcommand)]
pub enum GraphCommand {
    /// Write a starter graph; the same as `squall new`
    Create(NewArgs),
    /// Check a graph; the same as `squall check`
    Check(CheckArgs),
    /// Run a graph, after a connection to each of its targets
    Run(Box<GraphRunArgs>),
}

/// Arguments of `squall new`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  squall new shop.py\n  squall new shop.py --kind journey\n  squall graph create shop.py --stages setup,execute,analyze,submit --engine task --reporter csv\n  squall new plan.yaml --url http://127.0.0.1:8080/"
)]
pub struct NewArgs {
    /// File to write: `.py` for a test in Python, `.yaml` or `.json` for a plan
    pub path: PathBuf,
    /// What kind of test: `graph`, or in Python also `journey`, `testcase` or `repeat`
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub kind: TestKind,
    /// URL that the test loads
    #[arg(long, default_value = "http://127.0.0.1:8080/")]
    pub url: String,
    /// Stages of a graph in Python, each after the one before: `setup`, `execute`, `analyze`, `submit` (default), `act`, `validate`, `checkpoint`, `teardown`, `wait`
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        hide_possible_values = true,
        value_name = "STAGE,…"
    )]
    pub stages: Vec<StageKind>,
    /// How the actions of a graph in Python run: `http` (compiled, default), or `task` (in Python)
    #[arg(long, value_enum, hide_possible_values = true)]
    pub engine: Option<StarterEngine>,
    /// Reporter that a graph or plan writes its results with; `json` by default
    #[arg(long, value_parser = PossibleValuesParser::new(squall_run::reporter_names()))]
    pub reporter: Option<String>,
    /// Write to standard error what is done: `trace`, `debug`, `info`, `warn` or `error`, and what is above it
    #[arg(long, value_enum, hide_possible_values = true, value_name = "LEVEL")]
    pub log_level: Option<LogLevel>,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// A kind of test that there is a starter of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TestKind {
    /// A graph of stages.
    #[default]
    Graph,
    /// A journey with its scenario.
    Journey,
    /// A test case.
    Testcase,
    /// A repeated function.
    Repeat,
}

/// Arguments of commands on one file.
#[derive(Clone, Debug, Args)]
pub struct FileArgs {
    /// Test file; `FILE:NAME` names a test in it
    pub file: String,
    /// Replace an attribute of a stage; may be given several times
    #[arg(long = "set", value_name = "STAGE.ATTR=VALUE")]
    pub set: Vec<String>,
    /// Configuration of its code.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Arguments of `squall explain`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  squall explain shop.py\n  squall explain shop.py --format json"
)]
pub struct ExplainArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// `text`, or `json` for the plan as it will run
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table.
    #[default]
    Text,
    /// A JSON document.
    Json,
}
