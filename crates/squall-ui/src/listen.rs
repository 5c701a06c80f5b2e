//! Connections.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::routes::{Context, answer};

/// Connections at once; more are closed.
const MOST: usize = 256;
/// Bytes that the system may hold for one who does not read.
const UNREAD: usize = 256 << 10;
/// How long a client may take for the head of a request, and for the TLS handshake.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long answers may take when the server ends.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// Serves connections.
#[derive(Clone)]
pub(crate) struct Serving {
    pub(crate) context: Rc<Context>,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) closing: watch::Receiver<bool>,
    pub(crate) open: Rc<Cell<usize>>,
}

/// Counts a connection as long as it is open.
struct Open(Rc<Cell<usize>>);

impl Open {
    fn begin(count: &Rc<Cell<usize>>) -> Self {
        count.set(count.get() + 1);
        Self(Rc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Serving {
    /// Serves one more connection, on this thread.
    pub(crate) fn take(&self, stream: TcpStream) {
        if self.open.get() >= MOST {
            return;
        }
        let serving = self.clone();
        let open = Open::begin(&self.open);
        tokio::task::spawn_local(async move {
            let _open = open;
            // Events are small and are to be there at once.
            stream.set_nodelay(true).ok();
            SockRef::from(&stream).set_send_buffer_size(UNREAD).ok();
            match serving.tls.clone() {
                None => serving.serve(stream).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(PATIENCE, tls.accept(stream)).await {
                        serving.serve(stream).await;
                    }
                }
            }
        });
    }

    async fn serve(mut self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let kick = Rc::new(Notify::new());
        let service =
            service_fn(|request| answer(Rc::clone(&self.context), Rc::clone(&kick), request));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
        let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            // Clients that go are no news.
            _ = connection.as_mut() => return,
            () = kick.notified() => return,
            _ = self.closing.changed() => {}
        }
        connection.as_mut().graceful_shutdown();
        // As above, and those that do not read are left.
        timeout(GRACE, connection).await.ok();
    }
}
