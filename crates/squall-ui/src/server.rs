//! The thread of the dashboard, and what it is told.

use std::cell::{Cell, RefCell};
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, mpsc as std_mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use squall_run::control::Remote;
use tokio::runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_rustls::TlsAcceptor;

use crate::UiError;
use crate::access::Access;
use crate::hub::Hub;
use crate::listen::{GRACE, Serving};
use crate::routes::Context;
use crate::start::{StartRequest, Starts, TestOffer};
use crate::token::Token;

/// How often it is looked whether a second is complete.
const LOOK: Duration = Duration::from_millis(100);
/// How long nothing may be told of a run whose intervals do not grow.
const SILENCE: Duration = Duration::from_millis(1_500);
/// How long connections are silent at most.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How the dashboard is served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// Certificate and key for TLS; without them it is plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Folder of stored runs.
    pub runs_dir: PathBuf,
    /// The test that can be started.
    pub test: Option<TestOffer>,
}

/// PEM files.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate, and those that signed it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// The dashboard while it is served; it ends with this.
#[derive(Debug)]
pub struct Server {
    url: String,
    address: SocketAddr,
    commands: mpsc::UnboundedSender<Command>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Command {
    Show(Remote),
    End(PathBuf),
    Close,
}

impl Server {
    /// Listens, and serves on a thread of its own. Wishes to start the test come out of the second part.
    ///
    /// # Errors
    /// The address cannot be listened on, or the certificate cannot be used.
    pub fn start(settings: Settings) -> Result<(Self, Starts), UiError> {
        let tls = settings.tls.as_ref().map(acceptor).transpose()?;
        let failed = |source| UiError::Listen {
            address: settings.address,
            source,
        };
        let listener = TcpListener::bind(settings.address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let access = Access::new(Token::draw()?, address, scheme);
        let url = access.url();
        let (commands, inbox) = mpsc::unbounded_channel();
        let (sender, starts) = std_mpsc::channel::<StartRequest>();
        let parts = Parts {
            listener,
            tls,
            access,
            inbox,
            starts: settings.test.is_some().then_some(sender),
            test: settings.test,
            runs_dir: settings.runs_dir,
        };
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(UiError::Thread)?;
        let thread = std::thread::Builder::new()
            .name("squall-ui".to_owned())
            .spawn(move || LocalSet::new().block_on(&runtime, parts.run()))
            .map_err(UiError::Thread)?;
        let server = Self {
            url,
            address,
            commands,
            thread: Some(thread),
        };
        Ok((server, starts))
    }

    /// Returns the URL that lets a browser in; it has the token.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Shows a run from now on.
    pub fn show(&self, run: Remote) {
        self.tell(Command::Show(run));
    }

    /// Says that the run that is shown has ended and is stored in this folder.
    pub fn end(&self, directory: &Path) {
        self.tell(Command::End(directory.to_owned()));
    }

    /// Ends it, after all that was told has reached those who read, or a second.
    pub fn close(mut self) {
        self.join();
    }

    fn tell(&self, command: Command) {
        // A thread that panicked has said so; a run goes on without its dashboard.
        self.commands.send(command).ok();
    }

    fn join(&mut self) {
        self.tell(Command::Close);
        if let Some(thread) = self.thread.take() {
            // As above.
            thread.join().ok();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.join();
    }
}

/// What the thread starts with.
struct Parts {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    access: Access,
    inbox: mpsc::UnboundedReceiver<Command>,
    starts: Option<std_mpsc::Sender<StartRequest>>,
    test: Option<TestOffer>,
    runs_dir: PathBuf,
}

impl Parts {
    async fn run(mut self) {
        let listener = match tokio::net::TcpListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(error) => {
                tracing::error!(%error, "the dashboard cannot listen");
                return;
            }
        };
        let context = Rc::new(Context {
            access: self.access,
            hub: RefCell::new(Hub::new(self.test)),
            runs_dir: self.runs_dir,
            starts: self.starts,
            starting: Cell::new(false),
        });
        let (close, closing) = watch::channel(false);
        let serving = Serving {
            context: Rc::clone(&context),
            tls: self.tls,
            closing,
            open: Rc::default(),
        };
        let mut pace = Pace::new();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                command = self.inbox.recv() => match command {
                    Some(Command::Show(run)) => context.hub.borrow_mut().show(run),
                    Some(Command::End(directory)) => context.hub.borrow_mut().end(directory),
                    Some(Command::Close) | None => break,
                },
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => serving.take(stream),
                    // No descriptors are left, say; the next attempt must not come at once.
                    Err(_) => sleep(LOOK).await,
                },
                _ = look.tick() => pace.look(&mut context.hub.borrow_mut()),
            }
        }
        drop(listener);
        context.hub.borrow_mut().close();
        // All connections have their own.
        close.send(true).ok();
        let until = Instant::now() + GRACE;
        while serving.open.get() > 0 && Instant::now() < until {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// When what is told.
struct Pace {
    told: Instant,
    kept_alive: Instant,
}

impl Pace {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            told: now,
            kept_alive: now,
        }
    }

    fn look(&mut self, hub: &mut Hub) {
        let now = Instant::now();
        if hub.read() || now - self.told >= SILENCE {
            hub.tell();
            self.told = now;
        }
        if now - self.kept_alive >= KEEP_ALIVE {
            hub.keep_alive();
            self.kept_alive = now;
        }
    }
}

fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, UiError> {
    let file = |path: &Path, reason: String| UiError::File {
        path: path.to_owned(),
        reason,
    };
    let read = |path: &Path| fs::read(path).map_err(|error| file(path, error.to_string()));
    let pem = read(&files.certificate)?;
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| file(&files.certificate, error.to_string()))?;
    if chain.is_empty() {
        let reason = "it holds no certificate".to_owned();
        return Err(file(&files.certificate, reason));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?)
        .map_err(|error| file(&files.key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
