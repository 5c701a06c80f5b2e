//! One connection to the server.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use mysql::error::{DriverError, Error};
use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder, SslOpts};

use super::config::Settings;
use super::failure::Failure;
use crate::sql::Tls;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// What the statements of `encode.rs` rely on: backslashes are escapes, and nothing is cut off in silence.
const SESSION: &str = "SET NAMES utf8mb4, SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION time_zone = '+00:00'";

/// The connection, and what the server takes at once.
pub(super) struct Link {
    pub(super) connection: Conn,
    pub(super) max_allowed_packet: usize,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("max_allowed_packet", &self.max_allowed_packet)
            .finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn open(settings: &Settings) -> Result<Self, Failure> {
        let mut connection = connect(settings)?;
        let asked = connection.query_first("SELECT @@max_allowed_packet")?;
        let max_allowed_packet: usize = asked
            .ok_or_else(|| Failure::Refused("the server has no `max_allowed_packet`".to_owned()))?;
        Ok(Self {
            connection,
            max_allowed_packet,
        })
    }
}

fn connect(settings: &Settings) -> Result<Conn, Failure> {
    // The client takes the process's provider; this fails where another part of the program chose one first, which does as well.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let plain = options(settings);
    let anybody = SslOpts::default().with_danger_accept_invalid_certs(true);
    match &settings.tls {
        Tls::Disabled => Ok(Conn::new(plain)?),
        Tls::Required => Ok(Conn::new(plain.ssl_opts(anybody))?),
        Tls::Preferred => match Conn::new(plain.clone().ssl_opts(anybody)) {
            Err(Error::DriverError(DriverError::TlsNotSupported)) => Ok(Conn::new(plain)?),
            other => Ok(other?),
        },
        Tls::Verified(ca) => {
            let mut believed = SslOpts::default();
            if let Some(ca) = ca {
                check(ca)?;
                believed = believed.with_root_cert_path(Some(ca.clone()));
            }
            Ok(Conn::new(plain.ssl_opts(believed))?)
        }
    }
}

/// Says what is wrong with the file of authorities, which the client says without its name.
fn check(ca: &Path) -> Result<(), Failure> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let problem = |what: String| {
        let path = ca.display();
        Failure::Refused(format!("`ca` `{path}` {what}: name a file of PEM"))
    };
    let cannot = |error| problem(format!("cannot be read ({error})"));
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(ca).map_err(cannot)?.collect();
    if read.map_err(cannot)?.is_empty() {
        return Err(problem("has no certificate".to_owned()));
    }
    Ok(())
}

fn options(settings: &Settings) -> OptsBuilder {
    OptsBuilder::new()
        .ip_or_hostname(Some(settings.login.host.clone()))
        .tcp_port(settings.login.port)
        // Otherwise the client leaves TCP for a socket that may be another server's.
        .prefer_socket(false)
        .db_name(Some(settings.login.database.clone()))
        .user(Some(settings.login.username.clone()))
        .pass(Some(settings.login.password.reveal()))
        .init(vec![SESSION])
        .tcp_connect_timeout(Some(CONNECT_TIMEOUT))
        .read_timeout(Some(ANSWER_TIMEOUT))
        .write_timeout(Some(ANSWER_TIMEOUT))
}
