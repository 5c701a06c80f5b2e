//! A server that stops for a while.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::oracle::clock::now;
use crate::oracle::record::Served;
use crate::oracle::server::Server;

/// Answers at once, but not in a window of time; what arrives in it is read, and answered at its end.
///
/// Connections are accepted all the time.
#[derive(Debug)]
pub struct StallServer {
    server: Server,
    window: Arc<Mutex<Window>>,
}

#[derive(Clone, Copy, Debug)]
enum Window {
    /// Nothing is planned.
    None,
    /// To begin a time after the first request.
    AfterFirst { start: Duration, length: Duration },
    /// From one moment to another.
    Fixed { from: Instant, until: Instant },
}

impl StallServer {
    /// Starts a server that stops `start` after the first request, for `length`.
    ///
    /// # Errors
    /// The system has no port, thread or descriptor left.
    pub fn start(start: Duration, length: Duration) -> io::Result<Self> {
        Self::with_window(Window::AfterFirst { start, length })
    }

    /// Starts a server that stops when [`stall`](Self::stall) says so.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn on_command() -> io::Result<Self> {
        Self::with_window(Window::None)
    }

    /// Stops answering for `length` from now, instead of any window that was planned.
    pub fn stall(&self, length: Duration) {
        let from = now();
        *self.window.lock().unwrap_or_else(PoisonError::into_inner) = Window::Fixed {
            from,
            until: from + length,
        };
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

    fn with_window(window: Window) -> io::Result<Self> {
        let window = Arc::new(Mutex::new(window));
        let shared = Arc::clone(&window);
        let due = move |_, arrived| {
            shared
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .due(arrived)
        };
        Ok(Self {
            server: Server::start(Box::new(due))?,
            window,
        })
    }
}

impl Window {
    /// Returns when a request is to be answered. The first one fixes when the window is.
    fn due(&mut self, arrived: Instant) -> Instant {
        if let Self::AfterFirst { start, length } = *self {
            let from = arrived + start;
            *self = Self::Fixed {
                from,
                until: from + length,
            };
        }
        match *self {
            Self::Fixed { from, until } if (from..until).contains(&arrived) => until,
            Self::Fixed { .. } | Self::AfterFirst { .. } | Self::None => arrived,
        }
    }
}
