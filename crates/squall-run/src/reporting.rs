//! Reporters during a run: their drivers, from opening to the last delivery.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use squall_engine::script::ScriptMessage;
use squall_engine::{RecordQueue, TraceSampling};
use squall_metrics::{Interval, SeriesTable};
use squall_report::{
    DeliveryReport, Driver, DriverHandle, DriverSettings, EventSender, FinalRecords, Lifecycle,
    LifecycleRecord, MessageRecord, NameTable, NewDriver, Opening, RunContext, RunRecord,
    Selection, StartErrors, finish_all,
};
use squall_reporters::Built;

use crate::events::{Records, Route};
use crate::prepare::Reporters;
use crate::resend::folder_of;
use crate::running::lock;
use crate::snapshot::ReporterCounts;
use crate::streaming::Stream;

/// The drivers of all Submit stages.
#[derive(Debug)]
pub(crate) struct Reporting {
    drivers: Mutex<BTreeMap<usize, Vec<DriverHandle>>>,
    records: Option<Records>,
    /// Where messages of scripts go.
    messages: Vec<Route>,
    /// Where intervals go.
    streams: Mutex<Vec<Stream>>,
    /// Who is told when the run and its stages begin and end, by its Submit stage.
    lifecycle: Mutex<Vec<(usize, EventSender)>>,
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

/// How all reporters of a run are opened.
#[derive(Debug)]
pub(crate) struct Openings {
    /// Before the load, or whenever they are there.
    pub(crate) when: Opening,
    /// Folder under which each has one of its own for what its backend does not take.
    pub(crate) spool: PathBuf,
    /// How many processes send.
    pub(crate) processes: u32,
}

impl Openings {
    /// Returns what the driver of a reporter is made of; `taken` has the folders of those before it.
    fn driver(
        &self,
        (name, built): (String, Built),
        context: &RunContext,
        taken: &mut BTreeSet<PathBuf>,
    ) -> NewDriver {
        let spool = Some(folder_of(&self.spool, &name, taken));
        let mut selection = built.delivery.selection;
        selection.traced = built.reporter.trace_share() > 0.0;
        NewDriver {
            name,
            reporter: built.reporter,
            context: RunContext {
                selection,
                spool,
                ..context.clone()
            },
            settings: DriverSettings {
                opening: self.when,
                ..built.delivery.driver
            },
        }
    }
}

/// Who gets what.
#[derive(Debug, Default)]
struct Routes {
    events: Vec<Route>,
    messages: Vec<Route>,
    streams: Vec<Stream>,
    lifecycle: Vec<(usize, EventSender)>,
    /// Share of the iterations that somebody wants traced.
    traced: f64,
}

impl Routes {
    fn add(
        &mut self,
        stage: usize,
        handle: &DriverHandle,
        (selection, upstream): (&Selection, &Upstream),
    ) {
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
            self.lifecycle.push((stage, handle.sender()));
        }
        if handle.takes_events() {
            self.events.push(route());
        }
    }
}

impl Reporting {
    /// Opens all reporters; `upstream` says what a Submit stage gets.
    pub(crate) fn start(
        reporters: Reporters,
        run: RunRecord,
        (series, openings): (&SeriesTable, &Openings),
        upstream: impl Fn(usize) -> Upstream,
    ) -> Result<Self, StartErrors> {
        let names = NameTable::default();
        let context = RunContext::new(Arc::new(run), names.clone());
        let mut routes = Routes::default();
        let (mut stages, mut new, mut folders) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (stage, reporters) in reporters {
            for reporter in reporters {
                routes.traced = routes.traced.max(reporter.1.reporter.trace_share());
                stages.push((stage, reporter.1.delivery.selection.clone()));
                new.push(openings.driver(reporter, &context, &mut folders));
            }
        }
        let mut drivers: BTreeMap<usize, Vec<DriverHandle>> = BTreeMap::new();
        for ((stage, selection), handle) in stages.iter().zip(Driver::start_all(new)?) {
            routes.add(*stage, &handle, (selection, &upstream(*stage)));
            drivers.entry(*stage).or_default().push(handle);
        }
        let run = context.run;
        let sampling = (routes.traced > 0.0).then(|| TraceSampling {
            share: routes.traced,
            run: number_of(&run.id),
        });
        let records = (!routes.events.is_empty())
            .then(|| Records::start(routes.events, names, series.clone(), openings.processes));
        Ok(Self {
            drivers: Mutex::new(drivers),
            records,
            messages: routes.messages,
            streams: Mutex::new(routes.streams),
            lifecycle: Mutex::new(routes.lifecycle),
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
        for (_, sender) in &*lock(&self.lifecycle) {
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

    /// Hands over what is left of intervals longer than a second, to the reporters of one Submit stage. They get nothing more: the
    /// second that is under way has gone to them as it was.
    pub(crate) fn end_intervals(&self, stage: usize, table: &SeriesTable) {
        lock(&self.streams).retain_mut(|stream| {
            if stream.is_of(stage) {
                stream.flush(table, &self.run);
            }
            !stream.is_of(stage)
        });
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
        // What ends from now on is after the end of the run that these reporters are told of.
        lock(&self.lifecycle).retain(|(of, _)| *of != stage);
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
        // Each has a limit of its own beside this one.
        let reports = finish_all(handles, records, limit.unwrap_or(Duration::MAX));
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
                ReporterCounts {
                    name: handle.name().to_owned(),
                    delivered: counts.delivered,
                    queued: counts.queued,
                    spooled: counts.spooled,
                    retried: counts.retried,
                    dropped: counts.dropped,
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
