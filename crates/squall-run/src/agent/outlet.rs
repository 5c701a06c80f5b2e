//! What an agent measured, on its way to the coordinator.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use squall_cluster::{FromAgent, Outbox, PartState};
use squall_engine::{OperationRecord, PartKind, PartSink, RecordQueue};
use squall_metrics::{IntervalPart, SeriesTable};
use squall_protocol::Clock;

use crate::load::travelling;
use crate::meter::ProcessMeter;
use crate::running::lock;

/// Sends parts, and before them the names that they are the first to use.
#[derive(Debug)]
pub(super) struct PartOutlet {
    outbox: Outbox,
    series: SeriesTable,
    /// Number of the agent, which is also that of its first I/O thread.
    agent: u32,
    process: ProcessMeter,
    /// Series and scenarios whose names were sent.
    named: Mutex<Named>,
}

/// How much of the names was sent.
#[derive(Clone, Copy, Debug, Default)]
struct Named {
    series: usize,
    scenarios: usize,
    nested: usize,
}

impl PartOutlet {
    pub(super) fn new(outbox: Outbox, series: SeriesTable, agent: u32, clock: Clock) -> Self {
        Self {
            outbox,
            series,
            agent,
            process: ProcessMeter::new(agent + 1, clock),
            named: Mutex::default(),
        }
    }

    /// Looks at what this process uses; never on an I/O thread, whose time it would take.
    pub(super) fn look(&self) {
        self.process.look();
    }

    /// Sends names that are new.
    pub(super) fn name(&self) {
        self.name_with(&mut lock(&self.named));
    }

    fn name_with(&self, named: &mut Named) {
        // Scenarios are all known before the first series of the load.
        if (self.series.len(), self.series.nestings()) == (named.series, named.nested) {
            return;
        }
        let snapshot = self.series.snapshot();
        let all = Named {
            series: snapshot.series.len(),
            scenarios: snapshot.scenarios.len(),
            nested: snapshot.nested.len(),
        };
        self.outbox.send(&FromAgent::SeriesAdded {
            series: snapshot.series.into_iter().skip(named.series).collect(),
            scenarios: snapshot
                .scenarios
                .into_iter()
                .skip(named.scenarios)
                .collect(),
            nested: snapshot.nested.into_iter().skip(named.nested).collect(),
        });
        *named = all;
    }
}

impl PartSink for PartOutlet {
    fn take(&self, mut part: IntervalPart, kind: PartKind) {
        let is_first = u32::try_from(part.thread.thread) == Ok(self.agent);
        if is_first && kind != PartKind::Partial {
            part.process = self.process.take();
        }
        // Held until the part is in the queue, so that no part overtakes the names that it uses.
        let mut named = lock(&self.named);
        self.name_with(&mut named);
        self.outbox.send(&FromAgent::Part {
            part: Box::new(part),
            state: match kind {
                PartKind::Complete => PartState::Complete,
                PartKind::Partial => PartState::Partial,
                PartKind::Last => PartState::Last,
            },
        });
    }
}

/// Batches of records that may wait between the I/O threads and the connection.
const QUEUED_BATCHES: usize = 1_000;
/// Bytes that may wait in the connection; more records have to wait before it, where they are counted when they are lost.
const WAITING_BYTES: usize = 16 << 20;

/// The way of records to the coordinator.
#[derive(Debug)]
pub(super) struct RecordOutlet {
    pub(super) queue: RecordQueue,
    sent: Arc<AtomicU64>,
}

impl RecordOutlet {
    /// Starts the thread that sends records.
    pub(super) fn start(outbox: Outbox, parts: Arc<PartOutlet>) -> std::io::Result<Self> {
        let (batches, received) = sync_channel(QUEUED_BATCHES);
        let queue = RecordQueue {
            batches,
            handed: Arc::default(),
            dropped: Arc::default(),
        };
        let sent = Arc::new(AtomicU64::new(0));
        let (count, dropped) = (Arc::clone(&sent), Arc::clone(&queue.dropped));
        std::thread::Builder::new()
            .name("squall-records".to_owned())
            .spawn(move || send_all(&received, &outbox, &parts, (&count, &dropped)))?;
        Ok(Self { queue, sent })
    }

    /// Waits until everything handed over so far is in the connection.
    pub(super) fn catch_up(&self) {
        let handed = self.queue.handed.load(Ordering::Acquire);
        while self.sent.load(Ordering::Acquire) < handed {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn send_all(
    received: &Receiver<Vec<OperationRecord>>,
    outbox: &Outbox,
    parts: &PartOutlet,
    (sent, dropped): (&AtomicU64, &AtomicU64),
) {
    let mut told = 0;
    while let Ok(batch) = received.recv() {
        let count = batch.len() as u64;
        while !outbox.drained_to(WAITING_BYTES, Duration::from_secs(1)) {}
        parts.name();
        let dropped = dropped.load(Ordering::Acquire);
        outbox.send(&FromAgent::Records {
            records: batch.into_iter().map(travelling).collect(),
            dropped: dropped - told,
        });
        told = dropped;
        sent.fetch_add(count, Ordering::Release);
    }
}
