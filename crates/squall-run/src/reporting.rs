//! Reporters during a run: their drivers, from opening to the last delivery.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use squall_engine::script::ScriptMessage;
use squall_engine::{RecordQueue, TraceSampling};
use squall_metrics::{Interval, SeriesTable};
use squall_report::{
    DeliveryReport, Driver, DriverHandle, EventSender, FinalRecords, Lifecycle, LifecycleRecord,
    MessageRecord, NameTable, RunContext, RunRecord, StartError, finish_all,
};
use squall_reporters::{Built, Delivery};

use crate::events::{Records, Route};
use crate::prepare::Reporters;
use crate::running::lock;
use crate::snapshot::ReporterCounts;
use crate::streaming::Stream;

/// How long reporters may take to deliver what is left at the end.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(30);

/// The drivers of all Submit stages.
#[derive(Debug)]
pub(crate) struct Reporting {
    drivers: Mutex<BTreeMap<usize, Vec<DriverHandle>>>,
    records: Option<Records>,
    /// Where messages of scripts go.
    messages: Vec<Route>,
    /// Where intervals go.
    streams: Mutex<Vec<Stream>>,
    /// Who is told when the run and its stages begin and end.
    lifecycle: Vec<EventSender>,
    run: Arc<RunRecord>,
    sampling: Option<TraceSampling>,
    delivered: Mutex<Vec<DeliveryReport>>,
}

/// What a Submit stage gets.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// The stages whose results it gets.
    pub(crate) stages: Vec<String>,
    /// Whether it sends intervals, where a reporter does not say so itself.
    pub(crate) streams: bool,
}

/// Opens reporters and finds out who gets what.
struct Opening {
    context: RunContext,
    drivers: BTreeMap<usize, Vec<DriverHandle>>,
    events: Vec<Route>,
    messages: Vec<Route>,
    streams: Vec<Stream>,
    lifecycle: Vec<EventSender>,
    /// Share of the iterations that somebody wants traced.
    traced: f64,
}

impl Opening {
    fn open(
        &mut self,
        stage: usize,
        (name, built): (String, Built),
        upstream: &Upstream,
    ) -> Result<(), StartError> {
        let Delivery { selection, driver } = built.delivery;
        self.traced = self.traced.max(built.reporter.trace_share());
        let handle = Driver::start(name, built.reporter, self.context.clone(), driver)?;
        let route = || Route {
            sender: handle.sender(),
            stages: upstream.stages.clone(),
        };
        if handle.sender().takes_messages() {
            self.messages.push(route());
        }
        let streams = selection.intervals.unwrap_or(upstream.streams);
        if streams && handle.sender().takes_intervals() {
            let stream = Stream::new(stage, route(), selection.interval);
            self.streams.push(stream);
        }
        if handle.sender().takes_lifecycle() {
            self.lifecycle.push(handle.sender());
        }
        if handle.takes_events() {
            self.events.push(route());
        }
        self.drivers.entry(stage).or_default().push(handle);
        Ok(())
    }
}

impl Reporting {
    /// Opens all reporters; `upstream` says what a Submit stage gets.
    pub(crate) fn start(
        reporters: Reporters,
        run: RunRecord,
        (series, processes): (&SeriesTable, u32),
        upstream: impl Fn(usize) -> Upstream,
    ) -> Result<Self, StartError> {
        let names = NameTable::default();
        let mut opening = Opening {
            context: RunContext {
                run: Arc::new(run),
                names: names.clone(),
            },
            drivers: BTreeMap::new(),
            events: Vec::new(),
            messages: Vec::new(),
            streams: Vec::new(),
            lifecycle: Vec::new(),
            traced: 0.0,
        };
        for (stage, reporters) in reporters {
            let upstream = upstream(stage);
            for reporter in reporters {
                opening.open(stage, reporter, &upstream)?;
            }
        }
        let run = opening.context.run;
        let sampling = (opening.traced > 0.0).then(|| TraceSampling {
            share: opening.traced,
            run: number_of(&run.id),
        });
        let routes = opening.events;
        let records =
            (!routes.is_empty()).then(|| Records::start(routes, names, series.clone(), processes));
        Ok(Self {
            drivers: Mutex::new(opening.drivers),
            records,
            messages: opening.messages,
            streams: Mutex::new(opening.streams),
            lifecycle: opening.lifecycle,
            run,
            sampling,
            delivered: Mutex::default(),
        })
    }

    /// Returns which iterations are traced, where a reporter wants some.
    pub(crate) fn sampling(&self) -> Option<TraceSampling> {
        self.sampling
    }

    /// Tells all who want to know that the run or a stage begins or ends.
    pub(crate) fn lifecycle(&self, record: &LifecycleRecord) {
        for sender in &self.lifecycle {
            #[expect(
                clippy::let_underscore_must_use,
                reason = "the driver counts what it could not take"
            )]
            let _ = sender.lifecycle(record.clone());
        }
    }

    /// Begins a record of something that began or ended at `at_ns` of the run's clock.
    pub(crate) fn moment(&self, what: Lifecycle, stage: &str, at_ns: u64) -> LifecycleRecord {
        LifecycleRecord {
            run: self.run.id.clone(),
            what,
            stage: stage.to_owned(),
            time: self.run.started_at.plus_ns(at_ns),
            at_s: at_ns as f64 / 1e9,
            status: String::new(),
            error: None,
            verdict: None,
            plan: None,
        }
    }

    /// Returns where I/O threads put records, if any reporter wants them.
    pub(crate) fn queue(&self) -> Option<RecordQueue> {
        self.records.as_ref().map(|records| records.queue.clone())
    }

    /// Hands over what a script sent.
    pub(crate) fn message(&self, message: &ScriptMessage) {
        for route in &self.messages {
            if route.stages.contains(&message.stage) {
                #[expect(
                    clippy::let_underscore_must_use,
                    reason = "the driver counts what it could not take"
                )]
                let _ = route.sender.message(self.message_record(message));
            }
        }
    }

    /// Hands over one second of every series, to all that stream or to the reporters of one Submit stage.
    pub(crate) fn interval(&self, interval: &Interval, table: &SeriesTable, only: Option<usize>) {
        for stream in &mut *lock(&self.streams) {
            if only.is_none_or(|only| stream.is_of(only)) {
                stream.push(interval, table, &self.run);
            }
        }
    }

    /// Hands over what is left of intervals longer than a second, to the reporters of one Submit stage: nothing more comes.
    pub(crate) fn end_intervals(&self, stage: usize, table: &SeriesTable) {
        for stream in &mut *lock(&self.streams) {
            if stream.is_of(stage) {
                stream.flush(table, &self.run);
            }
        }
    }

    fn message_record(&self, message: &ScriptMessage) -> MessageRecord {
        MessageRecord {
            run: self.run.id.clone(),
            message_type: message.kind.clone(),
            stage: message.stage.clone(),
            scenario: message.scenario.clone(),
            transaction: message.transaction.clone(),
            time: self.run.started_at.plus_ns(message.at_ns),
            at_s: message.at_ns as f64 / 1e9,
            user: message.user,
            iteration: message.iteration,
            fields: message.fields.clone(),
        }
    }

    /// Returns how many records found the queue to the drivers full.
    pub(crate) fn overflowed(&self) -> u64 {
        self.records
            .as_ref()
            .map_or(0, |records| records.queue.dropped.load(Ordering::Relaxed))
    }

    /// Delivers what is left for the reporters of a stage and closes them. It is `now_ns` on the run's clock; `limit` is how long
    /// that may take, where it is short.
    pub(crate) fn finish(
        &self,
        stage: usize,
        records: &FinalRecords,
        (now_ns, limit): (u64, Option<Duration>),
    ) -> Vec<DeliveryReport> {
        let handles = lock(&self.drivers).remove(&stage).unwrap_or_default();
        if let Some(own) = &self.records {
            own.catch_up();
        }
        let ended = LifecycleRecord {
            status: "completed".to_owned(),
            verdict: records.verdict,
            ..self.moment(Lifecycle::RunEnded, "", now_ns)
        };
        for handle in &handles {
            #[expect(
                clippy::let_underscore_must_use,
                reason = "the driver counts what it could not take"
            )]
            let _ = handle.sender().lifecycle(ended.clone());
        }
        let limit = limit.unwrap_or(FLUSH_TIMEOUT).min(FLUSH_TIMEOUT);
        let reports = finish_all(handles, records, limit);
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

    /// Returns what became of the records of each open reporter.
    pub(crate) fn counts(&self) -> Vec<ReporterCounts> {
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
                ReporterCounts {
                    name: handle.name().to_owned(),
                    delivered: counts.delivered,
                    queued,
                    dropped,
                }
            })
            .collect()
    }
}

/// Makes a number of the id of a run, the same in every process.
fn number_of(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
