//! Why there is no dashboard.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

/// Why the server does not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UiError {
    /// The address cannot be listened on.
    #[error("cannot serve the dashboard on `{address}`: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A file of the certificate cannot be read.
    #[error("cannot read `{path}`: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The certificate and the key do not make TLS.
    #[error("the certificate and its key cannot be used: {0}")]
    Tls(#[from] rustls::Error),
    /// The system gives no thread.
    #[error("the dashboard cannot start: {0}")]
    Thread(#[source] io::Error),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers for the token of the dashboard")]
    NoRandom,
}

impl UiError {
    /// Returns what can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Listen { address, source } => Some(match source.kind() {
                io::ErrorKind::AddrInUse => format!(
                    "something else listens on port {}; give another one, or port 0 for any that is free",
                    address.port()
                ),
                io::ErrorKind::AddrNotAvailable => {
                    "this machine has no such address; `127.0.0.1:0` is always there".to_owned()
                }
                io::ErrorKind::PermissionDenied => {
                    "ports below 1024 are for the system; give a higher one, or 0 for any that is free".to_owned()
                }
                _ => "`127.0.0.1:0` takes a free port of this machine".to_owned(),
            }),
            Self::File { .. } | Self::Tls(_) => Some(
                "give PEM files: the certificate, and those that signed it, first with `--ui-cert`, and its key with `--ui-key`".to_owned(),
            ),
            Self::Thread(_) | Self::NoRandom => None,
        }
    }
}
