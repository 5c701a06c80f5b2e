//! The server that Prometheus scrapes. It has a thread of its own, because it must answer when nothing is sent.

use std::convert::Infallible;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, WWW_AUTHENTICATE,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use squall_report::ReporterError;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::encode::{Format, Native, state as encode_state};
use super::state::State;
use crate::http::gzip;
use crate::secret::Secret;

/// How long connections may still write when the server ends.
const GRACE: Duration = Duration::from_secs(1);
/// How long a client may take to say what it wants.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections at once; more wait.
const CONNECTIONS: usize = 64;
/// Answers shorter than this are not compressed.
const WORTH_COMPRESSING: usize = 1_400;

/// What is told, and to whom.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) prefix: String,
    pub(super) native: Native,
    /// The `Authorization` that a scraper must send.
    pub(super) authorization: Option<Secret>,
    pub(super) state: Mutex<State>,
    scrapes: Mutex<u64>,
    scraped: Condvar,
}

impl Shared {
    pub(super) fn new(
        prefix: String,
        native: Native,
        authorization: Option<Secret>,
        state: State,
    ) -> Self {
        Self {
            prefix,
            native,
            authorization,
            state: Mutex::new(state),
            scrapes: Mutex::default(),
            scraped: Condvar::new(),
        }
    }

    /// Waits until somebody scrapes what there is now; not at all when nobody ever scraped.
    pub(super) fn wait_for_scrape(&self, limit: Duration) {
        let scrapes = locked(&self.scrapes);
        let before = *scrapes;
        if before == 0 {
            return;
        }
        // Whether it came or not: the server ends next.
        drop(
            self.scraped
                .wait_timeout_while(scrapes, limit, |now| *now == before),
        );
    }

    fn count_scrape(&self) {
        *locked(&self.scrapes) += 1;
        self.scraped.notify_all();
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The server while it listens; it ends with this.
#[derive(Debug)]
pub(super) struct Listener {
    stop: watch::Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens; answers from now on.
    pub(super) fn start(listen: &str, shared: Arc<Shared>) -> Result<Self, ReporterError> {
        let failed = |error: std::io::Error| {
            ReporterError::permanent(format!(
                "cannot listen on `{listen}` for Prometheus: {error}: give another `listen`"
            ))
        };
        let listener = TcpListener::bind(all_interfaces(listen)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let (stop, stopped) = watch::channel(());
        let thread = std::thread::Builder::new()
            .name("squall-prometheus".to_owned())
            .spawn(move || runtime.block_on(serve(listener, shared, stopped)))
            .map_err(failed)?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.send_replace(());
        if let Some(thread) = self.thread.take() {
            // It answers to nobody: a panic in it ends with it.
            drop(thread.join());
        }
    }
}

/// Reads `:9464` as all interfaces, as other tools do.
fn all_interfaces(listen: &str) -> String {
    if listen.starts_with(':') {
        return format!("0.0.0.0{listen}");
    }
    listen.to_owned()
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let mut connections = JoinSet::new();
    loop {
        let has_room = connections.len() < CONNECTIONS;
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if has_room => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, shared.clone(), stopped.clone()));
                }
                // No file left, say: others may end meanwhile.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            },
        }
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    // Who does not read in time gets nothing more.
    drop(tokio::time::timeout(GRACE, ended).await);
}

async fn connection(
    stream: tokio::net::TcpStream,
    shared: Arc<Shared>,
    mut stopped: watch::Receiver<()>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = answer(&request, &shared);
        std::future::ready(Ok::<_, Infallible>(answer))
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service)
    );
    tokio::select! {
        // What a client did wrong is its own matter.
        _ = connection.as_mut() => return,
        _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    drop(connection.await);
}

fn answer(request: &Request<Incoming>, shared: &Shared) -> Response<Full<Bytes>> {
    let header = |name| {
        let value = request.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    if let Some(needed) = &shared.authorization
        && header(AUTHORIZATION) != needed.reveal()
    {
        let mut answer = short(StatusCode::UNAUTHORIZED, "user and password are needed\n");
        let realm = hyper::header::HeaderValue::from_static("Basic realm=\"squall\"");
        answer.headers_mut().insert(WWW_AUTHENTICATE, realm);
        return answer;
    }
    if request.uri().path() != "/metrics" {
        return short(StatusCode::NOT_FOUND, "see /metrics\n");
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut answer = short(StatusCode::METHOD_NOT_ALLOWED, "");
        let allowed = hyper::header::HeaderValue::from_static("GET, HEAD");
        answer.headers_mut().insert(ALLOW, allowed);
        return answer;
    }
    let format = Format::accepted(header(ACCEPT), shared.native);
    let mut body = {
        let state = locked(&shared.state);
        if request.method() == Method::GET {
            // While nothing can come in between: whoever waits for a scrape waits for one with the last numbers.
            shared.count_scrape();
        }
        encode_state(&state, &shared.prefix, format)
    };
    let mut answer = Response::builder().header(CONTENT_TYPE, format.content_type());
    if body.len() >= WORTH_COMPRESSING && takes_gzip(header(ACCEPT_ENCODING)) {
        body = gzip(&body);
        answer = answer.header(CONTENT_ENCODING, "gzip");
    }
    answer
        .body(Full::new(Bytes::from(body)))
        .expect("the header values are fixed text")
}

fn takes_gzip(accept: &str) -> bool {
    accept.split(',').any(|entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        name.trim() == "gzip" && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

fn short(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer
}
