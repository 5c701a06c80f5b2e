//! A server with prescribed service times.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::oracle::record::Served;
use crate::oracle::server::Server;

/// Answers each request after a time that the test prescribes, and records the time that it really took.
///
/// Requests of one connection are answered in order; otherwise there is no limit to how many are in progress.
#[derive(Debug)]
pub struct DelayServer {
    server: Server,
}

impl DelayServer {
    /// Starts a server that takes `delay(n)` for the n-th request, counted from 0 over all connections.
    ///
    /// # Errors
    /// The system has no port, thread or descriptor left.
    pub fn start(mut delay: impl FnMut(u64) -> Duration + Send + 'static) -> io::Result<Self> {
        let server = Server::start(Box::new(move |number, arrived| arrived + delay(number)))?;
        Ok(Self { server })
    }

    /// Starts a server that goes through a list of times again and again. An empty list means none.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn cycling(delays: Vec<Duration>) -> io::Result<Self> {
        let count = delays.len().max(1) as u64;
        Self::start(move |number| {
            usize::try_from(number % count)
                .ok()
                .and_then(|at| delays.get(at).copied())
                .unwrap_or_default()
        })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Returns how many requests were read, answered or not.
    pub fn requests(&self) -> u64 {
        self.server.record.entries().requests
    }

    /// Returns how many connections were accepted.
    pub fn connections(&self) -> u64 {
        self.server.record.entries().connections
    }

    /// Returns all requests that were answered, in the order of their answers.
    pub fn served(&self) -> Vec<Served> {
        self.server.record.entries().served.clone()
    }
}
