//! What can be set.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread;

/// Says where the target listens and with how many threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetConfig {
    /// Address for plain HTTP. Port 0 takes a free one. Default: `127.0.0.1:0`.
    pub http: SocketAddr,
    /// Address for HTTPS with a certificate made at start. Default: none.
    pub https: Option<SocketAddr>,
    /// Path of a unix socket for plain HTTP; removed at the end. Default: none.
    pub unix_socket: Option<PathBuf>,
    /// Threads that serve, at least one; connections are dealt out evenly. Default: one for each processor.
    pub threads: usize,
}

impl Default for TargetConfig {
    fn default() -> Self {
        Self {
            http: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            https: None,
            unix_socket: None,
            threads: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
