//! One event per operation, from the I/O threads to the drivers of reporters.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use squall_engine::{OperationRecord, RecordQueue, RecordedKind};
use squall_metrics::{Outcome, SeriesTable};
use squall_report::{
    EventError, EventKind, EventSender, NameTable, Outcome as Ended, PhaseTimes, RawEvent,
    SeriesName, Tags, TraceIds,
};

use crate::running::lock;

/// Batches of records that may wait between the I/O threads and the drivers.
const QUEUED_BATCHES: usize = 1_000;

/// The way of records from the I/O threads to the drivers.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) queue: RecordQueue,
    forwarded: Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Where a reporter's events go, and from which stages it gets them.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) sender: EventSender,
    pub(crate) stages: Vec<String>,
}

impl Records {
    /// Starts the thread that forwards records.
    pub(crate) fn start(
        routes: Vec<Route>,
        names: NameTable,
        series: SeriesTable,
        processes: u32,
    ) -> Self {
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
                    processes: processes.max(1),
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
    pub(crate) fn catch_up(&self) {
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

/// Puts records of another process in the queue, and counts those that it lost on their way.
pub(crate) fn hand_over(queue: &RecordQueue, records: Vec<OperationRecord>, lost: u64) {
    queue.dropped.fetch_add(lost, Ordering::Release);
    let count = records.len() as u64;
    let counter = match queue.batches.try_send(records) {
        Ok(()) => &queue.handed,
        Err(_) => &queue.dropped,
    };
    counter.fetch_add(count, Ordering::Release);
}

/// Turns records into events and hands them to the drivers.
struct Forwarding {
    routes: Vec<Route>,
    names: NameTable,
    series: SeriesTable,
    /// Processes that send the load.
    processes: u32,
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
            let tags: Tags = owned_tags(&key.tags);
            let name = SeriesName::new(key.stage, key.scenario, key.name);
            self.names.push(name.with_tags(tags));
        }
    }

    fn forward(&self, batch: Vec<OperationRecord>) {
        let events: Vec<RawEvent> = batch
            .into_iter()
            .map(|record| raw_event(record, self.processes))
            .collect();
        let wanted = |route: &Route, event: &RawEvent| {
            let stage = self.stages.get(event.series as usize);
            stage.is_some_and(|stage| route.stages.iter().any(|own| **own == **stage))
        };
        let events = Arc::new(events);
        for route in &self.routes {
            let own = if events.iter().all(|event| wanted(route, event)) {
                Arc::clone(&events)
            } else {
                let own = events.iter().filter(|event| wanted(route, event));
                Arc::new(own.cloned().collect())
            };
            #[expect(
                clippy::let_underscore_must_use,
                reason = "the driver counts what it could not take"
            )]
            let _ = route.sender.events(own);
        }
    }
}

/// Returns tags as the records hold them.
pub(crate) fn owned_tags(tags: &squall_metrics::Tags) -> Tags {
    let tags = tags.iter();
    tags.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn raw_event(record: OperationRecord, processes: u32) -> RawEvent {
    let moments = record.moments;
    let phase = |from: u64, to: u64| to.saturating_sub(from);
    let (kind, check) = match record.kind {
        RecordedKind::Operation => (EventKind::Operation, None),
        RecordedKind::Transaction => (EventKind::Transaction, None),
        RecordedKind::Iteration => (EventKind::Iteration, None),
        RecordedKind::Check(name) => (EventKind::Check, Some(name)),
    };
    RawEvent {
        kind,
        series: record.series.0,
        // The I/O threads of all processes are numbered in turn.
        agent: record.id.0 % processes,
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
        check,
        trace: record.trace.map(|ids| {
            Box::new(TraceIds {
                trace_id: ids.trace_id,
                span_id: ids.span_id,
                parent_id: ids.parent_id,
            })
        }),
        error: record.failure.map(|failure| {
            let (class, message) = *failure;
            Box::new(EventError {
                class: class.into(),
                message: message.into(),
            })
        }),
    }
}
