//! Sends the requests of `otel`.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use squall_report::{
    Batch, Capabilities, Delivered, RecordKind, Reporter, ReporterError, WallTime,
};

use super::encode::{Encoder, Request, Signal};
use super::totals::{Changes, Totals, end_of};
use super::wire::{Taken, Wire, WireSettings};

/// Records of one batch: with their names, this many stay below the 4 MiB that servers of gRPC take at once.
const BATCH_RECORDS: usize = 2_000;
/// Requests that are remembered, of batches of which another request failed.
const REMEMBERED: usize = 256;

#[derive(Debug)]
pub(super) struct OtelReporter {
    settings: WireSettings,
    encoder: Encoder,
    wire: Option<Wire>,
    totals: Totals,
    /// What was taken of batches that come again, by the hash of the request.
    taken: VecDeque<(u64, Taken)>,
    /// The latest moment that a record named.
    latest: Option<WallTime>,
    /// The time of last records, so that it stays when they are sent again.
    ended: Option<WallTime>,
}

impl OtelReporter {
    pub(super) fn new(settings: WireSettings, encoder: Encoder) -> Self {
        Self {
            settings,
            encoder,
            wire: None,
            totals: Totals::default(),
            taken: VecDeque::new(),
            latest: None,
            ended: None,
        }
    }

    /// Sends a request unless the backend has it already, from an earlier attempt at its batch.
    fn export(&mut self, request: &Request) -> Result<(), ReporterError> {
        let hash = hash(request);
        if self.taken.iter().any(|(known, _)| *known == hash) {
            return Ok(());
        }
        let taken = match &mut self.wire {
            Some(wire) => wire.export(request)?,
            None => self
                .wire
                .insert(Wire::open(&self.settings)?)
                .export(request)?,
        };
        if self.taken.len() == REMEMBERED {
            self.taken.pop_front();
        }
        self.taken.push_back((hash, taken));
        Ok(())
    }

    /// Says what became of a batch all of whose requests were taken, and forgets them.
    fn delivered(&mut self, batch: &Batch, requests: &[Request]) -> Delivered {
        let (mut rejected, mut items) = (0, 0);
        let mut why = String::new();
        for request in requests {
            let hash = hash(request);
            let place = self.taken.iter().position(|(known, _)| *known == hash);
            let Some((_, taken)) = place.and_then(|place| self.taken.remove(place)) else {
                continue;
            };
            if taken.rejected > 0 {
                rejected += taken.rejected;
                items += request.items;
                why = taken.why;
            }
        }
        if rejected == 0 {
            return Delivered::all(batch);
        }
        // A record may be several data points: at most so many records are not there as a whole.
        let rejected_records = usize::try_from(rejected).unwrap_or(usize::MAX);
        Delivered::only(
            batch.len().saturating_sub(rejected_records),
            format!("the backend refused {rejected} of {items} items: {why}"),
        )
    }

    fn note_time(&mut self, batch: &Batch) {
        let latest = match batch {
            Batch::Lifecycle(batch) => batch.records().iter().map(|record| record.time).max(),
            Batch::Intervals(batch) => batch.intervals().iter().map(end_of).max(),
            _ => None,
        };
        self.latest = self.latest.max(latest);
    }

    fn ended(&mut self) -> WallTime {
        let latest = self.latest;
        *self
            .ended
            .get_or_insert_with(|| latest.unwrap_or_else(WallTime::now))
    }
}

/// Equal records have equal requests, whenever they are sent.
fn hash(request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    request.signal.hash(&mut hasher);
    request.body.hash(&mut hasher);
    hasher.finish()
}

impl Reporter for OtelReporter {
    fn capabilities(&self) -> Capabilities {
        let takes = |kind: &RecordKind| match kind {
            RecordKind::Events => {
                self.encoder.has(Signal::Logs) || self.encoder.has(Signal::Traces)
            }
            RecordKind::Messages | RecordKind::Lifecycle => self.encoder.has(Signal::Logs),
            RecordKind::Thresholds => {
                self.encoder.has(Signal::Metrics) || self.encoder.has(Signal::Logs)
            }
            _ => self.encoder.has(Signal::Metrics),
        };
        Capabilities {
            kinds: RecordKind::ALL.into_iter().filter(takes).collect(),
            max_batch_records: Some(BATCH_RECORDS),
        }
    }

    fn trace_share(&self) -> f64 {
        self.encoder.traces
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        let mut wire = Wire::open(&self.settings)?;
        for signal in Signal::ALL {
            if self.encoder.has(signal) {
                wire.export(&Encoder::empty(signal))?;
            }
        }
        self.wire = Some(wire);
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        self.note_time(batch);
        let ended = match batch {
            Batch::Final(_) => self.ended(),
            _ => WallTime::default(),
        };
        let mut changes = Changes::default();
        let requests = self
            .encoder
            .requests(batch, &self.totals, &mut changes, ended);
        for request in &requests {
            self.export(request)?;
        }
        self.totals.commit(changes);
        Ok(self.delivered(batch, &requests))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        self.wire = None;
        Ok(Some(self.settings.place()))
    }
}
