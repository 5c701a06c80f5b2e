//! What can be typed.
//!
//! No option names its environment variable here: all get theirs, and their place in `squall.toml`, in the same way (see
//! `crate::defaults`).

mod cli;
mod code;
mod compare;
mod graph;
mod http;
mod load;
mod ping;
mod plugin;
mod project;
mod request;
mod results;
mod run;
mod script;
mod target;
mod ui;

pub use cli::{Cli, Command, ExplainArgs, FileArgs, Format, GraphCommand, NewArgs, TestKind};
pub use code::{
    AgentArgs, CodeArgs, DebugArgs, JourneyArgs, JourneyCommand, JourneyTestArgs, ScenarioArgs,
    ScenarioCommand,
};
pub use compare::{CompareArgs, CompareFormat};
pub use graph::{CheckArgs, GraphRunArgs, StagesArgs, ValidationArgs};
pub use http::HttpArgs;
pub use load::LoadArgs;
pub use ping::{PingArgs, PingEngine};
pub use plugin::{PluginCommand, PluginCreateArgs, PluginKind};
pub use project::{
    PlaceArgs, ProjectAboutArgs, ProjectCommand, ProjectCreateArgs, ProjectGetArgs, ProjectSyncArgs,
};
pub use request::RequestArgs;
pub use results::{
    ExportArgs, HistoryArgs, ReportArgs, ReportersArgs, ResultsArgs, RunFormat, RunsArgs,
    VerdictArg,
};
pub use run::{LogLevel, ProgressArg, RunArgs, RunFileArgs, SummaryPart};
pub(crate) use script::ALL_MESSAGES;
pub use script::{ConfigArgs, ScriptArgs};
pub use target::TargetArgs;
pub use ui::{DashboardArgs, DashboardTlsArgs, UiArgs};
