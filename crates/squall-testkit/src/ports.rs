//! Addresses where nobody is.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use rustix::fd::OwnedFd;
use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};

/// A name that never resolves: `.invalid` is reserved for that by RFC 2606, section 2.
pub const UNRESOLVABLE_HOST: &str = "squall-test.invalid";

/// A loopback port that refuses connections for as long as this lives, because it is taken but nobody listens on it.
#[derive(Debug)]
pub struct RefusingPort {
    address: SocketAddr,
    /// Keeps others from getting the port.
    _socket: OwnedFd,
}

impl RefusingPort {
    /// Takes a free port.
    ///
    /// # Errors
    /// The system has no port or descriptor left.
    pub fn take() -> io::Result<Self> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = getsockname(&socket)?;
        let address = SocketAddr::try_from(address).map_err(io::Error::from)?;
        Ok(Self {
            address,
            _socket: socket,
        })
    }

    /// Returns the address that refuses.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn the_port_refuses_and_nobody_else_gets_it() {
        let port = RefusingPort::take().unwrap();
        let error = TcpStream::connect(port.address()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(
            TcpListener::bind(port.address()).unwrap_err().kind(),
            io::ErrorKind::AddrInUse
        );
    }
}
