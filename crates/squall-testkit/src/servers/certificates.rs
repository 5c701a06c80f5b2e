//! What a server needs for TLS: a key, and a certificate for this machine from an authority that nobody knows.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// Names of the files in the folder of a server.
const AUTHORITY: &str = "authority.pem";
const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";

/// Files for TLS.
#[derive(Debug)]
pub(super) struct Certificates {
    pub(super) authority: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Certificates {
    /// Writes them for `localhost`, `127.0.0.1` and `::1` into a folder.
    pub(super) fn write(folder: &Path) -> io::Result<Self> {
        let files = Self {
            authority: authority(folder),
            certificate: folder.join(CERTIFICATE),
            key: folder.join(KEY),
        };
        let (authority, certificate, key) = make().map_err(io::Error::other)?;
        fs::write(&files.authority, authority)?;
        fs::write(&files.certificate, certificate)?;
        fs::write(&files.key, key)?;
        fs::set_permissions(&files.key, Permissions::from_mode(0o600))?;
        Ok(files)
    }
}

/// Returns where the certificate of the authority is in the folder of a server.
pub(super) fn authority(folder: &Path) -> PathBuf {
    folder.join(AUTHORITY)
}

/// Returns the authority, the certificate and its key, PEM.
fn make() -> Result<(String, String, String), rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    // Of one name, OpenSSL would take the certificate for its own authority.
    let name = "authority of a test";
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate()?;
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
    Ok((authority, certificate.pem(), key.serialize_pem()))
}
