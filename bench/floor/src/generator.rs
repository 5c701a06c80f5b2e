//! The loop: wait, read, record, write.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

use crate::connection::{Connection, Progress};
use crate::{Histogram, cpu_nanos, now_nanos};

const EVENTS_PER_WAIT: usize = 256;

/// Where requests go: parsed from `http://host:port/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    address: SocketAddr,
    request: Vec<u8>,
}

impl Target {
    /// Parses a URL and resolves its host.
    ///
    /// # Errors
    /// The URL is not `http://…`, or its host does not resolve.
    pub fn parse(url: &str) -> io::Result<Self> {
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| wrong(url, "the floor speaks `http://` only"))?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = if path.is_empty() { "/" } else { path };
        let with_port = if authority.contains(':') {
            authority.to_owned()
        } else {
            format!("{authority}:80")
        };
        let address = with_port
            .to_socket_addrs()?
            .next()
            .ok_or_else(|| wrong(url, "the host has no address"))?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: floor\r\n\r\n")
                .into_bytes();
        Ok(Self { address, request })
    }
}

fn wrong(url: &str, why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, format!("`{url}`: {why}"))
}

/// A closed model: each connection sends its next request when the answer to the last has arrived.
#[derive(Debug)]
pub struct Generator {
    target: Target,
    connections: Vec<Connection>,
    epoll: OwnedFd,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Answers with a status below 400.
    pub ok: u64,
    /// Answers with a status of 400 and above.
    pub failed: u64,
    /// How long requests were sent.
    pub elapsed: Duration,
    /// CPU time of that span, user and system.
    pub cpu: Duration,
    /// From request written to last byte of the answer, in nanoseconds.
    pub service_time: Histogram,
}

impl Generator {
    /// Opens the connections.
    ///
    /// # Errors
    /// A connection is refused, or descriptors run out.
    pub fn connect(target: Target, connections: usize) -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let connections: Vec<_> = (0..connections)
            .map(|_| Connection::open(target.address))
            .collect::<io::Result<_>>()?;
        for (slot, connection) in connections.iter().enumerate() {
            epoll::add(
                &epoll,
                connection,
                epoll::EventData::new_u64(slot as u64),
                epoll::EventFlags::IN,
            )?;
        }
        Ok(Self {
            target,
            connections,
            epoll,
        })
    }

    /// Sends requests for `duration`. What is still in flight at the end is not counted.
    ///
    /// # Errors
    /// A connection fails or an answer cannot be read.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a slot is an index into `connections`"
    )]
    pub fn run(&mut self, duration: Duration) -> io::Result<Outcome> {
        let (start, cpu_start) = (now_nanos(), cpu_nanos());
        let deadline = start + duration.as_nanos() as u64;
        let mut outcome = Outcome {
            ok: 0,
            failed: 0,
            elapsed: Duration::ZERO,
            cpu: Duration::ZERO,
            service_time: Histogram::default(),
        };
        for connection in &mut self.connections {
            connection.send(&self.target.request, start)?;
        }
        let mut events = Vec::with_capacity(EVENTS_PER_WAIT);
        let mut now = start;
        while now < deadline {
            wait(&self.epoll, &mut events, deadline - now)?;
            for event in events.drain(..) {
                let connection = &mut self.connections[event.data.u64() as usize];
                if let Progress::Answered { status } = connection.receive()? {
                    now = now_nanos();
                    outcome.count(status, now - connection.sent_at);
                    connection.send(&self.target.request, now)?;
                }
            }
            now = now_nanos();
        }
        outcome.elapsed = Duration::from_nanos(now - start);
        outcome.cpu = Duration::from_nanos(cpu_nanos() - cpu_start);
        Ok(outcome)
    }
}

impl Outcome {
    fn count(&mut self, status: u16, nanos: u64) {
        if status < 400 {
            self.ok += 1;
        } else {
            self.failed += 1;
        }
        self.service_time.record(nanos);
    }
}

fn wait(epoll: &OwnedFd, events: &mut Vec<epoll::Event>, nanos: u64) -> io::Result<()> {
    let limit =
        Timespec::try_from(Duration::from_nanos(nanos)).expect("a run is shorter than 292 years");
    match epoll::wait(epoll, spare_capacity(events), Some(&limit)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
