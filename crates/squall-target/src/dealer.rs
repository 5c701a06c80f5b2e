//! The thread that takes connections and deals them out to the threads that serve.
//!
//! One listener for all, not one for each thread: the kernel's choice between several leaves some threads with many more of
//! the few dozen connections of a test than others.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc::UnboundedSender;

use crate::listen::{Accepted, Listener};

/// How long to wait when the process has no descriptor left for a connection.
const PAUSE: Duration = Duration::from_millis(10);

/// Listens on behalf of all threads.
pub(crate) struct Dealer {
    pub(crate) listeners: Vec<Listener>,
    pub(crate) workers: Vec<UnboundedSender<Accepted>>,
    /// Its other end is closed when the target stops.
    pub(crate) stop: UnixStream,
}

impl Dealer {
    /// Deals until the target stops.
    pub(crate) fn run(self) {
        let mut turn = 0;
        loop {
            let ready = match self.wait() {
                Ok(Some(ready)) => ready,
                Ok(None) => return,
                Err(_) => {
                    thread::sleep(PAUSE);
                    continue;
                }
            };
            for listener in ready {
                turn = self.drain(listener, turn);
            }
        }
    }

    /// Returns the listeners that have connections, or none at the end.
    fn wait(&self) -> io::Result<Option<Vec<&Listener>>> {
        let readable = |fd| PollFd::from_borrowed_fd(fd, PollFlags::IN);
        let mut fds: Vec<PollFd<'_>> = self
            .listeners
            .iter()
            .map(|listener| readable(listener.as_fd()))
            .collect();
        fds.push(readable(self.stop.as_fd()));
        poll(&mut fds, None)?;
        if fds.pop().is_none_or(|stop| !stop.revents().is_empty()) {
            return Ok(None);
        }
        let ready = self
            .listeners
            .iter()
            .zip(&fds)
            .filter(|(_, fd)| !fd.revents().is_empty());
        Ok(Some(ready.map(|(listener, _)| listener).collect()))
    }

    fn drain(&self, listener: &Listener, mut turn: usize) -> usize {
        loop {
            match listener.accept() {
                Ok(accepted) => {
                    // A thread that has ended takes its connections with it.
                    self.workers[turn % self.workers.len()].send(accepted).ok();
                    turn = turn.wrapping_add(1);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return turn,
                Err(error) if is_about_one_connection(&error) => {}
                Err(_) => {
                    thread::sleep(PAUSE);
                    return turn;
                }
            }
        }
    }
}

fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
    )
}
