//! One operation: from a free virtual user to a checked answer.
//!
//! What nearly every operation does (a connection is there, the request is written at once, the answer comes in one piece) is one
//! state machine without a box or a copy; everything else is on the heap, where it costs only those who need it.

use std::rc::Rc;
use std::sync::Arc;

use squall_protocol::connect::Origin;
use squall_protocol::values::Bindings;
use squall_protocol::{Failure, FailureClass};
use url::Url;

use super::limit::{Expired, Limits, within};
use super::operation::Operation;
use super::pool::Turn;
use super::render::render;
use super::response::Wanted;
use super::session::{Client, still_good};
use super::transfer::{Connection, StreamedBody};
use crate::codec::redirect::is_redirect;
use crate::step::{HttpStep, Target, origin_of};

/// One operation under way.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) client: &'a mut Client,
    pub(super) step: &'a HttpStep,
    pub(super) bindings: &'a mut Bindings,
    pub(super) limits: Limits,
    pub(super) operation: Operation,
}

/// A connection, and the turn at it where it is shared.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) turn: Option<Turn>,
    pub(super) connection: Connection,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        client: &'a mut Client,
        step: &'a HttpStep,
        bindings: &'a mut Bindings,
        intended: u64,
    ) -> Self {
        let start = client.now();
        client.last = None;
        let mut operation = Operation::start(intended, start);
        operation.trace = client.trace.take();
        Self {
            limits: Limits::new(start, step.timeout_ns),
            operation,
            client,
            step,
            bindings,
        }
    }

    /// Runs the operation to its end.
    pub(super) async fn run(mut self) -> Operation {
        if let Err(failure) = self.attempt().await {
            let now = self.client.now();
            self.operation.fail(failure, now);
        }
        self.client.slot.disarm();
        if !self.operation.failures.is_empty() {
            self.operation.request_line = self.request_line();
        }
        self.operation
    }

    async fn attempt(&mut self) -> Result<(), Failure> {
        let step = self.step;
        let dynamic;
        let origin = match &step.target {
            Target::Fixed { origin, .. } => origin,
            Target::Dynamic(_) => {
                dynamic = Arc::new(self.render_target()?);
                &dynamic
            }
        };
        let line = if let Some(connection) = self.idle(origin) {
            Line {
                turn: None,
                connection,
            }
        } else {
            // Where it does not come to a connection, nothing of an earlier request may pass for this one.
            self.client.render.exchange.clear();
            Box::pin(self.line(origin)).await?
        };
        let constant = step
            .constant
            .as_ref()
            .filter(|_| self.operation.trace.is_none() && self.client.jar.borrow().is_empty());
        if constant.is_some() {
            self.client.render.exchange.clear();
        } else {
            if step.streams_body() {
                Box::pin(self.open_body()).await?;
            }
            self.render_request(origin)?;
        }
        let received = self.exchange(line, constant, self.wanted()).await?;
        let head = received.head;
        if is_redirect(head.status) && step.redirects > 0 && head.has_location() {
            return Box::pin(self.follow(origin, received)).await;
        }
        self.evaluate(origin, &received, None)
    }

    /// Takes the user's own connection, where users have their own.
    #[inline]
    fn idle(&mut self, origin: &Arc<Origin>) -> Option<Connection> {
        match self.client.settings.pool {
            None => self.client.take_own(origin, self.operation.moments.start),
            Some(_) => None,
        }
    }

    pub(super) fn wanted(&self) -> Wanted {
        Wanted {
            kind: self.step.kind,
            keeps_body: self.keeps_body(),
            max_body: self.client.settings.max_response_size,
        }
    }

    pub(super) fn keeps_body(&self) -> bool {
        self.step.keeps_body || self.client.settings.keeps_answers
    }

    /// Tells whether the answer is handed over with the operation.
    #[inline]
    pub(super) fn keeps_answer(&self) -> bool {
        self.step.keeps_answer || self.client.settings.keeps_answers
    }

    /// Renders a URL that varies as a whole and returns where it goes.
    fn render_target(&mut self) -> Result<Origin, Failure> {
        let Target::Dynamic(template) = &self.step.target else {
            return Err(Failure::new(FailureClass::Request, "the URL does not vary"));
        };
        let invalid = |message: String| Failure::new(FailureClass::Request, message);
        let mut text = Vec::new();
        let rendered = template.render(self.bindings, self.client.now(), &mut text);
        rendered.map_err(|error| invalid(error.to_string()))?;
        let text = String::from_utf8_lossy(&text);
        let url = Url::parse(&text).map_err(|error| {
            invalid(format!("the URL does not parse: {error}")).with_detail(&*text)
        })?;
        let origin = origin_of(&url).map_err(|error| invalid(error.to_string()))?;
        let target = &mut self.client.render.target;
        target.clear();
        target.push_str(url.path());
        if let Some(query) = url.query() {
            target.push('?');
            target.push_str(query);
        }
        Ok(origin)
    }

    async fn open_body(&mut self) -> Result<(), Failure> {
        let now = self.client.now();
        let opening = StreamedBody::open(&self.step.body, self.bindings, now);
        let opened = within(&self.client.slot, opening).await;
        let timeout = |Expired| self.limits.failure(now, "request", None);
        self.client.render.streamed = opened.map_err(timeout)??;
        Ok(())
    }

    fn render_request(&mut self, origin: &Origin) -> Result<(), Failure> {
        if let Some(constant) = &self.step.constant {
            self.client.render.exchange.clone_from(constant);
        } else {
            let now = self.client.now();
            render(
                self.step,
                origin,
                self.bindings,
                now,
                &mut self.client.render,
            )
            .map_err(|error| Failure::new(FailureClass::Request, error.to_string()))?;
        }
        self.client.add_cookies(origin);
        if let Some(ids) = &self.operation.trace {
            self.client.add_traceparent(ids);
        }
        Ok(())
    }

    /// Gets a connection when none is at hand: one of the pool, or a new one.
    pub(super) async fn line(&mut self, origin: &Arc<Origin>) -> Result<Line, Failure> {
        let settings = Rc::clone(&self.client.settings);
        let Some(pool) = &settings.pool else {
            let connection = self.connect(origin).await?;
            return Ok(Line {
                turn: None,
                connection,
            });
        };
        let start = self.client.now();
        self.limits.arm(&self.client.slot, start, None);
        let turn = within(&self.client.slot, pool.turn(origin)).await;
        let now = self.client.now();
        let turn = turn.map_err(|Expired| self.limits.failure(now, "request", None))?;
        // The wait for a turn is the generator's queue, not the target's time; of a redirect it is a part of the operation.
        if self.operation.status == 0 {
            self.operation.begin(now);
        }
        let idle = turn.as_ref().and_then(Turn::take);
        let connection = match idle.and_then(|idle| still_good(idle, now)) {
            Some(connection) => connection,
            None => self.connect(origin).await?,
        };
        Ok(Line { turn, connection })
    }

    async fn connect(&mut self, origin: &Arc<Origin>) -> Result<Connection, Failure> {
        let settings = Rc::clone(&self.client.settings);
        let clock = settings.thread.clock();
        let step_ns = Some(settings.connect_timeout_ns);
        self.limits.arm(&self.client.slot, clock.now(), step_ns);
        let connecting = settings.connector.connect(origin, clock);
        let connected = match within(&self.client.slot, connecting).await {
            Ok(connected) => connected?,
            Err(Expired) => return Err(self.limits.failure(clock.now(), "connect", step_ns)),
        };
        settings.note_opened(&connected);
        if !self.operation.connected {
            self.operation.connected = true;
            self.operation.secured = connected.stream.is_tls();
            self.operation.moments.connected = connected.connected;
            self.operation.moments.secured = connected.secured;
        }
        Ok(Connection {
            origin: Arc::clone(origin),
            stream: connected.stream,
            used_at: 0,
        })
    }

    fn request_line(&self) -> String {
        let line = self.client.sent(self.step).line();
        if line.is_empty() {
            // It was not rendered: there was no connection to send it on.
            return self.step.name().to_owned();
        }
        line.trim_end_matches(" HTTP/1.1").to_owned()
    }
}
