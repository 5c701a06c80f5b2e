//! What the tasks of one I/O thread share.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use squall_http::HttpThread;
use squall_metrics::Recorder;
use squall_protocol::Clock;
use tokio::sync::Notify;

use crate::names::DynamicNames;
use crate::record::RecordBuffer;
use crate::sampling::Sampler;
use crate::schedule::Segment;
use crate::script::ScriptDesk;
use crate::script::ScriptHost;
use crate::timer::Timers;
use crate::trace::Tracer;

/// One I/O thread's clock, timers, recorder and protocol buffers.
#[derive(Debug)]
pub(crate) struct Worker {
    /// Share of this thread among the threads of all processes.
    pub(crate) segment: Segment,
    /// Number of this thread in its process.
    pub(crate) thread: u32,
    pub(crate) clock: Clock,
    pub(crate) timers: Timers,
    pub(crate) recorder: RefCell<Recorder>,
    pub(crate) http: Rc<HttpThread>,
    pub(crate) records: Option<RefCell<RecordBuffer>>,
    /// Chooses the iterations that are traced, where some are.
    pub(crate) sampler: Option<Sampler>,
    pub(crate) names: RefCell<DynamicNames>,
    /// Runs the scripts of flows, where there are any.
    pub(crate) scripts: Option<Arc<dyn ScriptHost>>,
    /// Where interpreters are met; opened by the first scenario that has scripts.
    pub(crate) desk: OnceCell<Rc<ScriptDesk>>,
    /// Takes every request and its answer, where somebody wants them.
    pub(crate) trace: Option<Tracer>,
    /// Rung when the run is to end at once.
    pub(crate) abort: Notify,
    /// The run is to end at once; for those who were not waiting when it rang.
    pub(crate) aborted: Cell<bool>,
}
