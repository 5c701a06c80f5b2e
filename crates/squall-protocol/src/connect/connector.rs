//! Makes connections for one I/O thread.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::failure::{connect_failure, is_exhaustion};
use super::{ConnectSettings, Origin, Scheme, Stream};
use crate::dns::Resolver;
use crate::tls::handshake_failure;
use crate::{Clock, Failure, FailureClass};

/// Makes connections; one per I/O thread.
#[derive(Debug)]
pub struct Connector {
    settings: ConnectSettings,
    resolver: Resolver,
}

/// A connection and when it came about.
#[derive(Debug)]
pub struct Connected {
    /// The connection.
    pub stream: Stream,
    /// When TCP (or the Unix socket) was ready, in nanoseconds of the run's clock.
    pub connected: u64,
    /// When TLS was ready; equals `connected` without TLS.
    pub secured: u64,
    /// Address of the peer, or path of the socket.
    pub peer: String,
}

impl Connector {
    /// Creates a connector with an empty name cache.
    pub fn new(settings: ConnectSettings) -> Self {
        let resolver = Resolver::new(settings.dns_ttl);
        Self { settings, resolver }
    }

    /// Connects to `origin`, over each of its addresses in turn until one answers, and shakes hands where it is `https`.
    ///
    /// # Errors
    /// [`FailureClass::Dns`], [`FailureClass::Connect`] or [`FailureClass::Tls`]; of several addresses the last one's.
    pub async fn connect(&self, origin: &Origin, clock: &Clock) -> Result<Connected, Failure> {
        if let Some(path) = &self.settings.unix_socket {
            let socket = connect_unix(path).await?;
            let connected = clock.now();
            let stream = match origin.scheme {
                Scheme::Http => Stream::Unix(socket),
                Scheme::Https => Stream::TlsUnix(self.secure(socket, origin).await?),
            };
            let peer = path.display().to_string();
            return Ok(Connected {
                stream,
                connected,
                secured: secured_at(origin, connected, clock),
                peer,
            });
        }
        let (socket, address) = self.connect_tcp(origin, clock).await?;
        let connected = clock.now();
        let stream = match origin.scheme {
            Scheme::Http => Stream::Tcp(socket),
            Scheme::Https => Stream::Tls(self.secure(socket, origin).await?),
        };
        let secured = secured_at(origin, connected, clock);
        Ok(Connected {
            stream,
            connected,
            secured,
            peer: address.to_string(),
        })
    }

    async fn connect_tcp(
        &self,
        origin: &Origin,
        clock: &Clock,
    ) -> Result<(TcpStream, SocketAddr), Failure> {
        let (host, port) = self.settings.target(origin);
        let addresses = self.resolver.resolve(host, clock).await?;
        let mut last = None;
        for address in addresses {
            let address = with_port(address, port);
            match self.open(address).await {
                Ok(socket) => return Ok((socket, address)),
                Err(Attempt::Local(failure)) => return Err(failure),
                Err(Attempt::Refused(failure)) => {
                    self.resolver.set_aside(host, address);
                    last = Some(failure);
                }
            }
        }
        Err(last
            .unwrap_or_else(|| Failure::new(FailureClass::Dns, format!("`{host}` has no address"))))
    }

    async fn open(&self, address: SocketAddr) -> Result<TcpStream, Attempt> {
        let refused = |error: io::Error| {
            let failure = connect_failure(&error).with_detail(format!("to {address}"));
            if is_exhaustion(&error) {
                Attempt::Local(failure)
            } else {
                Attempt::Refused(failure)
            }
        };
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        };
        let socket = socket.map_err(refused)?;
        if let Some(local) = self.settings.local_address {
            socket
                .bind(SocketAddr::new(local, 0))
                .map_err(|error| cannot_bind(local, address, &error))?;
        }
        let stream = socket.connect(address).await.map_err(refused)?;
        // Requests are written whole: waiting to fill a segment would only add to their time.
        stream.set_nodelay(true).map_err(refused)?;
        Ok(stream)
    }

    async fn secure<S>(&self, socket: S, origin: &Origin) -> Result<Box<TlsStream<S>>, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let tls = &self.settings.tls;
        let config = tls
            .client_config()
            .map_err(|error| Failure::new(FailureClass::Tls, error.to_string()))?;
        let name = tls.server_name().unwrap_or(&origin.host);
        let server_name = ServerName::try_from(name.to_owned()).map_err(|_| {
            Failure::new(
                FailureClass::Tls,
                format!("`{name}` is not a name that a certificate can have"),
            )
        })?;
        let handshake = TlsConnector::from(config)
            .connect(server_name, socket)
            .await;
        handshake
            .map(Box::new)
            .map_err(|error| handshake_failure(&error, name))
    }
}

enum Attempt {
    /// Another address may answer.
    Refused(Failure),
    /// No address can help.
    Local(Failure),
}

fn cannot_bind(local: IpAddr, address: SocketAddr, error: &io::Error) -> Attempt {
    if local.is_ipv4() != address.is_ipv4() {
        let message = format!("`{local}` cannot reach an address of the other IP version");
        return Attempt::Refused(
            Failure::new(FailureClass::Connect, message).with_detail(format!("to {address}")),
        );
    }
    let failure = if error.kind() == io::ErrorKind::AddrNotAvailable {
        Failure::new(
            FailureClass::Connect,
            format!("`{local}` is not an address of this machine"),
        )
    } else {
        connect_failure(error)
    };
    Attempt::Local(failure.with_detail(format!("binding `{local}`: {error}")))
}

async fn connect_unix(path: &Path) -> Result<UnixStream, Failure> {
    UnixStream::connect(path).await.map_err(|error| {
        connect_failure(&error).with_detail(format!("to `{}`: {error}", path.display()))
    })
}

fn secured_at(origin: &Origin, connected: u64, clock: &Clock) -> u64 {
    match origin.scheme {
        Scheme::Http => connected,
        Scheme::Https => clock.now(),
    }
}

fn with_port(mut address: SocketAddr, port: u16) -> SocketAddr {
    address.set_port(port);
    address
}
