//! A connection over a Unix socket.

use std::fs;
use std::io::{self, BufReader};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use super::{Closer, Connection, Incoming, Outgoing};
use crate::frames;

/// Connects to a coordinator that listens.
///
/// # Errors
/// Nobody listens there.
pub fn connect(path: &Path) -> io::Result<Connection> {
    connection(UnixStream::connect(path)?)
}

/// A socket on which one agent is expected.
#[derive(Debug)]
pub struct UnixListening {
    listener: UnixListener,
    path: PathBuf,
}

impl UnixListening {
    /// Listens at a path.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn bind(path: PathBuf) -> io::Result<Self> {
        let listener = UnixListener::bind(&path)?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, path })
    }

    /// Returns where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the connection if the agent has come.
    ///
    /// # Errors
    /// The socket fails.
    pub fn accept(&self) -> io::Result<Option<Connection>> {
        match self.listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                connection(stream).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for UnixListening {
    fn drop(&mut self) {
        // Whoever removed the folder before has done it already.
        fs::remove_file(&self.path).ok();
    }
}

fn connection(stream: UnixStream) -> io::Result<Connection> {
    let (incoming, closer) = (stream.try_clone()?, stream.try_clone()?);
    let outgoing = UnixOutgoing { stream, closer };
    let incoming = UnixIncoming(BufReader::with_capacity(1 << 16, incoming));
    Ok((Box::new(outgoing), Box::new(incoming)))
}

#[derive(Debug)]
struct UnixOutgoing {
    stream: UnixStream,
    closer: UnixStream,
}

impl Outgoing for UnixOutgoing {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        frames::write(&mut self.stream, message)
    }

    fn closer(&self) -> Box<dyn Closer> {
        Box::new(UnixCloser(self.closer.try_clone().ok()))
    }
}

#[derive(Debug)]
struct UnixIncoming(BufReader<UnixStream>);

impl Incoming for UnixIncoming {
    fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        frames::read(&mut self.0)
    }
}

#[derive(Debug)]
struct UnixCloser(Option<UnixStream>);

impl Closer for UnixCloser {
    fn close(&self) {
        if let Some(stream) = &self.0 {
            // One that is closed already needs nothing.
            stream.shutdown(Shutdown::Both).ok();
        }
    }
}
