//! Options of tests that run code.

use clap::Args;

/// How the code of a test runs, and what it is told.
#[derive(Clone, Debug, Default, Args)]
pub struct ScriptArgs {
    /// Processes that run Python; by default one for every two cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Python")]
    pub processes: Option<u32>,
    /// Stop at the first exception in the test's code
    #[arg(long, help_heading = "Python")]
    pub fail_fast: bool,
    /// Print messages that the test sends, one JSON object a line: all, or those of some types
    #[arg(
        long,
        value_name = "TYPE,…",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ALL_MESSAGES,
        help_heading = "Python"
    )]
    pub messages: Option<String>,
    /// Its configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// The configuration of a test that runs code.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigArgs {
    /// Function that returns the test's configuration, a dict
    #[arg(long, value_name = "MODULE:CALLABLE", help_heading = "Python")]
    pub config: Option<String>,
    /// Add to the test's configuration; may be given several times
    #[arg(long, value_name = "KEY:VALUE", help_heading = "Python")]
    pub add_to_config: Vec<String>,
}

/// The type of `--messages` that stands for all.
pub(crate) const ALL_MESSAGES: &str = "*";
