//! Why a TLS configuration cannot be built.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a TLS configuration cannot be built.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsSetupError {
    /// A file cannot be read.
    #[error("cannot read `{}` (`{setting}`): {source}", path.display())]
    Unreadable {
        /// Setting that names the file.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: Arc<io::Error>,
    },
    /// A file is not PEM.
    #[error("`{}` (`{setting}`) is not valid PEM: {reason}", path.display())]
    NotPem {
        /// Setting that names the file.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file holds no certificate.
    #[error("`{}` (`{setting}`) holds no certificate: expected `-----BEGIN CERTIFICATE-----`", path.display())]
    NoCertificate {
        /// Setting that names the file.
        setting: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A file holds no private key.
    #[error("`{}` (`{setting}`) holds no unencrypted private key: expected `-----BEGIN PRIVATE KEY-----`", path.display())]
    NoKey {
        /// Setting that names the file.
        setting: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A certificate cannot be used as a root.
    #[error("a certificate in `{}` (`ca_file`) cannot be used as a root: {reason}", path.display())]
    BadRoot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate and key cannot be used together.
    #[error("the certificate in `{}` and the key in `{}` cannot be used: {reason}", cert.display(), key.display())]
    BadClientCertificate {
        /// File of the certificate.
        cert: PathBuf,
        /// File of the key.
        key: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is a key, but no certificate.
    #[error("`key_file` is set, but `cert_file` is not")]
    KeyWithoutCertificate,
    /// The system has no roots.
    #[error(
        "no trusted roots were found on this system: set `ca_file`, or accept any certificate with `insecure`{reason}"
    )]
    NoRoots {
        /// What the system says, or nothing.
        reason: String,
    },
    /// The name to ask for is not a name.
    #[error("`{name}` (`server_name`) is neither a DNS name nor an IP address")]
    BadServerName {
        /// The name.
        name: String,
    },
}
