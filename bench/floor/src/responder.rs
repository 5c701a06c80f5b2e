//! One thread that answers everything at once.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, listen, socket_with, sockopt};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::now_nanos;
use crate::request::Request;

const EVENTS_PER_WAIT: usize = 256;
const BACKLOG: i32 = 4096;
const READ_BYTES: usize = 64 * 1024;
const LISTENER: u64 = u64::MAX;

/// Whether the arrival of the first request is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announce {
    /// Prints the monotonic time in nanoseconds of the first request as a line on standard output.
    FirstRequest,
    /// Stays silent.
    Nothing,
}

/// A server on loopback with fixed answers: `GET` anything (11 bytes of text), `GET /user`, `POST /login` and
/// `POST /orders` (JSON).
///
/// A client that breaks the protocol, or does not read its answers, is disconnected.
#[derive(Debug)]
pub struct Responder {
    listener: TcpListener,
    epoll: OwnedFd,
    peers: Vec<Option<Peer>>,
    scratch: Vec<u8>,
    answers: Vec<u8>,
    announce: Announce,
}

#[derive(Debug)]
struct Peer {
    stream: TcpStream,
    /// Start of a request whose end has not arrived.
    partial: Vec<u8>,
}

impl Responder {
    /// Listens on 127.0.0.1; port 0 takes a free one. Raises the limit on open files as far as it is allowed.
    ///
    /// # Errors
    /// The port is taken.
    pub fn listen(port: u16, announce: Announce) -> io::Result<Self> {
        let limit = getrlimit(Resource::Nofile);
        setrlimit(
            Resource::Nofile,
            Rlimit {
                current: limit.maximum,
                maximum: limit.maximum,
            },
        )?;
        let socket = socket_with(
            AddressFamily::INET,
            SocketType::STREAM,
            SocketFlags::NONBLOCK | SocketFlags::CLOEXEC,
            None,
        )?;
        sockopt::set_socket_reuseaddr(&socket, true)?;
        bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
        listen(&socket, BACKLOG)?;
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(
            &epoll,
            &socket,
            epoll::EventData::new_u64(LISTENER),
            epoll::EventFlags::IN,
        )?;
        let (scratch, answers) = (vec![0; READ_BYTES], Vec::with_capacity(READ_BYTES));
        Ok(Self {
            listener: socket.into(),
            epoll,
            peers: Vec::new(),
            scratch,
            answers,
            announce,
        })
    }

    /// Says which port it listens on.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn port(&self) -> io::Result<u16> {
        Ok(self.listener.local_addr()?.port())
    }

    /// Answers until the process ends.
    ///
    /// # Errors
    /// `epoll` itself fails, or standard output is closed.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a slot is a file descriptor"
    )]
    pub fn serve(&mut self) -> io::Result<()> {
        let mut events = Vec::with_capacity(EVENTS_PER_WAIT);
        loop {
            match epoll::wait(&self.epoll, spare_capacity(&mut events), None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in events.drain(..) {
                match event.data.u64() {
                    LISTENER => self.accept()?,
                    slot => self.answer(slot as usize)?,
                }
            }
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        while let Ok((stream, _)) = self.listener.accept() {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let slot =
                usize::try_from(stream.as_raw_fd()).expect("an open descriptor is not negative");
            epoll::add(
                &self.epoll,
                &stream,
                epoll::EventData::new_u64(slot as u64),
                epoll::EventFlags::IN,
            )?;
            if self.peers.len() <= slot {
                self.peers.resize_with(slot + 1, || None);
            }
            self.peers[slot] = Some(Peer {
                stream,
                partial: Vec::new(),
            });
        }
        Ok(())
    }

    fn answer(&mut self, slot: usize) -> io::Result<()> {
        let Some(peer) = &mut self.peers[slot] else {
            return Ok(());
        };
        self.answers.clear();
        let kept = peer
            .collect_answers(&mut self.scratch, &mut self.answers)
            .and_then(|()| peer.stream.write_all(&self.answers));
        if !self.answers.is_empty() && self.announce == Announce::FirstRequest {
            self.announce = Announce::Nothing;
            writeln!(io::stdout(), "{}", now_nanos())?;
        }
        if kept.is_err() {
            // Closing the descriptor also takes it out of `epoll`.
            self.peers[slot] = None;
        }
        Ok(())
    }
}

impl Peer {
    fn collect_answers(&mut self, scratch: &mut [u8], answers: &mut Vec<u8>) -> io::Result<()> {
        let read = match self.stream.read(scratch) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => read,
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if self.partial.is_empty() {
            let rest = take_requests(&scratch[..read], answers);
            self.partial.extend_from_slice(rest);
        } else {
            self.partial.extend_from_slice(&scratch[..read]);
            let rest = take_requests(&self.partial, answers).len();
            self.partial.drain(..self.partial.len() - rest);
        }
        if self.partial.len() > READ_BYTES {
            Err(ErrorKind::InvalidData.into())
        } else {
            Ok(())
        }
    }
}

fn take_requests<'bytes>(mut bytes: &'bytes [u8], answers: &mut Vec<u8>) -> &'bytes [u8] {
    while let Some(request) = Request::first(bytes) {
        answers.extend_from_slice(request.answer);
        bytes = &bytes[request.bytes..];
    }
    bytes
}
