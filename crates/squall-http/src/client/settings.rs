//! What the clients of one scenario on one I/O thread share.

use std::cell::RefCell;
use std::rc::Rc;

use squall_plan::{ConnectionPolicy, CookiePolicy};
use squall_protocol::connect::{Connected, ConnectionFacts, Connector};

use super::pool::Pool;
use super::{ClientConfig, HttpThread};

/// Connector, pool and settings of one scenario on one I/O thread.
#[derive(Debug)]
pub struct ClientSettings {
    pub(crate) thread: Rc<HttpThread>,
    pub(crate) connector: Connector,
    pub(crate) pool: Option<Pool>,
    pub(crate) keep_alive: bool,
    pub(crate) connect_timeout_ns: u64,
    pub(crate) read_timeout_ns: Option<u64>,
    pub(crate) max_response_size: u64,
    pub(crate) cookies: CookiePolicy,
    pub(crate) keeps_answers: bool,
    /// What is known of each connection, where somebody wants to know.
    opened: Option<RefCell<Vec<ConnectionFacts>>>,
}

impl ClientSettings {
    /// Creates the shared part. A shared pool is divided over the threads: this is thread `index` of `count`.
    pub fn new(config: &ClientConfig, thread: Rc<HttpThread>, index: u32, count: u32) -> Self {
        let pool = match config.policy {
            // A thread without a share of its own still gets one connection: its users could not send anything otherwise.
            ConnectionPolicy::Shared(size) => Some(Pool::new(
                (size / count + u32::from(index < size % count)).max(1),
            )),
            ConnectionPolicy::PerUser | ConnectionPolicy::NewEach => None,
        };
        Self {
            thread,
            connector: Connector::new(config.connect.clone()),
            pool,
            keep_alive: config.policy != ConnectionPolicy::NewEach,
            connect_timeout_ns: config.connect_timeout_ns,
            read_timeout_ns: config.read_timeout_ns,
            max_response_size: config.max_response_size,
            cookies: config.cookies,
            keeps_answers: false,
            opened: None,
        }
    }

    /// Keeps the answer of every operation, whether its request asks for it or not.
    #[must_use]
    pub fn keep_answers(mut self) -> Self {
        self.keeps_answers = true;
        self
    }
    /// Keeps what is known of every connection that is opened.
    #[must_use]
    pub fn keep_connections(mut self) -> Self {
        self.opened = Some(RefCell::default());
        self
    }

    /// Returns what is known of the connections that were opened, where that is kept; in the order of their opening.
    pub fn connections(&self) -> Vec<ConnectionFacts> {
        let opened = self.opened.as_ref();
        opened.map_or_else(Vec::new, |opened| opened.borrow().clone())
    }

    pub(super) fn note_opened(&self, connected: &Connected) {
        if let Some(opened) = &self.opened {
            opened.borrow_mut().push(connected.facts());
        }
    }
}
