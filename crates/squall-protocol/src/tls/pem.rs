//! Certificates and keys from PEM files.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{Error, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::TlsSetupError;

/// Reads all certificates of a file; there is at least one.
pub(super) fn certificates(
    setting: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let text = read(setting, path)?;
    let found = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| not_pem(setting, path, &error))?;
    if found.is_empty() {
        return Err(TlsSetupError::NoCertificate {
            setting,
            path: path.to_owned(),
        });
    }
    Ok(found)
}

/// Reads the first private key of a file: PKCS #8, PKCS #1 or SEC 1.
pub(super) fn private_key(
    setting: &'static str,
    path: &Path,
) -> Result<PrivateKeyDer<'static>, TlsSetupError> {
    let text = read(setting, path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        Error::NoItemsFound => TlsSetupError::NoKey {
            setting,
            path: path.to_owned(),
        },
        error => not_pem(setting, path, &error),
    })
}

fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, TlsSetupError> {
    std::fs::read(path).map_err(|error| TlsSetupError::Unreadable {
        setting,
        path: path.to_owned(),
        source: Arc::new(error),
    })
}

fn not_pem(setting: &'static str, path: &Path, error: &Error) -> TlsSetupError {
    TlsSetupError::NotPem {
        setting,
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
