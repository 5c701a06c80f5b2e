//! Ports that are free and stay so, also while their server is down.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

/// Ports start here; below are those of well-known services.
const FIRST: u16 = 10_000;
const TRIES: u64 = 1000;

/// A port of the loopback device for one server, TCP and UDP.
#[derive(Debug)]
pub(super) struct Port {
    number: u16,
    /// A name in the kernel that only one process can have, so that two tests never take the same port.
    _reservation: UnixListener,
}

impl Port {
    /// Takes a port that nobody uses.
    ///
    /// It lies outside the range from which the kernel gives ports to connections: one of those could take it while its server is
    /// down, and a client that calls a dead port of the range may be connected to itself.
    pub(super) fn take() -> io::Result<Self> {
        let end = first_of_connections();
        let random = RandomState::new();
        for attempt in 0..TRIES {
            let offset = random.hash_one(attempt) % u64::from(end - FIRST);
            let number = FIRST + u16::try_from(offset).expect("smaller than the range of ports");
            if let Some(port) = Self::reserve(number) {
                return Ok(port);
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            format!("no port between {FIRST} and {end} is free"),
        ))
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    fn reserve(number: u16) -> Option<Self> {
        let name = SocketAddr::from_abstract_name(format!("squall-test-port-{number}")).ok()?;
        let reservation = UnixListener::bind_addr(&name).ok()?;
        TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        Some(Self {
            number,
            _reservation: reservation,
        })
    }
}

/// Returns the lowest port that the kernel gives to a connection.
fn first_of_connections() -> u16 {
    fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")
        .ok()
        .and_then(|range| range.split_whitespace().next()?.parse().ok())
        .filter(|&first| first > FIRST + 1000)
        .unwrap_or(32_768)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_once() {
        let port = Port::take().unwrap();
        assert!(Port::reserve(port.number()).is_none());
        let number = port.number();
        drop(port);
        assert!(Port::reserve(number).is_some());
    }

    #[test]
    fn no_connection_gets_such_a_port() {
        assert!(Port::take().unwrap().number() < first_of_connections());
    }
}
