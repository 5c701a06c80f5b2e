//! The server that plays scripts.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::hostile::action::Action;
use crate::hostile::play::play;

/// Plays a script on each connection, each on a thread of its own.
#[derive(Debug)]
pub struct HostileServer {
    address: SocketAddr,
    stage: Arc<Stage>,
    thread: Option<JoinHandle<()>>,
}

impl HostileServer {
    /// Starts a server that plays the same script on every connection.
    ///
    /// # Errors
    /// The system has no port or thread left.
    pub fn start(script: Vec<Action>) -> io::Result<Self> {
        Self::start_sequence(vec![script])
    }

    /// Starts a server that plays the n-th script on the n-th connection, and the last one on all that follow.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_sequence(scripts: Vec<Vec<Action>>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let stage = Arc::new(Stage::default());
        let shared = Arc::clone(&stage);
        let accept = move || accept_all(&listener, &scripts, &shared);
        let thread = thread::Builder::new()
            .name("hostile".to_owned())
            .spawn(accept)?;
        Ok(Self {
            address,
            stage,
            thread: Some(thread),
        })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns how many connections were accepted.
    pub fn connections(&self) -> usize {
        self.stage.connections.load(Ordering::SeqCst)
    }

    /// Returns how many requests were read by [`Action::WaitForRequest`].
    pub fn requests(&self) -> usize {
        self.stage.requests.load(Ordering::SeqCst)
    }
}

impl Drop for HostileServer {
    fn drop(&mut self) {
        self.stage.end();
        // Wakes the thread from its wait for a connection.
        TcpStream::connect(self.address).ok();
        if let Some(thread) = self.thread.take() {
            // If it panicked, the test has seen that nobody answers.
            thread.join().ok();
        }
    }
}

/// What all connections share.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    ended: AtomicBool,
    connections: AtomicUsize,
    pub(crate) requests: AtomicUsize,
    /// Connections in play. Weak, for a connection is only reset if nobody else holds it.
    streams: Mutex<Vec<Weak<TcpStream>>>,
    curtain: Condvar,
}

impl Stage {
    /// Waits for a time, or until the server ends.
    pub(crate) fn sleep(&self, duration: Duration) {
        let streams = self.streams();
        let waited = self
            .curtain
            .wait_timeout_while(streams, duration, |_| !self.ended.load(Ordering::SeqCst));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Returns whether the server has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    fn enter(&self, stream: &Arc<TcpStream>) {
        let mut streams = self.streams();
        streams.retain(|stream| stream.strong_count() > 0);
        streams.push(Arc::downgrade(stream));
        self.connections.fetch_add(1, Ordering::SeqCst);
    }

    fn end(&self) {
        let streams = self.streams();
        self.ended.store(true, Ordering::SeqCst);
        for stream in streams.iter().filter_map(Weak::upgrade) {
            // One that is not connected any more needs no end.
            stream.shutdown(Shutdown::Both).ok();
        }
        self.curtain.notify_all();
    }

    fn streams(&self) -> MutexGuard<'_, Vec<Weak<TcpStream>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept_all(listener: &TcpListener, scripts: &[Vec<Action>], stage: &Arc<Stage>) {
    let mut players = Vec::new();
    for stream in listener.incoming() {
        if stage.has_ended() {
            break;
        }
        let Ok(stream) = stream.map(Arc::new) else {
            continue;
        };
        let script = scripts
            .get(players.len())
            .or_else(|| scripts.last())
            .cloned()
            .unwrap_or_default();
        stage.enter(&stream);
        let shared = Arc::clone(stage);
        players.push(thread::spawn(move || play(stream, &script, &shared)));
    }
    for player in players {
        // If it panicked, the test has seen a connection that ended.
        player.join().ok();
    }
}
