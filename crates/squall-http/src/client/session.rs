//! The client of one virtual user: its connections, its cookies, its buffers.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use squall_plan::CookiePolicy;
use squall_protocol::connect::Origin;
use squall_protocol::values::Bindings;
use squall_protocol::{DeadlineSlot, TraceIds};

use super::call::Call;
use super::capture::AnswerPlace;
use super::operation::Operation;
use super::render::RenderBuffers;
use super::response::AnswerBuffers;
use super::settings::ClientSettings;
use super::transfer::Connection;
use crate::codec::cookies::{Jar, Site};
use crate::step::{Exchange, HttpStep};

/// A connection that was idle longer than this is looked at before it is used again; in a busy loop the look would only cost.
const IDLE_NS: u64 = 1_000_000;

/// The HTTP client of one virtual user: its connections, its cookies, its buffers.
#[derive(Debug)]
pub struct Client {
    pub(super) settings: Rc<ClientSettings>,
    pub(super) own: Vec<Connection>,
    /// Shared by the lanes of a user.
    pub(super) jar: Rc<RefCell<Jar>>,
    pub(super) slot: DeadlineSlot,
    pub(super) render: RenderBuffers,
    pub(super) answer: AnswerBuffers,
    /// What the target of the next operation is told of its trace.
    pub(super) trace: Option<Box<TraceIds>>,
    /// Where the last answer lies, if the last operation had one.
    pub(super) last: Option<AnswerPlace>,
}

/// What the clients of one virtual user have in common: settings and cookies.
#[derive(Clone, Debug)]
pub struct Session {
    settings: Rc<ClientSettings>,
    jar: Rc<RefCell<Jar>>,
}

impl Session {
    /// Creates another client of the user: it has connections of its own and the same cookies.
    pub fn client(&self) -> Client {
        Client::with_jar(Rc::clone(&self.settings), Rc::clone(&self.jar))
    }
}

impl Client {
    /// Creates a client without connections.
    pub fn new(settings: Rc<ClientSettings>) -> Self {
        Self::with_jar(settings, Rc::default())
    }

    /// Returns what further clients of the same user, for operations at the same time, have in common with this one.
    pub fn session(&self) -> Session {
        Session {
            settings: Rc::clone(&self.settings),
            jar: Rc::clone(&self.jar),
        }
    }

    fn with_jar(settings: Rc<ClientSettings>, jar: Rc<RefCell<Jar>>) -> Self {
        let slot = settings.thread.deadlines().slot();
        let (render, answer) = (RenderBuffers::default(), AnswerBuffers::default());
        Self {
            settings,
            own: Vec::new(),
            jar,
            slot,
            render,
            answer,
            trace: None,
            last: None,
        }
    }

    /// Makes the next operation tell its target of a trace, with a `traceparent` header.
    #[inline]
    pub fn trace(&mut self, ids: Option<Box<TraceIds>>) {
        self.trace = ids;
    }

    /// Sends a request and reads, checks and extracts from its answer. `intended` is when it should have started.
    #[inline]
    pub async fn execute(
        &mut self,
        step: &HttpStep,
        bindings: &mut Bindings,
        intended: u64,
    ) -> Operation {
        Call::new(self, step, bindings, intended).run().await
    }

    /// Begins an iteration of its user: forgets the cookies of the last one, where the settings say so.
    #[inline]
    pub fn begin_iteration(&mut self) {
        if self.settings.cookies == CookiePolicy::PerIteration {
            let mut jar = self.jar.borrow_mut();
            if !jar.is_empty() {
                *jar = Jar::new();
            }
        }
    }

    /// Forgets an operation that was given up, so that the client can be used again.
    pub fn give_up(&mut self) {
        self.slot.disarm();
        self.render.streamed = None;
    }

    /// Returns the bytes of the request that was last sent for `step`: head and body, without a body that was streamed.
    pub fn last_request<'a>(&'a self, step: &'a HttpStep) -> &'a [u8] {
        &self.sent(step).bytes
    }

    /// Takes the user's own connection to `origin`, if it has one that is still good at `now`.
    #[inline]
    pub(super) fn take_own(&mut self, origin: &Arc<Origin>, now: u64) -> Option<Connection> {
        let at = self.own.iter().position(|connection| {
            Arc::ptr_eq(&connection.origin, origin) || connection.origin == *origin
        })?;
        still_good(self.own.swap_remove(at), now)
    }

    /// Puts the jar's cookies for the request in the buffer into its head.
    pub(super) fn add_cookies(&mut self, origin: &Origin) {
        let jar = self.jar.borrow();
        if jar.is_empty() {
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
        jar.header_for(&site, unix_seconds(), &mut cookies);
        if !cookies.is_empty() {
            exchange.add_cookies(&cookies);
        }
    }

    /// Puts the `traceparent` of an operation into the head in the buffer.
    #[cold]
    pub(super) fn add_traceparent(&mut self, ids: &TraceIds) {
        self.render
            .exchange
            .add_line("traceparent", &ids.header_line());
    }

    /// Returns the request that was last sent for `step`.
    pub(super) fn sent<'a>(&'a self, step: &'a HttpStep) -> &'a Exchange {
        match &step.constant {
            Some(constant) if self.render.exchange.bytes.is_empty() => constant,
            _ => &self.render.exchange,
        }
    }

    #[inline]
    pub(super) fn now(&self) -> u64 {
        self.settings.thread.clock().now()
    }
}

/// Returns a connection that may take another request.
#[inline]
pub(super) fn still_good(mut connection: Connection, now: u64) -> Option<Connection> {
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
