//! One keep-alive connection with one request in flight.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

const BUFFER_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 32;

/// Whether the answer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Pending,
    Answered { status: u16 },
}

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    body: Option<OpenBody>,
    /// When the request in flight was written.
    pub(crate) sent_at: u64,
}

/// A body that did not come with its head.
#[derive(Clone, Copy, Debug)]
struct OpenBody {
    status: u16,
    missing: usize,
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; BUFFER_BYTES],
            filled: 0,
            body: None,
            sent_at: 0,
        })
    }

    pub(crate) fn send(&mut self, request: &[u8], now: u64) -> io::Result<()> {
        self.sent_at = now;
        self.stream.write_all(request)
    }

    /// Reads once. Level-triggered `epoll` reports what is left.
    pub(crate) fn receive(&mut self) -> io::Result<Progress> {
        let read = match self.stream.read(&mut self.buffer[self.filled..]) {
            Ok(0) => {
                return Err(io::Error::new(
                    ErrorKind::UnexpectedEof,
                    "the server closed a connection",
                ));
            }
            Ok(read) => read,
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                return Ok(Progress::Pending);
            }
            Err(error) => return Err(error),
        };
        if let Some(body) = self.body {
            return Ok(self.continue_body(body, read));
        }
        self.filled += read;
        let Some(head) = Head::parse(&self.buffer[..self.filled])? else {
            return if self.filled < self.buffer.len() {
                Ok(Progress::Pending)
            } else {
                Err(invalid("the head of an answer is too long"))
            };
        };
        let body = OpenBody {
            status: head.status,
            missing: head.bytes + head.content_length,
        };
        let received = std::mem::take(&mut self.filled);
        Ok(self.continue_body(body, received))
    }

    fn continue_body(&mut self, body: OpenBody, received: usize) -> Progress {
        let missing = body.missing.saturating_sub(received);
        self.body = (missing > 0).then_some(OpenBody { missing, ..body });
        if missing > 0 {
            Progress::Pending
        } else {
            Progress::Answered {
                status: body.status,
            }
        }
    }
}

struct Head {
    status: u16,
    bytes: usize,
    content_length: usize,
}

impl Head {
    fn parse(bytes: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response
            .parse(bytes)
            .map_err(|error| invalid(&format!("the head of an answer is broken: {error}")))?;
        let httparse::Status::Complete(length) = parsed else {
            return Ok(None);
        };
        let content_length = response
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case("content-length"))
            .and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok())
            .ok_or_else(|| {
                invalid("an answer has no `Content-Length`; the floor knows no other framing")
            })?;
        let status = response.code.unwrap_or_default();
        Ok(Some(Self {
            status,
            bytes: length,
            content_length,
        }))
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}
