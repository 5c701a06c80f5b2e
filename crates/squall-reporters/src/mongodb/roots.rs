//! The system's certificates as a file, which is how the driver takes certificates other than its own.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::NamedTempFile;

const LINE: usize = 64;

/// Writes the certificates that the system trusts as PEM (RFC 7468).
pub(super) fn system() -> std::io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    // Some that cannot be read do not keep the others away; without any, no server is trusted, which its answer tells.
    for certificate in rustls_native_certs::load_native_certs().certs {
        writeln!(file, "-----BEGIN CERTIFICATE-----")?;
        for line in STANDARD.encode(&certificate).as_bytes().chunks(LINE) {
            file.write_all(line)?;
            writeln!(file)?;
        }
        writeln!(file, "-----END CERTIFICATE-----")?;
    }
    file.flush()?;
    Ok(file)
}
