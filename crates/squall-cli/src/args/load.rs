//! Options of a load, shared by `squall http` and `squall run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How much load, for how long, over which connections.
#[derive(Clone, Debug, Default, Args)]
pub struct LoadArgs {
    /// Virtual users; with `--rate`, how many there are at most
    #[arg(
        short,
        long,
        env = "SQUALL_USERS",
        value_name = "N",
        help_heading = "Load"
    )]
    pub users: Option<u32>,
    /// Iterations started a second, however long they take: `500`, `500/s`, `30/m`
    #[arg(
        short,
        long,
        env = "SQUALL_RATE",
        value_name = "RATE",
        help_heading = "Load"
    )]
    pub rate: Option<String>,
    /// How long: `250ms`, `90s`, `1h30m`
    #[arg(
        short,
        long,
        env = "SQUALL_DURATION",
        value_name = "TIME",
        help_heading = "Load"
    )]
    pub duration: Option<String>,
    /// Iterations that all users share
    #[arg(
        short = 'n',
        long,
        env = "SQUALL_ITERATIONS",
        value_name = "N",
        help_heading = "Load"
    )]
    pub iterations: Option<u64>,
    /// Ramps of users, or with `--rate` of the rate: `30s:100,1m:100`
    #[arg(
        long,
        env = "SQUALL_STAGES",
        value_name = "RAMPS",
        help_heading = "Load",
        conflicts_with = "duration"
    )]
    pub stages: Option<String>,
    /// Space the iterations of `--rate` like independent users do, not evenly
    #[arg(long, env = "SQUALL_POISSON", help_heading = "Load")]
    pub poisson: bool,
    /// Wait of each user between iterations: `1s`, `1s..3s`
    #[arg(long, env = "SQUALL_PAUSE", value_name = "TIME", help_heading = "Load")]
    pub pause: Option<String>,
    /// Header of every request; may be given several times
    #[arg(
        short = 'H',
        long = "header",
        value_name = "NAME: VALUE",
        help_heading = "Request"
    )]
    pub headers: Vec<String>,
    /// Base of relative URLs
    #[arg(
        long,
        env = "SQUALL_HOST",
        value_name = "URL",
        help_heading = "Request"
    )]
    pub host: Option<String>,
    /// Limit on each request
    #[arg(
        long,
        env = "SQUALL_TIMEOUT",
        value_name = "TIME",
        help_heading = "Request"
    )]
    pub timeout: Option<String>,
    /// How many redirects are followed
    #[arg(
        long,
        env = "SQUALL_REDIRECTS",
        value_name = "N",
        help_heading = "Request"
    )]
    pub redirects: Option<u32>,
    /// Accept any certificate
    #[arg(
        short = 'k',
        long,
        env = "SQUALL_INSECURE",
        help_heading = "Connection"
    )]
    pub insecure: bool,
    /// PEM file with roots to trust besides the system's
    #[arg(
        long,
        env = "SQUALL_CACERT",
        value_name = "FILE",
        help_heading = "Connection"
    )]
    pub cacert: Option<PathBuf>,
    /// PEM file with the client's certificate
    #[arg(
        long,
        env = "SQUALL_CERT",
        value_name = "FILE",
        help_heading = "Connection",
        requires = "key"
    )]
    pub cert: Option<PathBuf>,
    /// PEM file with the client's key
    #[arg(
        long,
        env = "SQUALL_KEY",
        value_name = "FILE",
        help_heading = "Connection",
        requires = "cert"
    )]
    pub key: Option<PathBuf>,
    /// Connect elsewhere than the URL says; may be given several times
    #[arg(long, value_name = "HOST:PORT=HOST:PORT", help_heading = "Connection")]
    pub connect_to: Vec<String>,
    /// Who shares connections: `per_user`, `new_each`, or a number of shared ones
    #[arg(
        long,
        env = "SQUALL_CONNECTIONS",
        value_name = "POLICY",
        help_heading = "Connection"
    )]
    pub connections: Option<String>,
    /// Connect through a Unix socket
    #[arg(
        long,
        env = "SQUALL_UNIX_SOCKET",
        value_name = "PATH",
        help_heading = "Connection"
    )]
    pub unix_socket: Option<PathBuf>,
    /// Local address to connect from
    #[arg(
        long,
        env = "SQUALL_LOCAL_ADDRESS",
        value_name = "IP",
        help_heading = "Connection"
    )]
    pub local_address: Option<String>,
    /// Speak HTTP/1.1, which is also the default
    #[arg(long = "http1.1", help_heading = "Connection")]
    pub http11: bool,
}

/// How the run itself goes and what it shows.
#[derive(Clone, Debug, Default, Args)]
pub struct RunArgs {
    /// I/O threads; one per core by default
    #[arg(long, env = "SQUALL_THREADS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Run")]
    pub threads: Option<u32>,
    /// Seed of every random choice; drawn and stored by default
    #[arg(long, env = "SQUALL_SEED", value_name = "N", help_heading = "Run")]
    pub seed: Option<u64>,
    /// Name of the run
    #[arg(long, env = "SQUALL_NAME", help_heading = "Run")]
    pub name: Option<String>,
    /// Write the numbers to this file as well
    #[arg(
        long,
        env = "SQUALL_SUMMARY",
        value_name = "FILE.json",
        help_heading = "Run"
    )]
    pub summary: Option<PathBuf>,
    /// Show nothing but errors
    #[arg(short, long, env = "SQUALL_QUIET", help_heading = "Run")]
    pub quiet: bool,
    /// How progress is shown: by default on a screen in a terminal, in plain lines elsewhere
    #[arg(long, env = "SQUALL_PROGRESS", value_enum, help_heading = "Run")]
    pub progress: Option<ProgressArg>,
    /// Folder in which runs are stored
    #[arg(
        long,
        env = "SQUALL_RUNS_DIR",
        value_name = "DIR",
        default_value = ".squall/runs",
        help_heading = "Run"
    )]
    pub runs_dir: PathBuf,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressArg {
    /// A block of lines redrawn in place
    Screen,
    /// A line every few seconds
    Plain,
    /// Nothing
    None,
}
