//! What TLS is told, and the configuration that comes of it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::client::{Resumption, WantsClientCert};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::{CipherSuite, SupportedCipherSuite};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use super::insecure::AcceptAny;
use super::{TlsSetupError, pem};

/// Sessions kept for resumption, over all servers.
const SESSIONS: usize = 1024;

/// What is wanted of TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsOptions {
    /// Accept any certificate. Default: false.
    pub insecure: bool,
    /// PEM file with roots to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// PEM file with the client's certificate chain.
    pub cert_file: Option<PathBuf>,
    /// PEM file with the client's private key. Default: the key in `cert_file`.
    pub key_file: Option<PathBuf>,
    /// Name asked for and verified instead of the URL's host.
    pub server_name: Option<String>,
    /// Resume earlier sessions. Default: true.
    pub resumption: bool,
    /// Protocols offered, in order of preference (ALPN, RFC 7301). Default: `http/1.1`.
    pub alpn: Vec<Vec<u8>>,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            insecure: false,
            ca_file: None,
            cert_file: None,
            key_file: None,
            server_name: None,
            resumption: true,
            alpn: vec![b"http/1.1".to_vec()],
        }
    }
}

fn is_aes_128(suite: SupportedCipherSuite) -> bool {
    matches!(
        suite.suite(),
        CipherSuite::TLS13_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    )
}

impl TlsOptions {
    /// Reads the files and the system's roots and builds the configuration. Takes milliseconds.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn build(&self) -> Result<Arc<ClientConfig>, TlsSetupError> {
        if let Some(name) = &self.server_name
            && ServerName::try_from(name.as_str()).is_err()
        {
            return Err(TlsSetupError::BadServerName { name: name.clone() });
        }
        let mut provider = ring::default_provider();
        // As browsers and curl ask for it, and cheaper than the 256-bit key that the library prefers.
        provider
            .cipher_suites
            .sort_by_key(|suite| !is_aes_128(*suite));
        let provider = Arc::new(provider);
        let mut config = self.with_client_certificate(self.with_verifier(provider)?)?;
        config.alpn_protocols.clone_from(&self.alpn);
        config.resumption = if self.resumption {
            Resumption::in_memory_sessions(SESSIONS)
        } else {
            Resumption::disabled()
        };
        Ok(Arc::new(config))
    }

    fn with_verifier(
        &self,
        provider: Arc<CryptoProvider>,
    ) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsSetupError> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3");
        if self.insecure {
            let verifier = Arc::new(AcceptAny(provider));
            return Ok(builder
                .dangerous()
                .with_custom_certificate_verifier(verifier));
        }
        Ok(builder.with_root_certificates(self.roots()?))
    }

    fn roots(&self) -> Result<RootCertStore, TlsSetupError> {
        let system = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(system.certs);
        if let Some(path) = &self.ca_file {
            for certificate in pem::certificates("ca_file", path)? {
                roots
                    .add(certificate)
                    .map_err(|error| TlsSetupError::BadRoot {
                        path: path.clone(),
                        reason: error.to_string(),
                    })?;
            }
        }
        if roots.is_empty() {
            let reason = system
                .errors
                .first()
                .map(|error| format!(": {error}"))
                .unwrap_or_default();
            return Err(TlsSetupError::NoRoots { reason });
        }
        Ok(roots)
    }

    fn with_client_certificate(
        &self,
        builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    ) -> Result<ClientConfig, TlsSetupError> {
        let Some(cert) = &self.cert_file else {
            if self.key_file.is_some() {
                return Err(TlsSetupError::KeyWithoutCertificate);
            }
            return Ok(builder.with_no_client_auth());
        };
        let (setting, key) = match &self.key_file {
            Some(key) => ("key_file", key),
            None => ("cert_file", cert),
        };
        let chain = pem::certificates("cert_file", cert)?;
        let private = pem::private_key(setting, key)?;
        builder
            .with_client_auth_cert(chain, private)
            .map_err(|error| TlsSetupError::BadClientCertificate {
                cert: cert.clone(),
                key: key.clone(),
                reason: error.to_string(),
            })
    }
}

/// The configuration that all threads of a run share, built at first use.
#[derive(Debug, Default)]
pub struct SharedTls {
    options: TlsOptions,
    built: OnceLock<Result<Arc<ClientConfig>, TlsSetupError>>,
}

impl SharedTls {
    /// Keeps the options; nothing is read yet.
    pub fn new(options: TlsOptions) -> Self {
        Self {
            options,
            built: OnceLock::new(),
        }
    }

    /// Returns the configuration, building it on the first call. Called before the load starts, it finds what is wrong in time.
    ///
    /// # Errors
    /// See [`TlsOptions::build`]; every call gets the same answer.
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, TlsSetupError> {
        self.built.get_or_init(|| self.options.build()).clone()
    }

    /// Returns the name to ask for instead of the URL's host.
    pub fn server_name(&self) -> Option<&str> {
        self.options.server_name.as_deref()
    }
}
