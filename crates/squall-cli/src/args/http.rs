//! Arguments of `squall http`.

use std::path::PathBuf;

use clap::Args;

use super::{DashboardArgs, LoadArgs, RequestArgs, RunArgs};

/// Arguments of `squall http`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct HttpArgs {
    /// URL to load
    pub url: String,
    /// Method; `GET`, or `POST` with a body
    #[arg(short, long, value_name = "METHOD", help_heading = "Request")]
    pub method: Option<String>,
    /// Body of the request
    #[arg(
        short,
        long,
        value_name = "TEXT",
        help_heading = "Request",
        group = "any_body"
    )]
    pub body: Option<String>,
    /// File that is sent as the body
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Request",
        group = "any_body"
    )]
    pub body_file: Option<PathBuf>,
    /// JSON that is sent as the body
    #[arg(
        long,
        value_name = "JSON",
        help_heading = "Request",
        group = "any_body"
    )]
    pub json_body: Option<String>,
    /// The load.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Its requests.
    #[command(flatten)]
    pub request: RequestArgs,
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Its dashboard.
    #[command(flatten)]
    pub dashboard: DashboardArgs,
}

const EXAMPLES: &str = "\
Without --duration, --iterations or --stages the load lasts 10 seconds; without --users or --rate there are 10 users. \
Options can also be set in the environment and in `squall.toml`: see `squall --help`.

Examples:
  squall http http://127.0.0.1:8080/ -u 100 -d 30s
  squall http http://127.0.0.1:8080/ -r 5000 -d 1m --poisson
  squall http http://127.0.0.1:8080/orders --json-body '{\"sku\": 7}' -n 1000
  squall http http://127.0.0.1:8080/ -H 'authorization: Bearer x'
  squall http https://127.0.0.1:8443/ -k --stages 10s:50,30s:50,10s:0
  squall http http://127.0.0.1:8080/ -q --summary out.json";
