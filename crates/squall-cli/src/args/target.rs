//! Arguments of `squall target`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Arguments of `squall target`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  squall target\n  squall target --http 127.0.0.1:0 --https 127.0.0.1:0 --ready-file urls.txt\n  curl http://127.0.0.1:8080/stats"
)]
pub struct TargetArgs {
    /// Address for HTTP; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,
    /// Address for HTTPS, with a certificate made at start
    #[arg(long, value_name = "ADDRESS")]
    pub https: Option<SocketAddr>,
    /// Path of a Unix socket for HTTP
    #[arg(long, value_name = "PATH")]
    pub unix_socket: Option<PathBuf>,
    /// Threads; one per core by default
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Write the URLs to this file, one a line, once they can be reached
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Write the certificate to trust for HTTPS to this file
    #[arg(long, value_name = "FILE.pem", requires = "https")]
    pub certificate_file: Option<PathBuf>,
    /// Stop after this time
    #[arg(short, long, value_name = "TIME")]
    pub duration: Option<String>,
}
