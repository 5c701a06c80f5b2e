//! One file per command.

mod check;
mod http;
mod new;
mod run;
mod target;

use clap::CommandFactory as _;
use squall_plan::PlanErrors;

use crate::args::{Cli, Command, GraphCommand};
use crate::{TestLoader, exit, output};

/// Runs a command and returns its exit code.
pub(crate) fn run(command: Command, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    match command {
        Command::Run(args) | Command::Graph(GraphCommand::Run(args)) => run::run(&args, loader),
        Command::Http(args) => http::run(&args),
        Command::New(args) | Command::Graph(GraphCommand::Create(args)) => new::run(&args),
        Command::Check(args) | Command::Graph(GraphCommand::Check(args)) => {
            check::check(&args, loader)
        }
        Command::Explain(args) => check::explain(&args, loader),
        Command::Target(args) => target::run(&args),
        Command::Schema => {
            let schema = squall_plan::schema::json_schema();
            output::print(&format!("{}\n", serde_json::to_string_pretty(&schema)?));
            Ok(exit::PASSED)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "squall", &mut script);
            output::print(&String::from_utf8_lossy(&script));
            Ok(exit::PASSED)
        }
    }
}

/// Prints everything that is wrong with a plan.
fn refuse(errors: &PlanErrors) -> u8 {
    output::error(&errors.to_string());
    exit::PLAN
}
