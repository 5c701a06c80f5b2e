//! Arguments of `squall plugin …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `squall plugin …`.
#[derive(Clone, Debug, Subcommand)]
pub enum PluginCommand {
    /// Write a starter plugin, with a small graph that uses it
    Create(PluginCreateArgs),
}

/// Arguments of `squall plugin create`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  squall plugin create engine database.py\n  squall plugin create reporter warehouse.py"
)]
pub struct PluginCreateArgs {
    /// What it is: `engine` (a client), `persona` (a schedule), `reporter` or `optimizer`
    #[arg(value_enum, hide_possible_values = true)]
    pub kind: PluginKind,
    /// File to write, `.py`; the plugin is named after it
    pub path: PathBuf,
    /// URL that its graph loads
    #[arg(long, default_value = "http://127.0.0.1:8080/")]
    pub url: String,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// A kind of plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PluginKind {
    /// A client of a protocol.
    Engine,
    /// A schedule.
    Persona,
    /// A place where results go.
    Reporter,
    /// A search for good settings.
    Optimizer,
}
