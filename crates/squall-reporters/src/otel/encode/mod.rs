//! Batches as OTLP requests: bytes that depend on nothing but the batch, the settings and what came before it.
//!
//! - `attributes`: names and values, the resource, the scope. `metrics`: points by name.
//! - `intervals`, `last`, `logs`, `spans`: the records of each kind.

mod attributes;
mod intervals;
mod last;
mod logs;
mod metrics;
mod spans;

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use squall_report::{
    Batch, EventBatch, EventKind, FinalBatch, IntervalBatch, Outcome, RunRecord, WallTime,
};

use self::metrics::Metrics;
use super::totals::{Changes, Series, Totals};

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Signal {
    Metrics,
    Logs,
    Traces,
}

impl Signal {
    pub(super) const ALL: [Self; 3] = [Self::Metrics, Self::Logs, Self::Traces];

    /// Names it as the setting spells it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Logs => "logs",
            Self::Traces => "traces",
        }
    }
}

/// One request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) signal: Signal,
    /// An OTLP `Export…ServiceRequest`.
    pub(super) body: Vec<u8>,
    /// Data points, log records or spans in it.
    pub(super) items: usize,
}

/// What requests look like.
#[derive(Debug)]
pub(super) struct Encoder {
    pub(super) signals: Vec<Signal>,
    pub(super) temporality: AggregationTemporality,
    /// Attributes of the resource beside those of the run.
    pub(super) resource: BTreeMap<String, String>,
    pub(super) traces: f64,
}

impl Encoder {
    pub(super) fn has(&self, signal: Signal) -> bool {
        self.signals.contains(&signal)
    }

    /// Makes the requests of a batch, in the order in which they are sent. `ended` is the time of last records.
    pub(super) fn requests(
        &self,
        batch: &Batch,
        totals: &Totals,
        changes: &mut Changes,
        ended: WallTime,
    ) -> Vec<Request> {
        let run = batch.run();
        let requests = match batch {
            Batch::Events(events) => self.events(events),
            Batch::Messages(messages) => {
                let records = messages.messages().iter().map(logs::message).collect();
                vec![self.logs(run, records)]
            }
            Batch::Lifecycle(batch) => {
                let records = batch.records().iter().map(logs::lifecycle).collect();
                vec![self.logs(run, records)]
            }
            Batch::Intervals(batch) => vec![self.intervals(batch, totals, changes)],
            Batch::Final(batch) => self.last(batch, ended),
        };
        requests.into_iter().flatten().collect()
    }

    /// Makes the smallest request of a signal: it tells whether requests will be taken.
    pub(super) fn empty(signal: Signal) -> Request {
        Request {
            signal,
            body: Vec::new(),
            items: 0,
        }
    }

    /// Every event is a span where its iteration is traced, and a log record where it is not, or is a check, or failed.
    fn events(&self, batch: &EventBatch) -> Vec<Option<Request>> {
        let traced = self.has(Signal::Traces) && self.traces > 0.0;
        let (mut records, mut spans) = (Vec::new(), Vec::new());
        for event in batch.iter() {
            let span = if traced { spans::span(&event) } else { None };
            if span.is_none() || event.outcome != Outcome::Ok || event.kind == EventKind::Check {
                records.push(logs::event(&event));
            }
            spans.extend(span);
        }
        vec![
            self.spans(batch.run(), spans),
            self.logs(batch.run(), records),
        ]
    }

    fn intervals(
        &self,
        batch: &IntervalBatch,
        totals: &Totals,
        changes: &mut Changes,
    ) -> Option<Request> {
        let mut metrics = Metrics::new(self.temporality);
        for interval in batch.intervals() {
            if self.temporality == AggregationTemporality::Cumulative {
                let series = totals.add(changes, interval);
                intervals::interval(interval, series, &mut metrics);
            } else {
                intervals::interval(interval, &Series::of(interval), &mut metrics);
            }
        }
        self.metrics(batch.run(), metrics)
    }

    fn last(&self, batch: &FinalBatch, ended: WallTime) -> Vec<Option<Request>> {
        let run = batch.run();
        let span = metrics::Span {
            start: attributes::nanos(run.started_at),
            end: attributes::nanos(ended),
        };
        let mut metrics = Metrics::new(self.temporality);
        last::last(batch, span, &mut metrics);
        let rules = batch.thresholds().iter();
        let mut records: Vec<LogRecord> = rules
            .map(|rule| logs::threshold(run, ended, rule))
            .collect();
        records.extend(logs::verdict(batch, ended));
        vec![self.metrics(run, metrics), self.logs(run, records)]
    }

    fn metrics(&self, run: &RunRecord, metrics: Metrics) -> Option<Request> {
        let (metrics, items) = metrics.finish();
        let request = ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                resource: Some(attributes::resource(run, &self.resource)),
                scope_metrics: vec![ScopeMetrics {
                    scope: Some(attributes::scope(run)),
                    metrics,
                    ..ScopeMetrics::default()
                }],
                ..ResourceMetrics::default()
            }],
        };
        self.request(Signal::Metrics, &request, items)
    }

    fn logs(&self, run: &RunRecord, records: Vec<LogRecord>) -> Option<Request> {
        let items = records.len();
        let request = ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                resource: Some(attributes::resource(run, &self.resource)),
                scope_logs: vec![ScopeLogs {
                    scope: Some(attributes::scope(run)),
                    log_records: records,
                    ..ScopeLogs::default()
                }],
                ..ResourceLogs::default()
            }],
        };
        self.request(Signal::Logs, &request, items)
    }

    fn spans(&self, run: &RunRecord, spans: Vec<Span>) -> Option<Request> {
        let items = spans.len();
        let request = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(attributes::resource(run, &self.resource)),
                scope_spans: vec![ScopeSpans {
                    scope: Some(attributes::scope(run)),
                    spans,
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            }],
        };
        self.request(Signal::Traces, &request, items)
    }

    /// Makes nothing of nothing, and nothing of what is not wanted.
    fn request(&self, signal: Signal, request: &impl Message, items: usize) -> Option<Request> {
        (items > 0 && self.has(signal)).then(|| Request {
            signal,
            body: request.encode_to_vec(),
            items,
        })
    }
}
