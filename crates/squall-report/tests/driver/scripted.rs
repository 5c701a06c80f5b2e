//! A reporter that does what a test says, and the records to feed it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use squall_report::{
    Batch, Capabilities, Delivered, Driver, DriverHandle, DriverSettings, NameTable, Outcome,
    PhaseTimes, RawEvent, RecordKind, Reporter, ReporterError, RetrySettings, RunContext,
    RunRecord, SeriesName, StartError, WallTime,
};

pub(crate) const ALL_KINDS: [RecordKind; 4] = [
    RecordKind::Events,
    RecordKind::Metrics,
    RecordKind::Common,
    RecordKind::Errors,
];

/// Long enough that only a broken driver reaches it.
pub(crate) const PLENTY: Duration = Duration::from_secs(120);

type OnSend = Box<dyn FnMut(&Batch) -> Result<Delivered, ReporterError> + Send>;
type OnOpen = Box<dyn FnMut() -> Result<(), ReporterError> + Send>;
type OnClose = Box<dyn FnMut() -> Result<Option<String>, ReporterError> + Send>;

pub(crate) struct Scripted {
    pub(crate) capabilities: Capabilities,
    pub(crate) on_open: OnOpen,
    pub(crate) on_send: OnSend,
    pub(crate) on_close: OnClose,
}

impl Scripted {
    pub(crate) fn sending(
        on_send: impl FnMut(&Batch) -> Result<Delivered, ReporterError> + Send + 'static,
    ) -> Self {
        Self {
            capabilities: Capabilities {
                kinds: ALL_KINDS.to_vec(),
                max_batch_records: None,
            },
            on_open: Box::new(|| Ok(())),
            on_send: Box::new(on_send),
            on_close: Box::new(|| Ok(Some("here".to_owned()))),
        }
    }

    pub(crate) fn taking_everything() -> Self {
        Self::sending(|batch| Ok(Delivered::all(batch)))
    }

    pub(crate) fn start(self, settings: DriverSettings) -> DriverHandle {
        self.try_start(settings).expect("the reporter opens")
    }

    pub(crate) fn try_start(self, settings: DriverSettings) -> Result<DriverHandle, StartError> {
        Driver::start("scripted", Box::new(self), context(), settings)
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted").finish_non_exhaustive()
    }
}

impl Reporter for Scripted {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        (self.on_open)()
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        (self.on_send)(batch)
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        (self.on_close)()
    }
}

/// Batches of ten, sent by count only; retries that cost next to no time.
pub(crate) fn by_tens() -> DriverSettings {
    DriverSettings {
        queue_records: 1_000_000,
        batch_count: 10,
        batch_age: PLENTY,
        open_timeout: PLENTY,
        retry: RetrySettings {
            retries: 3,
            first_delay: Duration::from_micros(10),
            longest_delay: Duration::from_micros(100),
        },
        ..DriverSettings::default()
    }
}

pub(crate) fn context() -> RunContext {
    let run = Arc::new(RunRecord {
        id: "run-1".to_owned(),
        name: "shop".to_owned(),
        seed: 7,
        version: "0.1.0".to_owned(),
        started_at: WallTime::from_unix_ns(1_772_366_400_000_000_000),
        tags: squall_report::Tags::new(),
        verdict: None,
        reasons: Vec::new(),
    });
    RunContext::new(
        run,
        NameTable::new(vec![SeriesName::new("Browse", "main", "home")]),
    )
}

/// Events of thread 1 with the sequence numbers of `range`.
pub(crate) fn events(range: std::ops::Range<u64>) -> Vec<RawEvent> {
    range
        .map(|sequence| RawEvent {
            kind: squall_report::EventKind::Operation,
            agent: 0,
            check: None,
            trace: None,
            series: 0,
            source: 1,
            outcome: Outcome::Ok,
            status: 200,
            sequence,
            user: 3,
            iteration: sequence,
            intended_ns: sequence * 1_000_000,
            started_ns: sequence * 1_000_000 + 500,
            ended_ns: sequence * 1_000_000 + 2_000_000,
            phases: PhaseTimes::default(),
            bytes_sent: 70,
            bytes_received: 120,
            error: None,
        })
        .collect()
}
