//! Reporters during a run: their drivers, from opening to the last delivery.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use squall_engine::RecordQueue;
use squall_engine::script::ScriptMessage;
use squall_metrics::{Interval, SeriesTable};
use squall_report::{
    DeliveryReport, Driver, DriverHandle, FinalRecords, MessageRecord, NameTable, RunContext,
    RunRecord, StartError, finish_all,
};

use crate::events::{Records, Route};
use crate::prepare::Reporters;
use crate::running::lock;
use crate::snapshot::ReporterCounts;
use crate::summarize::interval_records;

/// How long reporters may take to deliver what is left at the end.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(30);

/// The drivers of all Submit stages.
#[derive(Debug)]
pub(crate) struct Reporting {
    drivers: Mutex<BTreeMap<usize, Vec<DriverHandle>>>,
    records: Option<Records>,
    /// Where messages of scripts go.
    messages: Vec<Route>,
    /// Where each second goes, by the Submit stage that streams.
    streams: Vec<(usize, Route)>,
    run: Arc<RunRecord>,
    delivered: Mutex<Vec<DeliveryReport>>,
}

impl Reporting {
    /// Opens all reporters; `upstream` gives the stages whose results a Submit stage gets, and whether it streams.
    pub(crate) fn start(
        reporters: Reporters,
        run: RunRecord,
        series: &SeriesTable,
        upstream: impl Fn(usize) -> (Vec<String>, bool),
    ) -> Result<Self, StartError> {
        let names = NameTable::default();
        let context = RunContext {
            run: Arc::new(run),
            names: names.clone(),
        };
        let mut drivers: BTreeMap<usize, Vec<DriverHandle>> = BTreeMap::new();
        let (mut routes, mut messages, mut streams) = (Vec::new(), Vec::new(), Vec::new());
        for (stage, reporters) in reporters {
            let (stages, streaming) = upstream(stage);
            for (name, built) in reporters {
                let settings = built.delivery.driver;
                let handle = Driver::start(name, built.reporter, context.clone(), settings)?;
                let route = || Route {
                    sender: handle.sender(),
                    stages: stages.clone(),
                };
                if handle.sender().takes_messages() {
                    messages.push(route());
                }
                if streaming && handle.sender().takes_intervals() {
                    streams.push((stage, route()));
                }
                if handle.takes_events() {
                    routes.push(route());
                }
                drivers.entry(stage).or_default().push(handle);
            }
        }
        let records = (!routes.is_empty()).then(|| Records::start(routes, names, series.clone()));
        Ok(Self {
            drivers: Mutex::new(drivers),
            records,
            messages,
            streams,
            run: context.run,
            delivered: Mutex::default(),
        })
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
        let streams = self.streams.iter();
        let mut streams = streams
            .filter(|(stage, _)| only.is_none_or(|only| only == *stage))
            .peekable();
        if streams.peek().is_none() {
            return;
        }
        let records = interval_records(interval, 1, table, &self.run);
        for (_, route) in streams {
            let own = records.iter();
            let own = own.filter(|record| route.stages.contains(&record.stage));
            #[expect(
                clippy::let_underscore_must_use,
                reason = "the driver counts what it could not take"
            )]
            let _ = route.sender.intervals(own.cloned().collect());
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

    /// Delivers what is left for the reporters of a stage and closes them; `limit` is how long that may take, where it is short.
    pub(crate) fn finish(
        &self,
        stage: usize,
        records: &FinalRecords,
        limit: Option<Duration>,
    ) -> Vec<DeliveryReport> {
        let handles = lock(&self.drivers).remove(&stage).unwrap_or_default();
        if let Some(own) = &self.records {
            own.catch_up();
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
