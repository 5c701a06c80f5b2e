//! Reporters during a run: drivers, and the events that go to them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use squall_engine::{OperationRecord, RecordQueue};
use squall_metrics::{Outcome, SeriesTable};
use squall_report::{
    DeliveryReport, Driver, DriverHandle, DriverSettings, EventError, EventSender, FinalRecords,
    NameTable, Outcome as Ended, PhaseTimes, RawEvent, Reporter, RunContext, RunRecord, SeriesName,
    StartError, finish_all,
};

/// Batches of records that may wait between the I/O threads and the drivers.
const QUEUED_BATCHES: usize = 1_000;
/// How long reporters may take to deliver what is left at the end.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(30);

/// The drivers of all Submit stages.
#[derive(Debug)]
pub(crate) struct Reporting {
    drivers: Mutex<BTreeMap<usize, Vec<DriverHandle>>>,
    records: Option<Records>,
    delivered: Mutex<Vec<DeliveryReport>>,
}

#[derive(Debug)]
struct Records {
    queue: RecordQueue,
    forwarded: Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Where a reporter's events go, and from which stages it gets them.
struct Route {
    sender: EventSender,
    stages: Vec<String>,
}

impl Reporting {
    /// Opens all reporters; `upstream` gives the stages whose results a Submit stage gets.
    pub(crate) fn start(
        reporters: BTreeMap<usize, Vec<(String, Box<dyn Reporter>)>>,
        run: RunRecord,
        series: &SeriesTable,
        upstream: impl Fn(usize) -> Vec<String>,
    ) -> Result<Self, StartError> {
        let names = NameTable::default();
        let context = RunContext {
            run: Arc::new(run),
            names: names.clone(),
        };
        let mut drivers: BTreeMap<usize, Vec<DriverHandle>> = BTreeMap::new();
        let mut routes = Vec::new();
        for (stage, reporters) in reporters {
            for (name, reporter) in reporters {
                let handle =
                    Driver::start(name, reporter, context.clone(), DriverSettings::default())?;
                if handle.takes_events() {
                    routes.push(Route {
                        sender: handle.sender(),
                        stages: upstream(stage),
                    });
                }
                drivers.entry(stage).or_default().push(handle);
            }
        }
        let records = (!routes.is_empty()).then(|| Records::start(routes, names, series.clone()));
        Ok(Self {
            drivers: Mutex::new(drivers),
            records,
            delivered: Mutex::default(),
        })
    }

    /// Returns where I/O threads put records, if any reporter wants them.
    pub(crate) fn queue(&self) -> Option<RecordQueue> {
        self.records.as_ref().map(|records| records.queue.clone())
    }

    /// Returns how many records found the queue to the drivers full.
    pub(crate) fn overflowed(&self) -> u64 {
        self.records
            .as_ref()
            .map_or(0, |records| records.queue.dropped.load(Ordering::Relaxed))
    }

    /// Delivers what is left for the reporters of a stage and closes them.
    pub(crate) fn finish(&self, stage: usize, records: &FinalRecords) -> Vec<DeliveryReport> {
        let handles = lock(&self.drivers).remove(&stage).unwrap_or_default();
        if let Some(own) = &self.records {
            own.catch_up();
        }
        let reports = finish_all(handles, records, FLUSH_TIMEOUT);
        lock(&self.delivered).extend(reports.iter().cloned());
        reports
    }

    /// Returns the Submit stages whose reporters are still open.
    pub(crate) fn open_stages(&self) -> Vec<usize> {
        lock(&self.drivers).keys().copied().collect()
    }

    /// Returns what all reporters that were closed have delivered.
    pub(crate) fn delivered(&self) -> Vec<DeliveryReport> {
        lock(&self.delivered).clone()
    }

    /// Returns name, delivered, queued and dropped records of each open reporter.
    pub(crate) fn counts(&self) -> Vec<(String, u64, u64, u64)> {
        let drivers = lock(&self.drivers);
        let handles = drivers.values().flatten();
        handles
            .map(|handle| {
                let counts = handle.counts();
                let dropped =
                    counts.dropped + (counts.offered - counts.accepted.min(counts.offered));
                let queued = counts
                    .accepted
                    .saturating_sub(counts.delivered + counts.dropped);
                (handle.name().to_owned(), counts.delivered, queued, dropped)
            })
            .collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Records {
    fn start(routes: Vec<Route>, names: NameTable, series: SeriesTable) -> Self {
        let (batches, received) = sync_channel(QUEUED_BATCHES);
        let queue = RecordQueue {
            batches,
            handed: Arc::default(),
            dropped: Arc::default(),
        };
        let forwarded = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&forwarded);
        let spawned = std::thread::Builder::new()
            .name("squall-records".to_owned())
            .spawn(move || {
                let mut forwarding = Forwarding {
                    routes,
                    names,
                    series,
                    stages: Vec::new(),
                };
                forwarding.run(&received, &count);
            });
        Self {
            queue,
            forwarded,
            thread: Mutex::new(spawned.ok()),
        }
    }

    /// Waits until everything handed over so far has reached the drivers.
    fn catch_up(&self) {
        let handed = self.queue.handed.load(Ordering::Acquire);
        let running = || {
            lock(&self.thread)
                .as_ref()
                .is_some_and(|thread| !thread.is_finished())
        };
        while self.forwarded.load(Ordering::Acquire) < handed && running() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Turns records into events and hands them to the drivers.
struct Forwarding {
    routes: Vec<Route>,
    names: NameTable,
    series: SeriesTable,
    /// Stage of each series.
    stages: Vec<Arc<str>>,
}

impl Forwarding {
    fn run(&mut self, received: &Receiver<Vec<OperationRecord>>, forwarded: &AtomicU64) {
        while let Ok(batch) = received.recv() {
            let count = batch.len() as u64;
            self.learn_names();
            self.forward(batch);
            forwarded.fetch_add(count, Ordering::Release);
        }
    }

    fn learn_names(&mut self) {
        if self.series.len() == self.stages.len() {
            return;
        }
        for key in self
            .series
            .snapshot()
            .series
            .into_iter()
            .skip(self.stages.len())
        {
            self.stages.push(Arc::clone(&key.stage));
            self.names.push(SeriesName {
                stage: key.stage,
                scenario: key.scenario,
                name: key.name,
            });
        }
    }

    fn forward(&self, batch: Vec<OperationRecord>) {
        let events: Vec<RawEvent> = batch.into_iter().map(raw_event).collect();
        let wanted = |route: &Route, event: &RawEvent| {
            let stage = self.stages.get(event.series as usize);
            stage.is_some_and(|stage| route.stages.iter().any(|own| **own == **stage))
        };
        let events = Arc::new(events);
        for route in &self.routes {
            if events.iter().all(|event| wanted(route, event)) {
                // The driver counts what it could not take.
                let _: squall_report::Accepted = route.sender.events(Arc::clone(&events));
            } else {
                let own: Vec<RawEvent> = events
                    .iter()
                    .filter(|event| wanted(route, event))
                    .cloned()
                    .collect();
                let _: squall_report::Accepted = route.sender.events(own);
            }
        }
    }
}

fn raw_event(record: OperationRecord) -> RawEvent {
    let moments = record.moments;
    let phase = |from: u64, to: u64| to.saturating_sub(from);
    RawEvent {
        series: record.series.0,
        source: u16::try_from(record.id.0).unwrap_or(u16::MAX),
        outcome: match record.outcome {
            Outcome::Ok => Ended::Ok,
            Outcome::Failed => Ended::Failed,
        },
        status: record.status,
        sequence: record.id.1,
        user: u32::try_from(record.user).unwrap_or(u32::MAX),
        iteration: record.iteration,
        intended_ns: moments.intended,
        started_ns: moments.start,
        ended_ns: moments.last_byte,
        phases: PhaseTimes {
            waiting_ns: phase(moments.intended, moments.start),
            connecting_ns: phase(moments.start, moments.connected),
            securing_ns: phase(moments.connected, moments.secured),
            writing_ns: phase(moments.secured, moments.written),
            first_byte_ns: phase(moments.written, moments.first_byte),
            reading_ns: phase(moments.first_byte, moments.last_byte),
        },
        bytes_sent: record.bytes_sent,
        bytes_received: record.bytes_received,
        error: record.failure.map(|failure| {
            let (class, message) = *failure;
            Box::new(EventError {
                class: class.into(),
                message: message.into(),
            })
        }),
    }
}
