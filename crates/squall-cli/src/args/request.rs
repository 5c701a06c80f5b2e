//! Options of requests and connections, shared by all commands that send load.

use std::path::PathBuf;

use clap::Args;

/// What requests inherit, and over which connections they go.
#[derive(Clone, Debug, Default, Args)]
pub struct RequestArgs {
    /// Header of every request; may be given several times
    #[arg(
        short = 'H',
        long = "header",
        value_name = "NAME: VALUE",
        help_heading = "Request"
    )]
    pub headers: Vec<String>,
    /// Base of relative URLs
    #[arg(long, value_name = "URL", help_heading = "Request")]
    pub host: Option<String>,
    /// Limit on each request
    #[arg(long, value_name = "TIME", help_heading = "Request")]
    pub timeout: Option<String>,
    /// How many redirects are followed
    #[arg(long, value_name = "N", help_heading = "Request")]
    pub redirects: Option<u32>,
    /// Accept any certificate
    #[arg(short = 'k', long, help_heading = "Connection")]
    pub insecure: bool,
    /// PEM file with roots to trust besides the system's
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub cacert: Option<PathBuf>,
    /// PEM file with the client's certificate
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Connection",
        requires = "key"
    )]
    pub cert: Option<PathBuf>,
    /// PEM file with the client's key
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Connection",
        requires = "cert"
    )]
    pub key: Option<PathBuf>,
    /// Connect elsewhere than the URL says: `HOST:PORT=HOST:PORT`; may be given several times
    #[arg(long, value_name = "FROM=TO", help_heading = "Connection")]
    pub connect_to: Vec<String>,
    /// Who shares connections: `per_user`, `new_each`, or a number of shared ones
    #[arg(long, value_name = "POLICY", help_heading = "Connection")]
    pub connections: Option<String>,
    /// Connect through a Unix socket
    #[arg(long, value_name = "PATH", help_heading = "Connection")]
    pub unix_socket: Option<PathBuf>,
    /// Local address to connect from
    #[arg(long, value_name = "IP", help_heading = "Connection")]
    pub local_address: Option<String>,
    /// Speak HTTP/1.1, which is also the default
    #[arg(long = "http1.1", help_heading = "Connection")]
    pub http11: bool,
}
