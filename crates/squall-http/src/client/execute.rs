//! One operation: from a free virtual user to a checked answer, redirects included.

use std::rc::Rc;
use std::sync::Arc;

use squall_protocol::connect::Origin;
use squall_protocol::values::Bindings;
use squall_protocol::{DeadlineSlot, Failure, FailureClass};
use url::Url;

use super::limit::{Expired, Limits, within};
use super::operation::Operation;
use super::pool::Turn;
use super::render::{RenderBuffers, render};
use super::response::{AnswerBuffers, ReadError, Reading, Received, Wanted};
use super::settings::ClientSettings;
use super::transfer::{Connection, StreamedBody, WriteError, write_all};
use crate::codec::cookies::{Jar, Site};
use crate::codec::redirect::is_redirect;
use crate::step::{Exchange, HttpStep, Target, origin_of};

/// A connection that was idle longer than this is looked at before it is used again; in a busy loop the look would only cost.
const IDLE_NS: u64 = 1_000_000;

/// The HTTP client of one virtual user: its connections, its cookies, its buffers.
#[derive(Debug)]
pub struct Client {
    pub(super) settings: Rc<ClientSettings>,
    own: Vec<Connection>,
    pub(super) jar: Jar,
    slot: DeadlineSlot,
    pub(super) render: RenderBuffers,
    pub(super) answer: AnswerBuffers,
}

/// What one request and its answer came to.
#[derive(Debug)]
pub(super) struct Hop {
    pub(super) received: Received,
}

/// The bytes to send: a step's own, or those in the client's buffer.
#[derive(Clone, Copy, Debug)]
enum Bytes<'a> {
    Constant(&'a Exchange),
    Rendered,
}

impl Client {
    /// Creates a client without connections.
    pub fn new(settings: Rc<ClientSettings>) -> Self {
        let slot = settings.thread.deadlines().slot();
        let (render, answer) = (RenderBuffers::default(), AnswerBuffers::default());
        Self {
            settings,
            own: Vec::new(),
            jar: Jar::new(),
            slot,
            render,
            answer,
        }
    }

    /// Sends a request and reads, checks and extracts from its answer. `intended` is when it should have started.
    pub async fn execute(
        &mut self,
        step: &HttpStep,
        bindings: &mut Bindings,
        intended: u64,
    ) -> Operation {
        let start = self.now();
        let mut operation = Operation::start(intended, start);
        let limits = Limits::new(start, step.timeout_ns);
        if let Err(failure) = self.attempt(step, bindings, limits, &mut operation).await {
            operation.fail(failure, self.now());
        }
        self.slot.disarm();
        if !operation.failures.is_empty() {
            operation.request_line = self.request_line(step);
        }
        operation
    }

    async fn attempt(
        &mut self,
        step: &HttpStep,
        bindings: &mut Bindings,
        limits: Limits,
        operation: &mut Operation,
    ) -> Result<(), Failure> {
        let dynamic;
        let origin = match &step.target {
            Target::Fixed { origin, .. } => origin,
            Target::Dynamic(_) => {
                dynamic = Arc::new(self.render_target(step, bindings)?);
                &dynamic
            }
        };
        let hop = self
            .first_hop(step, origin, bindings, limits, operation)
            .await?;
        operation.status = hop.received.head.status;
        if is_redirect(operation.status) && step.redirects > 0 && hop.received.head.has_location() {
            return Box::pin(self.follow(step, origin, hop, bindings, limits, operation)).await;
        }
        self.evaluate(step, origin, &hop.received, bindings, operation)
    }

    async fn first_hop(
        &mut self,
        step: &HttpStep,
        origin: &Arc<Origin>,
        bindings: &mut Bindings,
        limits: Limits,
        operation: &mut Operation,
    ) -> Result<Hop, Failure> {
        let (turn, connection) = self.connection(origin, limits, operation).await?;
        let bytes = match &step.constant {
            Some(constant) if self.jar.is_empty() => {
                self.render.exchange.clear();
                Bytes::Constant(constant)
            }
            Some(constant) => {
                self.render.exchange.clone_from(constant);
                self.add_cookies(origin);
                Bytes::Rendered
            }
            None => {
                self.render_request(step, origin, bindings, limits).await?;
                Bytes::Rendered
            }
        };
        let wanted = self.wanted(step);
        self.exchange(connection, turn, bytes, wanted, limits, operation)
            .await
    }

    pub(super) fn wanted(&self, step: &HttpStep) -> Wanted {
        Wanted {
            kind: step.kind,
            keeps_body: step.keeps_body,
            max_body: self.settings.max_response_size,
        }
    }

    /// Renders a URL that varies as a whole and returns where it goes.
    fn render_target(
        &mut self,
        step: &HttpStep,
        bindings: &mut Bindings,
    ) -> Result<Origin, Failure> {
        let Target::Dynamic(template) = &step.target else {
            return Err(Failure::new(FailureClass::Request, "the URL does not vary"));
        };
        let mut text = Vec::new();
        let invalid = |message: String| Failure::new(FailureClass::Request, message);
        template
            .render(bindings, self.now(), &mut text)
            .map_err(|error| invalid(error.to_string()))?;
        let text = String::from_utf8_lossy(&text);
        let url = Url::parse(&text).map_err(|error| {
            invalid(format!("the URL does not parse: {error}")).with_detail(&*text)
        })?;
        let origin = origin_of(&url).map_err(|error| invalid(error.to_string()))?;
        self.render.target.clear();
        self.render.target.push_str(url.path());
        if let Some(query) = url.query() {
            self.render.target.push('?');
            self.render.target.push_str(query);
        }
        Ok(origin)
    }

    async fn render_request(
        &mut self,
        step: &HttpStep,
        origin: &Arc<Origin>,
        bindings: &mut Bindings,
        limits: Limits,
    ) -> Result<(), Failure> {
        let now = self.now();
        self.render.streamed = if step.streams_body() {
            let opening = Box::pin(StreamedBody::open(&step.body, bindings, now));
            within(&self.slot, opening)
                .await
                .map_err(|Expired| limits.failure(now, "request", None))??
        } else {
            None
        };
        render(step, origin, bindings, now, &mut self.render)
            .map_err(|error| Failure::new(FailureClass::Request, error.to_string()))?;
        self.add_cookies(origin);
        Ok(())
    }

    /// Puts the jar's cookies for the request into its head.
    pub(super) fn add_cookies(&mut self, origin: &Origin) {
        if self.jar.is_empty() {
            return;
        }
        let exchange = &mut self.render.exchange;
        let mut cookies = Vec::new();
        let path = exchange.path();
        let site = Site {
            scheme: origin.scheme,
            host: &origin.host,
            path: &path,
        };
        self.jar.header_for(&site, unix_seconds(), &mut cookies);
        if !cookies.is_empty() {
            exchange.add_cookies(&cookies);
        }
    }

    /// Takes a connection: the user's own, one of the pool, or a new one.
    pub(super) async fn connection(
        &mut self,
        origin: &Arc<Origin>,
        limits: Limits,
        operation: &mut Operation,
    ) -> Result<(Option<Turn>, Connection), Failure> {
        let settings = Rc::clone(&self.settings);
        let (turn, idle) = match &settings.pool {
            None => (None, self.take_own(origin)),
            Some(pool) => {
                let start = self.now();
                limits.arm(&self.slot, start, None);
                let turn = within(&self.slot, pool.turn(origin)).await;
                let turn = turn.map_err(|Expired| limits.failure(self.now(), "request", None))?;
                // The wait for a turn is the generator's queue, not the target's time; of a redirect it is a part of the operation.
                if operation.status == 0 {
                    operation.begin(self.now());
                }
                let idle = turn.as_ref().and_then(Turn::take);
                (turn, idle)
            }
        };
        if let Some(connection) = idle.and_then(|idle| still_good(idle, operation.moments.start)) {
            return Ok((turn, connection));
        }
        Ok((turn, self.connect(origin, limits, operation).await?))
    }

    fn take_own(&mut self, origin: &Arc<Origin>) -> Option<Connection> {
        let at = self.own.iter().position(|connection| {
            Arc::ptr_eq(&connection.origin, origin) || connection.origin == *origin
        })?;
        Some(self.own.swap_remove(at))
    }

    async fn connect(
        &mut self,
        origin: &Arc<Origin>,
        limits: Limits,
        operation: &mut Operation,
    ) -> Result<Connection, Failure> {
        let settings = &*self.settings;
        let clock = settings.thread.clock();
        let step_ns = Some(settings.connect_timeout_ns);
        limits.arm(&self.slot, clock.now(), step_ns);
        // On the heap: the state of a handshake is large, and a user that is connected should not carry it.
        let connecting = Box::pin(settings.connector.connect(origin, clock));
        let connected = match within(&self.slot, connecting).await {
            Ok(connected) => connected?,
            Err(Expired) => return Err(limits.failure(clock.now(), "connect", step_ns)),
        };
        if !operation.connected {
            operation.connected = true;
            operation.secured = connected.stream.is_tls();
            operation.moments.connected = connected.connected;
            operation.moments.secured = connected.secured;
        }
        Ok(Connection {
            origin: Arc::clone(origin),
            stream: connected.stream,
            used_at: 0,
        })
    }

    /// Writes a request, reads the answer and gives the connection back.
    async fn exchange(
        &mut self,
        mut connection: Connection,
        turn: Option<Turn>,
        bytes: Bytes<'_>,
        wanted: Wanted,
        limits: Limits,
        operation: &mut Operation,
    ) -> Result<Hop, Failure> {
        let settings = Rc::clone(&self.settings);
        let clock = settings.thread.clock();
        limits.arm(&self.slot, operation.moments.start, None);
        let request = match bytes {
            Bytes::Constant(exchange) => exchange,
            Bytes::Rendered => &self.render.exchange,
        };
        operation.bytes_sent += request.bytes.len() as u64;
        let mut sent = write_all(&mut connection.stream, &self.slot, &request.bytes).await;
        if let (Ok(()), Some(body)) = (&sent, self.render.streamed.take()) {
            operation.bytes_sent += body.length;
            sent = Box::pin(body.write(&mut connection.stream, &self.slot)).await;
        }
        let written = clock.now();
        if operation.moments.written <= operation.moments.secured {
            operation.moments.written = written;
        }
        let broken = match sent {
            Ok(()) => None,
            // A server may refuse a request before it has read it all: its answer tells more than the broken pipe.
            Err(WriteError::Broken(error)) if operation.bytes_sent > 0 => {
                Some(WriteError::Broken(error))
            }
            Err(error) => {
                return Err(error.into_failure(|| limits.failure(clock.now(), "request", None)));
            }
        };
        let read_ns = settings.read_timeout_ns;
        if read_ns.is_some() {
            limits.arm(&self.slot, written, read_ns);
        }
        let mut reading = Reading::new(&settings.thread, &mut self.answer, wanted);
        let progress = |now| {
            if read_ns.is_some() {
                limits.arm(&self.slot, now, read_ns)
            }
        };
        let result = reading
            .finish(&mut connection.stream, &self.slot, progress)
            .await;
        operation.bytes_received += reading.bytes;
        if reading.first_byte > 0 {
            operation.moments.first_byte = reading.first_byte;
        }
        let whole = broken.is_none();
        let received = match (result, broken) {
            (Ok(received), _) => received,
            (Err(_), Some(error)) => {
                return Err(error.into_failure(|| limits.failure(clock.now(), "request", None)));
            }
            (Err(ReadError::Expired), None) => {
                return Err(limits.failure(clock.now(), "read", read_ns));
            }
            (Err(ReadError::Failed(failure)), None) => return Err(failure),
        };
        operation.moments.first_byte = received.first_byte;
        operation.moments.last_byte = received.last_byte;
        if received.reusable && whole && settings.keep_alive {
            connection.used_at = received.last_byte;
            match turn {
                Some(turn) => turn.put(connection),
                None => self.own.push(connection),
            }
        }
        Ok(Hop { received })
    }

    /// Sends what is in the client's buffer: the next hop of a redirect.
    pub(super) async fn next_hop(
        &mut self,
        origin: &Arc<Origin>,
        wanted: Wanted,
        limits: Limits,
        operation: &mut Operation,
    ) -> Result<Hop, Failure> {
        let (turn, connection) = self.connection(origin, limits, operation).await?;
        self.exchange(connection, turn, Bytes::Rendered, wanted, limits, operation)
            .await
    }

    fn now(&self) -> u64 {
        self.settings.thread.clock().now()
    }

    /// Returns the request that was last sent for `step`.
    pub(super) fn sent<'a>(&'a self, step: &'a HttpStep) -> &'a Exchange {
        match &step.constant {
            Some(constant) if self.render.exchange.bytes.is_empty() => constant,
            _ => &self.render.exchange,
        }
    }

    fn request_line(&self, step: &HttpStep) -> String {
        self.sent(step)
            .line()
            .trim_end_matches(" HTTP/1.1")
            .to_owned()
    }
}

fn still_good(mut connection: Connection, now: u64) -> Option<Connection> {
    let idle = now.saturating_sub(connection.used_at) > IDLE_NS;
    (!idle || connection.stream.is_reusable()).then_some(connection)
}

/// Returns wall-clock time for the expiry of cookies.
pub(super) fn unix_seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
