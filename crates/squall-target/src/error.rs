//! Why a target could not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// An error of starting the target or of writing its certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The address is taken or not one of this machine.
    #[error("cannot listen on `{address}`; choose another address, or port 0 for a free one")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The unix socket cannot be made.
    #[error("cannot listen on unix socket `{}`; the folder must exist and nobody else listen there", path.display())]
    ListenUnix {
        /// The path asked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate could not be made.
    #[error("cannot make a certificate for the target")]
    Certificate(#[from] rcgen::Error),
    /// TLS does not accept the certificate.
    #[error("cannot set up TLS for the target")]
    Tls(#[from] rustls::Error),
    /// A thread or its event loop could not be started.
    #[error("cannot start a thread of the target")]
    Thread(#[source] io::Error),
    /// The certificate cannot be written.
    #[error("cannot write the target's certificate to `{}`", path.display())]
    WriteCertificate {
        /// The path asked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no certificate, because HTTPS was not asked for.
    #[error("the target has no certificate; set `https` to an address")]
    NoCertificate,
}
