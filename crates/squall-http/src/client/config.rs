//! Settings of all clients of a stage.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use squall_plan::{CheckedHttp, ConnectionPolicy, CookiePolicy};
use squall_protocol::connect::{ConnectSettings, ConnectTo};
use squall_protocol::tls::{SharedTls, TlsOptions, TlsSetupError};
use thiserror::Error;

/// Why settings cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientConfigError {
    /// A certificate or key file is wrong.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// A setting does not parse.
    #[error("{0}")]
    Invalid(String),
}

/// Settings of all clients of a stage; cheap to clone, clones share TLS sessions.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    pub(crate) connect: ConnectSettings,
    pub(crate) policy: ConnectionPolicy,
    pub(crate) connect_timeout_ns: u64,
    pub(crate) read_timeout_ns: Option<u64>,
    pub(crate) max_response_size: u64,
    pub(crate) cookies: CookiePolicy,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            connect: ConnectSettings::default(),
            policy: ConnectionPolicy::PerUser,
            connect_timeout_ns: 10_000_000_000,
            read_timeout_ns: None,
            max_response_size: 1 << 30,
            cookies: CookiePolicy::PerUser,
        }
    }
}

impl ClientConfig {
    /// Takes what clients need from checked settings; certificate files are read now, so that a wrong one stops the run before any
    /// load.
    ///
    /// # Errors
    /// A file is missing or wrong, or an address does not parse.
    pub fn new(settings: &CheckedHttp, base_dir: &Path) -> Result<Self, ClientConfigError> {
        let at = |path: &String| base_dir.join(path);
        let tls = TlsOptions {
            insecure: settings.tls.insecure,
            ca_file: settings.tls.ca_file.as_ref().map(&at),
            cert_file: settings.tls.cert_file.as_ref().map(&at),
            key_file: settings.tls.key_file.as_ref().map(&at),
            server_name: settings.tls.server_name.clone(),
            resumption: settings.tls.resumption,
            ..TlsOptions::default()
        };
        let has_files = tls.ca_file.is_some() || tls.cert_file.is_some();
        let tls = SharedTls::new(tls);
        if has_files {
            tls.client_config()?;
        }
        let rules = settings
            .connect_to
            .iter()
            .map(|rule| ConnectTo::parse(&rule.from, &rule.to));
        let connect_to = rules
            .collect::<Result<_, _>>()
            .map_err(|error| ClientConfigError::Invalid(error.to_string()))?;
        let connect = ConnectSettings {
            connect_to,
            local_address: settings.local_address,
            unix_socket: settings.unix_socket.as_ref().map(Into::into),
            dns_ttl: Duration::from_nanos(settings.dns_ttl.as_nanos()),
            tls: Arc::new(tls),
        };
        Ok(Self {
            connect,
            policy: settings.connections,
            connect_timeout_ns: settings.connect_timeout.as_nanos(),
            read_timeout_ns: settings.read_timeout.map(squall_plan::Span::as_nanos),
            max_response_size: settings.max_response_size,
            cookies: settings.cookies,
        })
    }

    /// Returns the limit on DNS, TCP and TLS together.
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_nanos(self.connect_timeout_ns)
    }

    /// Returns how connections are made, for checking names before the load.
    pub fn connect_settings(&self) -> &ConnectSettings {
        &self.connect
    }
}
