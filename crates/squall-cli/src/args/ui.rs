//! Options of the dashboard, and arguments of `squall ui`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::{LoadArgs, RequestArgs, RunArgs, RunFileArgs, ScriptArgs, StagesArgs};

/// The dashboard of a run.
#[derive(Clone, Debug, Default, Args)]
pub struct DashboardArgs {
    /// Show the run in a browser while it goes, and let it be changed from there; by default on a free port of this machine alone
    #[arg(
        long,
        value_name = "ADDRESS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "127.0.0.1:0",
        value_parser = address,
        help_heading = "Dashboard"
    )]
    pub ui: Option<SocketAddr>,
    /// Serve the dashboard until Ctrl-C also after the run; else it ends with the run, and pages keep what they show
    #[arg(long, requires = "ui", help_heading = "Dashboard")]
    pub ui_keep: bool,
    /// Who vouches for the server.
    #[command(flatten)]
    pub tls: DashboardTlsArgs,
}

/// TLS of the dashboard.
#[derive(Clone, Debug, Default, Args)]
pub struct DashboardTlsArgs {
    /// Serve the dashboard over TLS: PEM file with the certificate, and those that signed it
    #[arg(
        long,
        value_name = "FILE",
        requires = "ui_key",
        help_heading = "Dashboard"
    )]
    pub ui_cert: Option<PathBuf>,
    /// PEM file with the key of that certificate
    #[arg(
        long,
        value_name = "FILE",
        requires = "ui_cert",
        help_heading = "Dashboard"
    )]
    pub ui_key: Option<PathBuf>,
}

/// Arguments of `squall ui`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct UiArgs {
    /// Stored run to begin with: an id or its beginning, a name for its newest run, or `last`
    #[arg(conflicts_with = "test")]
    pub run: Option<String>,
    /// Test that can be started in the browser, again and again: a file, `FILE:NAME`, or a registered name
    #[arg(long, value_name = "FILE")]
    pub test: Option<String>,
    /// Where to listen; by default on a free port of this machine alone
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    pub address: SocketAddr,
    /// Open the dashboard in the browser
    #[arg(long)]
    pub open: bool,
    /// Who vouches for the server.
    #[command(flatten)]
    pub tls: DashboardTlsArgs,
    /// Replace an attribute of a stage of the test; may be given several times
    #[arg(long = "set", value_name = "STAGE.ATTR=VALUE")]
    pub set: Vec<String>,
    /// The load, for whatever the file leaves open.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Its requests.
    #[command(flatten)]
    pub request: RequestArgs,
    /// Code of the test.
    #[command(flatten)]
    pub script: ScriptArgs,
    /// Its stages.
    #[command(flatten)]
    pub stages: StagesArgs,
    /// The runs.
    #[command(flatten)]
    pub runs: RunArgs,
}

impl UiArgs {
    /// Returns what `squall run` would have been told of a test.
    pub(crate) fn run_args(&self, file: &str) -> RunFileArgs {
        RunFileArgs {
            file: file.to_owned(),
            set: self.set.clone(),
            load: self.load.clone(),
            request: self.request.clone(),
            script: self.script.clone(),
            stages: self.stages.clone(),
            run: self.runs.clone(),
            dashboard: DashboardArgs::default(),
        }
    }
}

/// Reads an address: `HOST:PORT` with an IP address or `localhost`, or a port of this machine.
fn address(text: &str) -> Result<SocketAddr, String> {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    // As the environment and `squall.toml` switch something on.
    if text == "true" {
        return Ok(SocketAddr::new(here, 0));
    }
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').unwrap_or(port);
    if let Ok(port) = port.parse() {
        return Ok(SocketAddr::new(here, port));
    }
    text.parse().map(|ip| SocketAddr::new(ip, 0)).map_err(|_| {
        "give an IP address and a port, like `127.0.0.1:8089`, or a port alone".to_owned()
    })
}

const EXAMPLES: &str = "\
The options of the load, of requests, of code and of runs are those of `squall run`, for the test of --test. Whoever opens the page can \
choose users, rate, duration, host and stages to leave out; each start loads the file anew and is stored as a run of its own.

Examples:
  squall ui
  squall ui last --open
  squall ui --test shop.py --host http://127.0.0.1:8080
  squall ui --test shop.py --address 0.0.0.0:8089 --ui-cert cert.pem --ui-key key.pem";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, expected) in [
            ("8089", "127.0.0.1:8089"),
            (":8089", "127.0.0.1:8089"),
            ("localhost:0", "127.0.0.1:0"),
            ("true", "127.0.0.1:0"),
            ("0.0.0.0:8089", "0.0.0.0:8089"),
            ("0.0.0.0", "0.0.0.0:0"),
            ("[::1]:5", "[::1]:5"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
        assert!(address("shop.py").unwrap_err().contains("127.0.0.1:8089"));
    }
}
