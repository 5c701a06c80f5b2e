//! A script, played on one connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use crate::hostile::action::Action;
use crate::hostile::server::Stage;

/// Plays a script. A client that goes away ends it early.
pub(crate) fn play(stream: Arc<TcpStream>, script: &[Action], stage: &Stage) {
    let mut player = Player {
        stream,
        unread: Vec::new(),
        stage,
    };
    let outcome = script.iter().try_for_each(|action| player.act(action));
    if outcome.is_ok() {
        player.outwait();
    }
}

struct Player<'a> {
    stream: Arc<TcpStream>,
    unread: Vec<u8>,
    stage: &'a Stage,
}

impl Player<'_> {
    fn act(&mut self, action: &Action) -> io::Result<()> {
        if self.stage.has_ended() {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        match action {
            Action::WaitForRequest => self.wait_for_request(),
            Action::Send(bytes) => self.send(bytes),
            Action::SendSlowly { bytes, per_byte } => bytes.chunks(1).try_for_each(|byte| {
                self.send(byte)?;
                self.stage.sleep(*per_byte);
                Ok(())
            }),
            Action::SendForever(bytes) => loop {
                self.send(bytes)?;
            },
            Action::Sleep(duration) => {
                self.stage.sleep(*duration);
                Ok(())
            }
            Action::Close => {
                self.stream.shutdown(Shutdown::Write)?;
                // Closing with bytes unread would be a reset.
                self.outwait();
                Err(ErrorKind::ConnectionAborted.into())
            }
            Action::Reset => {
                set_socket_linger(&*self.stream, Some(Duration::ZERO))?;
                Err(ErrorKind::ConnectionReset.into())
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        (&*self.stream).write_all(bytes)
    }

    fn wait_for_request(&mut self) -> io::Result<()> {
        let length = loop {
            if let Some(head) = self
                .unread
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break head + 4 + content_length(&self.unread[..head]);
            }
            self.fill()?;
        };
        while self.unread.len() < length {
            self.fill()?;
        }
        self.unread.drain(..length);
        self.stage.requests.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        let count = (&*self.stream).read(&mut buffer)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.unread.extend_from_slice(&buffer[..count]);
        Ok(())
    }

    /// Reads and forgets until the client, or the server, ends the connection.
    fn outwait(&mut self) {
        while self.fill().is_ok() {
            self.unread.clear();
        }
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head);
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}
