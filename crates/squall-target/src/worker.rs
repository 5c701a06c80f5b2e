//! One thread: its event loop and its connections.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::Stats;
use crate::counters::{Shard, Totals};
use crate::gate::Gate;
use crate::listen::Accepted;
use crate::meter::{Metered, Transport, Wire};
use crate::service::Service;

/// How long requests in progress may take when the target stops.
const GRACE: Duration = Duration::from_secs(1);
/// How long a client may take for the TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// What all threads share. Nothing of it is touched by a request to `/` but one flag of the gate.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) gate: Arc<Gate>,
    pub(crate) shards: Vec<Arc<Shard>>,
    /// How often each rate of `/flaky` was asked for.
    pub(crate) flaky: Mutex<HashMap<u64, u64>>,
    /// Orders made so far.
    pub(crate) orders: AtomicU64,
    /// The totals at the last reset.
    baseline: Mutex<Totals>,
}

impl Shared {
    pub(crate) fn new(shards: Vec<Arc<Shard>>) -> Self {
        Self {
            shards,
            ..Self::default()
        }
    }

    /// Sums what was counted since the last reset.
    pub(crate) fn stats(&self) -> Stats {
        let baseline = self.baseline.lock().unwrap_or_else(PoisonError::into_inner);
        self.totals().since(&baseline)
    }

    /// Counts from zero.
    pub(crate) fn reset_stats(&self) {
        *self.baseline.lock().unwrap_or_else(PoisonError::into_inner) = self.totals();
    }

    fn totals(&self) -> Totals {
        Totals::of(self.shards.iter().map(AsRef::as_ref))
    }
}

/// One thread's part of the target.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) shard: Arc<Shard>,
    pub(crate) inbox: mpsc::UnboundedReceiver<Accepted>,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) stop: watch::Receiver<Halt>,
}

/// Whether the target is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    No,
    Yes,
}

impl Worker {
    /// Serves connections until told to stop, then finishes what is in progress.
    pub(crate) async fn run(mut self) {
        let mut http = http1::Builder::new();
        // Answers fit into one small buffer; a `Date` would cost a clock call for each.
        http.pipeline_flush(true)
            .writev(false)
            .auto_date_header(false);
        loop {
            tokio::select! {
                biased;
                _ = self.stop.changed() => break,
                accepted = self.inbox.recv() => match accepted {
                    Some(accepted) => self.take_over(accepted, &http),
                    None => break,
                },
            }
        }
        self.inbox.close();
        // Running out of time is the expected way for a connection that does not end by itself.
        timeout(GRACE, self.settled()).await.ok();
    }

    fn take_over(&self, accepted: Accepted, http: &http1::Builder) {
        self.shard.accepted.add(1);
        let presence = Presence(Arc::clone(&self.shard));
        let service = |wire: &Arc<Wire>| {
            Service::new(
                Arc::clone(&self.shared),
                Arc::clone(&self.shard),
                Arc::clone(wire),
            )
        };
        let connection = Connection {
            presence,
            http: http.clone(),
            wire: Arc::default(),
        };
        match accepted {
            Accepted::Plain(stream) => {
                let service = service(&connection.wire);
                if let Ok(stream) = TcpStream::from_std(stream) {
                    tokio::spawn(connection.serve(stream, service));
                }
            }
            Accepted::Tls(stream) => {
                let service = service(&connection.wire);
                if let (Ok(stream), Some(tls)) = (TcpStream::from_std(stream), self.tls.clone()) {
                    tokio::spawn(connection.serve_tls(stream, tls, service));
                }
            }
            Accepted::Unix(stream) => {
                let service = service(&connection.wire);
                if let Ok(stream) = UnixStream::from_std(stream) {
                    tokio::spawn(connection.serve(stream, service));
                }
            }
        }
    }

    async fn settled(&self) {
        while self.shard.active.get() > 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Counts a connection as closed at its end, whatever the end is.
struct Presence(Arc<Shard>);

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.closed.add(1);
    }
}

struct Connection {
    presence: Presence,
    http: http1::Builder,
    wire: Arc<Wire>,
}

impl Connection {
    async fn serve_tls(self, stream: TcpStream, tls: TlsAcceptor, service: Service) {
        match timeout(HANDSHAKE_LIMIT, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.serve(stream, service).await,
            Ok(Err(_)) | Err(_) => self.presence.0.tls_failures.add(1),
        }
    }

    async fn serve<S: Transport>(self, stream: S, service: Service) {
        let shard = &self.presence.0;
        let io = TokioIo::new(Metered::new(stream, Arc::clone(shard), self.wire));
        let served = self.http.serve_connection(io, service).await;
        if served.is_err_and(|error| error.is_parse()) {
            shard.malformed.add(1);
        }
    }
}
