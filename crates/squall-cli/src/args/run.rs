//! Arguments of `squall run`.

use clap::Args;

use super::{LoadArgs, RunArgs};

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
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
}

const EXAMPLES: &str = "\
Options of the load count for whatever the file leaves open; what the file says is replaced by --set.

Examples:
  squall run shop.py
  squall run shop.py --set SetupStage.batch_size=50 --set SetupStage.total_time=10s
  squall run plan.yaml -u 20 -d 30s --summary out.json";
