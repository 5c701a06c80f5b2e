//! What the tasks of one I/O thread share.

use std::cell::RefCell;
use std::rc::Rc;

use squall_http::HttpThread;
use squall_metrics::Recorder;
use squall_protocol::Clock;
use tokio::sync::Notify;

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
    /// Rung when the run is to end at once.
    pub(crate) abort: Notify,
}
