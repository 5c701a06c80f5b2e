//! TLS of all protocols: rustls with ring, one configuration per run that all threads share.
//!
//! [`TlsOptions`] says what is wanted, [`SharedTls`] builds it when the first encrypted connection is made (reading the system's
//! roots takes milliseconds that a plain run should not pay). Certificates are verified unless [`TlsOptions::insecure`] is set, and
//! even then the peer must hold the key of the certificate that it shows.

mod certificate;
mod error;
mod insecure;
mod options;
mod pem;
mod wording;

pub use certificate::Certificate;
pub use error::TlsSetupError;
pub use options::{SharedTls, TlsOptions};
pub(crate) use wording::{handshake_failure, handshake_message};
