//! Listening sockets, and the connections taken from them.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use socket2::{Domain, Protocol, Socket, Type};

use crate::TargetError;

/// Enough for all users of a load test to connect at once; the system caps it at its own limit.
const BACKLOG: i32 = 65_535;

/// A connection on its way to the thread that will serve it.
#[derive(Debug)]
pub(crate) enum Accepted {
    Plain(TcpStream),
    Tls(TcpStream),
    Unix(UnixStream),
}

/// A listener, and what its connections are.
#[derive(Debug)]
pub(crate) enum Listener {
    Plain(TcpListener),
    Tls(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Takes the next connection, ready for an event loop.
    pub(crate) fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Plain(listener) => accept_tcp(listener).map(Accepted::Plain),
            Self::Tls(listener) => accept_tcp(listener).map(Accepted::Tls),
            Self::Unix(listener) => {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(true)?;
                Ok(Accepted::Unix(stream))
            }
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Plain(listener) | Self::Tls(listener) => listener.as_fd(),
            Self::Unix(listener) => listener.as_fd(),
        }
    }
}

/// Listens on a TCP address.
pub(crate) fn bind_tcp(address: SocketAddr) -> Result<TcpListener, TargetError> {
    let bind = || -> io::Result<TcpListener> {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    };
    bind().map_err(|source| TargetError::Listen { address, source })
}

/// Listens on a unix socket; one that nobody listens on any more is replaced.
pub(crate) fn bind_unix(path: &Path) -> Result<UnixListener, TargetError> {
    let bind = || -> io::Result<UnixListener> {
        if is_abandoned(path) {
            std::fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(|source| TargetError::ListenUnix {
        path: path.to_owned(),
        source,
    })
}

fn accept_tcp(listener: &TcpListener) -> io::Result<TcpStream> {
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn is_abandoned(path: &Path) -> bool {
    UnixStream::connect(path).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}
