//! One request, through the client that sends load, and everything that can be known of it.

use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::AtomicUsize;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use squall_http::{
    Client, ClientConfig, ClientSettings, HttpStep, HttpThread, Operation, RequestDefaults,
};
use squall_plan::{CheckedHttp, CheckedKind, Plan, PlanError, PlanErrors, Step};
use squall_protocol::connect::{ConnectionFacts, Connector, TlsFacts};
use squall_protocol::tls::Certificate;
use squall_protocol::values::{Bindings, BindingsSettings, IterationIds, Scope};
use squall_protocol::{Clock, FailureClass, Moments};
use thiserror::Error;

use crate::alone::block_on;

/// What came of the request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pong {
    /// Whether it succeeded, as an operation of a load would have.
    pub ok: bool,
    /// Where the answer came from, after redirects; the URL itself without an answer.
    pub url: String,
    /// Status of the answer; `None` without one.
    pub status: Option<u16>,
    /// What the status line says behind the status.
    pub reason: String,
    /// Redirects that were followed.
    pub redirects: usize,
    /// Address of the peer; `None` without a connection.
    pub address: Option<String>,
    /// Phases in milliseconds, in their order, with `total` as the last.
    #[serde(serialize_with = "as_map")]
    pub times_ms: Vec<(&'static str, f64)>,
    /// Bytes of the body, decoded.
    pub body_bytes: usize,
    /// Bytes that were read, heads included.
    pub received_bytes: u64,
    /// The encrypted connection, where there was one.
    pub tls: Option<Tls>,
    /// Why it failed.
    pub errors: Vec<PingError>,
}

/// An encrypted connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tls {
    /// The version, e.g. `TLS 1.3`.
    pub version: String,
    /// The cipher suite.
    pub cipher: String,
    /// Whether the certificate was verified and found good.
    pub verified: bool,
    /// The certificates that the peer showed, its own first.
    pub certificates: Vec<ShownCertificate>,
}

/// A certificate that the peer showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownCertificate {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Beginning of its validity, RFC 3339.
    pub not_before: String,
    /// End of its validity, RFC 3339.
    pub not_after: String,
    /// Names and addresses that it is for.
    pub names: Vec<String>,
}

/// Why the request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PingError {
    /// Class, as in the results of a load.
    pub class: &'static str,
    /// What happened.
    pub message: String,
    /// More of it, or nothing.
    pub detail: String,
}

/// Why nothing came of it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PingRefused {
    /// The request is wrong.
    #[error(transparent)]
    Plan(#[from] PlanErrors),
    /// The user gave up.
    #[error("stopped before there was an answer")]
    Interrupted,
    /// The system gives no event loop.
    #[error("no event loop")]
    System(#[source] io::Error),
}

/// Sends the first request of a plan once, without load and without storing anything.
///
/// Where its certificate is refused, a second connection is opened to look at it; no request is sent there.
///
/// # Errors
/// The plan is wrong, or the user gave up. A request that fails is no error.
pub fn ping(
    plan: &Plan,
    base_dir: &Path,
    interrupts: Option<&AtomicUsize>,
) -> Result<Pong, PingRefused> {
    let request = Request::compile(plan, base_dir)?;
    let thread = Rc::new(HttpThread::new(Clock::start()));
    block_on(&thread, interrupts, request.send(Rc::clone(&thread)))
        .map_err(PingRefused::System)?
        .ok_or(PingRefused::Interrupted)
}

/// A request, ready to be sent.
struct Request {
    http: CheckedHttp,
    config: ClientConfig,
    /// The same for a connection that shows any certificate.
    unverified: ClientConfig,
    step: HttpStep,
    scope: Scope,
    url: String,
}

impl Request {
    fn compile(plan: &Plan, base_dir: &Path) -> Result<Self, PlanErrors> {
        let checked = plan.check()?;
        let wrong = |message: String| PlanErrors::from(PlanError::new("", message));
        let found = checked
            .stages
            .into_iter()
            .find_map(|stage| match stage.kind {
                CheckedKind::Execute(execute) => Some(execute),
                _ => None,
            });
        let execute = found.ok_or_else(|| wrong("there is no request".to_owned()))?;
        let mut flows = execute.scenarios.iter().flat_map(|scenario| &scenario.flow);
        let first = flows.find_map(|step| match step {
            Step::Http(request) => Some(request),
            _ => None,
        });
        let request = first.ok_or_else(|| wrong("there is no request".to_owned()))?;
        let defaults = RequestDefaults::new(&execute.http, base_dir);
        let mut scope = Scope::default();
        let step = HttpStep::compile(request, &defaults, &mut scope);
        let step = step.map_err(|error| wrong(error.to_string()))?;
        let config = |http: &CheckedHttp| {
            ClientConfig::new(http, base_dir).map_err(|error| wrong(error.to_string()))
        };
        let mut trusting = execute.http.clone();
        trusting.tls.insecure = true;
        Ok(Self {
            config: config(&execute.http)?,
            unverified: config(&trusting)?,
            http: execute.http,
            step,
            scope,
            url: request.url.to_string(),
        })
    }

    async fn send(self, thread: Rc<HttpThread>) -> Pong {
        let settings = ClientSettings::new(&self.config, Rc::clone(&thread), 0, 1);
        let settings = Rc::new(settings.keep_answers().keep_connections());
        let mut bindings = Bindings::new(Rc::new(BindingsSettings::new(&self.scope, (0, 1), 0)));
        bindings.begin(IterationIds {
            user: 1,
            iteration: 0,
            seed: 0,
        });
        let mut client = Client::new(Rc::clone(&settings));
        let start = thread.clock().now();
        let operation = client.execute(&self.step, &mut bindings, start).await;
        let mut connections = settings.connections();
        let mut verified = !self.http.tls.insecure;
        if connections.is_empty() && failed_at_tls(&operation) {
            verified = false;
            connections.extend(self.look(thread.clock()).await);
        }
        self.pong(operation, connections.pop(), verified)
    }

    /// Opens a connection that shows any certificate.
    async fn look(&self, clock: &Clock) -> Option<ConnectionFacts> {
        let connector = Connector::new(self.unverified.connect_settings().clone());
        let limit = self.http.connect_timeout.as_duration();
        let connecting = connector.connect(self.step.origin()?, clock);
        let connected = tokio::time::timeout(limit, connecting).await.ok()?.ok()?;
        Some(connected.facts())
    }

    fn pong(
        &self,
        operation: Operation,
        connection: Option<ConnectionFacts>,
        verified: bool,
    ) -> Pong {
        let times_ms = phases(&operation);
        let is_good = operation.failures.is_empty();
        let answer = operation.answer.unwrap_or_default();
        let address = connection.as_ref().map(|facts| facts.peer.clone());
        let errors = operation.failures.into_iter().map(|failure| PingError {
            class: failure.class.as_str(),
            message: failure.message.clone(),
            detail: failure.detail.clone(),
        });
        Pong {
            errors: errors.collect(),
            ok: is_good,
            url: if answer.url.is_empty() {
                self.url.clone()
            } else {
                answer.url.clone()
            },
            status: (operation.status > 0).then_some(operation.status),
            reason: answer.reason(),
            redirects: answer.hops.len(),
            address,
            times_ms,
            body_bytes: answer.body.len(),
            received_bytes: operation.bytes_received,
            tls: connection
                .and_then(|facts| facts.tls)
                .map(|facts| Tls::of(facts, verified)),
        }
    }
}

impl Tls {
    fn of(facts: TlsFacts, verified: bool) -> Self {
        Self {
            version: facts.version,
            cipher: facts.cipher,
            verified,
            certificates: facts.certificates.into_iter().map(shown).collect(),
        }
    }
}

fn as_map<S: Serializer>(times: &[(&str, f64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(times.iter().copied())
}

fn shown(certificate: Certificate) -> ShownCertificate {
    let moment = |seconds| {
        Timestamp::from_second(seconds).map_or_else(|_| String::new(), |moment| moment.to_string())
    };
    ShownCertificate {
        not_before: moment(certificate.not_before),
        not_after: moment(certificate.not_after),
        subject: certificate.subject,
        issuer: certificate.issuer,
        names: certificate.names,
    }
}

fn failed_at_tls(operation: &Operation) -> bool {
    let mut failures = operation.failures.iter();
    failures.any(|failure| failure.class == FailureClass::Tls)
}

/// Returns how long each phase took; of a failed request only the whole.
fn phases(operation: &Operation) -> Vec<(&'static str, f64)> {
    let Moments {
        start,
        connected,
        secured,
        written,
        first_byte,
        last_byte,
        ..
    } = operation.moments;
    let ms = |from: u64, to: u64| to.saturating_sub(from) as f64 / 1e6;
    let mut phases = Vec::new();
    if operation.connected {
        phases.push(("connecting", ms(start, connected)));
    }
    if operation.secured {
        phases.push(("securing", ms(connected, secured)));
    }
    if operation.status > 0 {
        phases.push(("writing", ms(secured, written)));
        phases.push(("first_byte", ms(written, first_byte)));
        phases.push(("reading", ms(first_byte, last_byte)));
    }
    phases.push(("total", ms(start, last_byte)));
    phases
}
