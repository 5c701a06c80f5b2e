//! One connection of an oracle.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// The one answer there is.
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\noracle";

/// A request that was read and not answered yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub(crate) number: u64,
    pub(crate) arrived: Instant,
    pub(crate) due: Instant,
}

/// A connection, the bytes that are not a whole request yet, and the requests that wait.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    unread: Vec<u8>,
    pub(crate) pending: VecDeque<Pending>,
}

/// Whether a connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Open,
    Over,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            unread: Vec::new(),
            pending: VecDeque::new(),
        }
    }

    /// Reads all there is.
    pub(crate) fn fill(&mut self) -> Life {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Life::Over,
                Ok(count) => self.unread.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Life::Open,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Life::Over,
            }
        }
    }

    /// Takes a whole request from what was read, and returns whether there was one.
    pub(crate) fn take_request(&mut self) -> bool {
        let Some(head) = self
            .unread
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
        else {
            return false;
        };
        let length = head + 4 + content_length(&self.unread[..head]);
        if self.unread.len() < length {
            return false;
        }
        self.unread.drain(..length);
        true
    }

    /// Sends the answer. It fits into the socket's buffer unless the client pipelines without reading.
    pub(crate) fn answer(&mut self) -> io::Result<()> {
        self.stream.write_all(ANSWER)
    }
}

fn content_length(head: &[u8]) -> usize {
    let lines = head
        .split(|byte| *byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok());
    lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}
