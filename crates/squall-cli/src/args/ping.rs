//! Arguments of `squall ping`.

use clap::{Args, ValueEnum};

use super::{Format, RequestArgs};

/// Arguments of `squall ping`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PingArgs {
    /// URL to ask
    pub url: String,
    /// Which client sends the request: `http`
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub engine: PingEngine,
    /// `text`, or `json` for everything that is known
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
    /// The request; it takes 60 seconds at most unless `--timeout` says otherwise, and follows no redirects unless `--redirects` does.
    #[command(flatten)]
    pub request: RequestArgs,
}

/// A client that can send a single request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PingEngine {
    /// HTTP/1.1.
    #[default]
    Http,
}

const EXAMPLES: &str = "\
One request is sent, as a load would send it; nothing is stored. It ends after 60 seconds unless --timeout says otherwise, and \
follows redirects only with --redirects. Where the certificate is refused, a second connection is opened to show it. \
The exit code is 0 where the answer is good, 1 where it is not or there is none, 104 where the command is wrong.

Examples:
  squall ping http://127.0.0.1:8080/
  squall ping https://127.0.0.1:8443/ --cacert ca.pem --timeout 5
  squall ping https://127.0.0.1:8443/ -k --format json";
