//! What a run is told beside its plan.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::Sender;

use serde_json::{Map, Value};
use squall_engine::Exchange;
use squall_engine::script::{ScriptHost, ScriptMessage};
use squall_metrics::summary::Commit;
use squall_report::{Opening, Reporter};

/// How agents of a run are started, and what they load.
#[derive(Clone, Debug, Default)]
pub struct AgentCommand {
    /// The program and its first arguments; `--connect PATH` is added. Empty where there can be no agents.
    pub argv: Vec<OsString>,
    /// The test file, for the scripts in it.
    pub file: PathBuf,
    /// Name of the test in the file.
    pub name: Option<String>,
    /// What replaces or completes what the file says, a JSON object.
    pub overrides: String,
}

/// A line that an agent printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentLine {
    /// Number of the agent, from 1.
    pub agent: u32,
    /// The line, without its end.
    pub line: String,
}

/// Makes reporters that the table of those that come with Squall does not have.
pub trait ReporterFactory: Send + Sync + std::fmt::Debug {
    /// Makes the reporter of that name; it is opened later, by its driver. `None`: there is no such reporter here either.
    ///
    /// # Errors
    /// Says why it cannot be made of these settings.
    fn build(
        &self,
        name: &str,
        settings: &Map<String, Value>,
    ) -> Option<Result<Box<dyn Reporter>, String>>;
}

/// What a plan's targets are asked before the load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Targets {
    /// Their names are looked up; nothing is sent to them.
    #[default]
    Resolved,
    /// Nothing: not even their names are looked up.
    LeftAlone,
}

/// Settings of one run on this machine.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// I/O threads of each process. Default: one per core, with scripts one.
    pub threads: Option<u32>,
    /// Seed of every random choice; goes before the plan's. Default: drawn.
    pub seed: Option<u64>,
    /// File of the test, as it was named; stored with the run.
    pub file: Option<String>,
    /// Commit of the repository that the file is in; stored with the run.
    pub commit: Option<Commit>,
    /// Folder from which the plan's relative paths start.
    pub base_dir: PathBuf,
    /// Folder that holds one directory per run.
    pub runs_dir: PathBuf,
    /// Series at most; more names are counted together.
    pub max_series: usize,
    /// Runs the plan's scripts, where it has any.
    pub scripts: Option<Arc<dyn ScriptHost>>,
    /// Makes reporters that do not come with Squall.
    pub reporters: Option<Arc<dyn ReporterFactory>>,
    /// When reporters are opened: before the load, where one that cannot be is an error, or when their backends are there.
    pub reporters_open: Opening,
    /// Processes that send the load; 1 is this one. Default: with scripts one per two cores, else 1.
    pub processes: Option<u32>,
    /// Cores that the generator may use: I/O threads, or with scripts processes; goes before the plan's.
    pub cpus: Option<u32>,
    /// How the processes are started, where they are several.
    pub agent: AgentCommand,
    /// Counts what the user does to end the program; the first gives up a start that is under way.
    pub interrupts: Option<Arc<AtomicUsize>>,
    /// What targets are asked before the load.
    pub targets: Targets,
    /// Ends the load at the first failure.
    pub fail_fast: bool,
    /// Gets what scripts send.
    pub messages: Option<Sender<ScriptMessage>>,
    /// Gets every request and its answer, where the load comes from this process.
    pub trace: Option<Sender<Exchange>>,
    /// Gets what agents print on standard output; without it, that goes to the log.
    pub printed: Option<Sender<AgentLine>>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            threads: None,
            seed: None,
            file: None,
            commit: None,
            base_dir: PathBuf::from("."),
            runs_dir: PathBuf::from(".squall/runs"),
            max_series: 10_000,
            scripts: None,
            reporters: None,
            reporters_open: Opening::BeforeLoad,
            processes: None,
            cpus: None,
            agent: AgentCommand::default(),
            interrupts: None,
            targets: Targets::default(),
            fail_fast: false,
            messages: None,
            trace: None,
            printed: None,
        }
    }
}
