//! From a parsed command to its file.

use clap::CommandFactory as _;
use clap_complete::generate;
use squall_plan::PlanErrors;

use super::{
    agent, check, code, compare, debug, explain, http, new, ping, plugin, project, reporters,
    resend, run as run_file, stored, target, ui,
};
use crate::args::{Cli, Command, GraphCommand};
use crate::{TestLoader, exit, output};

/// Runs a command and returns its exit code.
pub(crate) fn run(command: Command, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    match command {
        Command::Run(args) => run_file::run(&args, loader),
        Command::Graph(GraphCommand::Run(args)) => run_file::run_graph(&args, loader),
        Command::Http(args) => http::run(&args),
        Command::New(args) | Command::Graph(GraphCommand::Create(args)) => new::run(&args),
        Command::Check(args) | Command::Graph(GraphCommand::Check(args)) => {
            check::check(&args, loader)
        }
        Command::Explain(args) => explain::explain(&args, loader),
        Command::Agent(args) => Ok(agent::run(&args, loader)),
        Command::Debug(args) => debug::run(&args, loader),
        Command::Ping(args) => ping::run(&args),
        Command::History(args) => stored::history(&args),
        Command::Report(args) => match &args.resend {
            Some(_) => Ok(resend::run(&args, loader)),
            None => stored::report(&args),
        },
        Command::Reporters(args) => reporters::run(&args),
        Command::Export(args) => stored::export(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Ui(args) => ui::run(&args, loader),
        Command::Target(args) => target::run(&args),
        Command::Journey(command) => code::journey(&command, loader),
        Command::Scenario(command) => code::scenario(&command, loader),
        Command::Plugin(command) => plugin::run(&command),
        Command::Project(command) => project::run(&command, loader),
        Command::Schema => {
            let schema = squall_plan::schema::json_schema();
            output::print(&format!("{}\n", serde_json::to_string_pretty(&schema)?));
            Ok(exit::PASSED)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            generate(shell, &mut Cli::command(), "squall", &mut script);
            output::print(&String::from_utf8_lossy(&script));
            Ok(exit::PASSED)
        }
    }
}

/// Prints everything that is wrong with a plan.
pub(crate) fn refuse(errors: &PlanErrors) -> u8 {
    output::error(&errors.to_string());
    exit::PLAN
}
