//! Start and stop.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc as channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;

use crate::certificate;
use crate::counters::Shard;
use crate::dealer::Dealer;
use crate::listen::{Listener, bind_tcp, bind_unix};
use crate::worker::{Halt, Shared, Worker};
use crate::{Stats, TargetConfig, TargetError};

/// The bundled service, before it runs.
#[derive(Clone, Copy, Debug)]
pub struct Target;

impl Target {
    /// Starts the service on threads of its own and returns once it listens.
    ///
    /// Raises the process's soft limit of open files to the hard one, so that ten thousand connections have room.
    ///
    /// # Errors
    /// An address that cannot be listened on, or a system without a thread or descriptor to spare.
    pub fn start(config: TargetConfig) -> Result<RunningTarget, TargetError> {
        raise_descriptor_limit();
        let bound = Bound::new(config)?;
        let count = bound.threads;
        let shards: Vec<Arc<Shard>> = std::iter::repeat_with(Arc::default).take(count).collect();
        let shared = Arc::new(Shared::new(shards));
        let (stop, _) = watch::channel(Halt::No);
        let (stop_dealer, dealer_stopped) = UnixStream::pair().map_err(TargetError::Thread)?;
        let mut running = RunningTarget {
            http: bound.http,
            https: bound.https,
            unix_socket: bound.unix_socket,
            certificate: bound.authority_pem,
            shared: Arc::clone(&shared),
            stop,
            stop_dealer: Some(stop_dealer),
            threads: Vec::with_capacity(count + 1),
        };
        let mut workers = Vec::with_capacity(count);
        for (index, shard) in shared.shards.iter().enumerate() {
            let (sender, inbox) = mpsc::unbounded_channel();
            workers.push(sender);
            let worker = Worker {
                shared: Arc::clone(&shared),
                shard: Arc::clone(shard),
                inbox,
                tls: bound.tls.clone(),
                stop: running.stop.subscribe(),
            };
            running
                .threads
                .push(spawn(index, worker).map_err(TargetError::Thread)?);
        }
        let dealer = Dealer {
            listeners: bound.listeners,
            workers,
            stop: dealer_stopped,
        };
        let dealing = thread::Builder::new()
            .name("target-accept".to_owned())
            .spawn(move || dealer.run());
        running.threads.push(dealing.map_err(TargetError::Thread)?);
        Ok(running)
    }
}

/// A service that listens. It stops when it is dropped.
pub struct RunningTarget {
    http: SocketAddr,
    https: Option<SocketAddr>,
    unix_socket: Option<PathBuf>,
    certificate: Option<String>,
    shared: Arc<Shared>,
    stop: watch::Sender<Halt>,
    stop_dealer: Option<UnixStream>,
    threads: Vec<JoinHandle<()>>,
}

impl RunningTarget {
    /// Returns the address of plain HTTP, with the real port.
    pub fn http_addr(&self) -> SocketAddr {
        self.http
    }

    /// Returns the address of HTTPS, if it was asked for.
    pub fn https_addr(&self) -> Option<SocketAddr> {
        self.https
    }

    /// Returns the path of the unix socket, if it was asked for.
    pub fn unix_socket(&self) -> Option<&Path> {
        self.unix_socket.as_deref()
    }

    /// Returns the certificate of the authority that clients must trust to use HTTPS, as PEM.
    ///
    /// It is made at each start. The server's own certificate is valid for `localhost`, `127.0.0.1` and `::1`.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Writes the certificate of [`certificate_pem`](Self::certificate_pem) to a file.
    ///
    /// # Errors
    /// There is no certificate without HTTPS, or the file cannot be written.
    pub fn write_certificate(&self, path: &Path) -> Result<(), TargetError> {
        let pem = self
            .certificate
            .as_deref()
            .ok_or(TargetError::NoCertificate)?;
        std::fs::write(path, pem).map_err(|source| TargetError::WriteCertificate {
            path: path.to_owned(),
            source,
        })
    }

    /// Returns what was counted since the start or the last reset.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// Counts from zero again, as `POST /stats/reset` does.
    pub fn reset_stats(&self) {
        self.shared.reset_stats();
    }

    /// Holds all answers back for `length` from now, as `/stall` does.
    pub fn stall(&self, length: Duration) {
        self.shared.gate.stall(Duration::ZERO, length);
    }

    /// Stops: takes no more connections, finishes requests in progress within 1 s, closes all connections. Returns the counts.
    pub fn stop(mut self) -> Stats {
        self.halt();
        self.shared.stats()
    }

    fn halt(&mut self) {
        self.shared.gate.stop();
        self.stop_dealer = None;
        self.stop.send_replace(Halt::Yes);
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already, and there is nothing of it left to stop.
            thread.join().ok();
        }
        if let Some(path) = self.unix_socket.take() {
            // Somebody else may have removed it.
            std::fs::remove_file(path).ok();
        }
    }
}

impl Drop for RunningTarget {
    fn drop(&mut self) {
        self.halt();
    }
}

impl fmt::Debug for RunningTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningTarget")
            .field("http", &self.http)
            .field("https", &self.https)
            .field("unix_socket", &self.unix_socket)
            .finish_non_exhaustive()
    }
}

/// Everything that listens, before there is a thread.
struct Bound {
    threads: usize,
    http: SocketAddr,
    https: Option<SocketAddr>,
    unix_socket: Option<PathBuf>,
    listeners: Vec<Listener>,
    authority_pem: Option<String>,
    tls: Option<TlsAcceptor>,
}

impl Bound {
    fn new(config: TargetConfig) -> Result<Self, TargetError> {
        let listener = bind_tcp(config.http)?;
        let mut bound = Self {
            threads: config.threads.max(1),
            http: listener.local_addr().map_err(TargetError::Thread)?,
            https: None,
            unix_socket: config.unix_socket,
            listeners: vec![Listener::Plain(listener)],
            authority_pem: None,
            tls: None,
        };
        if let Some(address) = config.https {
            let listener = bind_tcp(address)?;
            let identity = certificate::create()?;
            bound.https = Some(listener.local_addr().map_err(TargetError::Thread)?);
            bound.listeners.push(Listener::Tls(listener));
            bound.authority_pem = Some(identity.authority_pem);
            bound.tls = Some(identity.acceptor);
        }
        if let Some(path) = &bound.unix_socket {
            bound.listeners.push(Listener::Unix(bind_unix(path)?));
        }
        Ok(bound)
    }
}

/// Starts a thread that serves, and returns once its event loop runs.
fn spawn(index: usize, worker: Worker) -> io::Result<JoinHandle<()>> {
    let (started, outcome) = channel::sync_channel(1);
    let main = move || match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => {
            report(&started, Ok(()));
            runtime.block_on(worker.run());
        }
        Err(error) => report(&started, Err(error)),
    };
    let thread = thread::Builder::new()
        .name(format!("target-{index}"))
        .spawn(main)?;
    outcome
        .recv()
        .unwrap_or_else(|_| Err(io::Error::other("the thread ended before it served")))?;
    Ok(thread)
}

fn report(started: &channel::SyncSender<io::Result<()>>, outcome: io::Result<()>) {
    // Whoever starts the thread waits for this, and cannot be gone.
    started.send(outcome).ok();
}

fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        // Where it is not allowed, the limit stays what it is, and connections wait for one another.
        setrlimit(Resource::Nofile, limit).ok();
    }
}
