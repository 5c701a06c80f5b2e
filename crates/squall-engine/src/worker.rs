//! What the tasks of one I/O thread share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use squall_http::HttpThread;
use squall_metrics::Recorder;
use squall_protocol::Clock;
use tokio::sync::Notify;

use crate::names::DynamicNames;
use crate::record::RecordBuffer;
use crate::schedule::Segment;
use crate::timer::Timers;

/// One I/O thread's clock, timers, recorder and protocol buffers.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) segment: Segment,
    pub(crate) clock: Clock,
    pub(crate) timers: Timers,
    pub(crate) recorder: RefCell<Recorder>,
    pub(crate) http: Rc<HttpThread>,
    pub(crate) records: Option<RefCell<RecordBuffer>>,
    pub(crate) names: RefCell<DynamicNames>,
    /// Rung when the run is to end at once.
    pub(crate) abort: Notify,
    /// The run is to end at once; for those who were not waiting when it rang.
    pub(crate) aborted: Cell<bool>,
}
