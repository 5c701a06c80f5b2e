//! The tables of a run, each with its columns: the fields of the record, and the run that it is from.

use serde::Serialize;
use serde_json::Value;
use squall_report::{
    CommonRecord, CustomRecord, ErrorRecord, Event, FinalBatch, IntervalRecord, LifecycleBatch,
    LifecycleRecord, MessageRecord, MetricRecord, RunRecord, SystemRecord, Tags, ThresholdRecord,
    WallTime,
};

use super::columns::{Cell, Column, Kind, Row};

/// Writes the columns of one kind of row: its name, what it holds, and where that comes from.
macro_rules! columns {
    ($($kind:ident $name:literal = |$row:ident| $value:expr;)*) => {
        &[$(Column { name: $name, kind: Kind::$kind, cell: |$row| $value.into() }),*]
    };
}

/// Names a kind of row whose records come at the end of the run, each with its run.
macro_rules! last {
    ($(#[$doc:meta])* $row:ident of $record:ty as $table:literal, $name:literal: $columns:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $row;

        impl Row for $row {
            type Of<'b> = (&'b $record, &'b str);
            const TABLE: &'static str = $table;
            const NAME: &'static str = $name;
            const COLUMNS: &'static [Column<Self>] = $columns;
        }
    };
}

/// Operations, transactions and checks.
#[derive(Debug)]
pub(crate) struct Events;

impl Row for Events {
    type Of<'b> = Event<'b>;
    const TABLE: &'static str = "events";
    const NAME: &'static str = "event";
    const COLUMNS: &'static [Column<Self>] = columns! {
        Text "id" = |e| e.id;
        Text "run" = |e| &*e.run;
        Text "kind" = |e| e.kind.as_str();
        Text "name" = |e| &*e.name;
        Text "check" = |e| e.check.as_deref();
        Text "stage" = |e| &*e.stage;
        Text "scenario" = |e| &*e.scenario;
        Time "time" = |e| e.time;
        Float "intended_s" = |e| e.intended_s;
        Float "started_s" = |e| e.started_s;
        Float "ended_s" = |e| e.ended_s;
        Text "outcome" = |e| e.outcome.as_str();
        Count "status" = |e| e.status;
        Float "response_time_ms" = |e| e.response_time_ms;
        Float "service_time_ms" = |e| e.service_time_ms;
        Float "waiting_ms" = |e| e.waiting_ms;
        Float "connecting_ms" = |e| e.connecting_ms;
        Float "securing_ms" = |e| e.securing_ms;
        Float "writing_ms" = |e| e.writing_ms;
        Float "first_byte_ms" = |e| e.first_byte_ms;
        Float "reading_ms" = |e| e.reading_ms;
        Count "bytes_sent" = |e| e.bytes_sent;
        Count "bytes_received" = |e| e.bytes_received;
        Count "agent" = |e| e.agent;
        Count "user" = |e| e.user;
        Count "iteration" = |e| e.iteration;
        Tags "tags" = |e| &*e.tags;
        Text "trace_id" = |e| e.trace.map(|trace| Cell::TraceId(trace.trace_id));
        Text "span_id" = |e| e.trace.map(|trace| Cell::SpanId(trace.span_id));
        Text "parent_id" = |e| e.trace.map(|trace| Cell::SpanId(trace.parent_id));
        Text "error_class" = |e| e.error.as_ref().map(|error| &*error.class);
        Text "error_message" = |e| e.error.as_ref().map(|error| &*error.message);
    };
}

/// Messages of scripts.
#[derive(Debug)]
pub(crate) struct Messages;

impl Row for Messages {
    type Of<'b> = &'b MessageRecord;
    const TABLE: &'static str = "messages";
    const NAME: &'static str = "message";
    const COLUMNS: &'static [Column<Self>] = columns! {
        Text "run" = |m| &m.run;
        Text "type" = |m| &m.message_type;
        Text "stage" = |m| &m.stage;
        Text "scenario" = |m| &m.scenario;
        Text "transaction" = |m| m.transaction.as_deref();
        Time "time" = |m| m.time;
        Float "at_s" = |m| m.at_s;
        Count "user" = |m| m.user;
        Count "iteration" = |m| m.iteration;
        Text "fields" = |m| &m.fields;
    };
}

/// Intervals of series.
#[derive(Debug)]
pub(crate) struct Streams;

impl Row for Streams {
    type Of<'b> = &'b IntervalRecord;
    const TABLE: &'static str = "streams";
    const NAME: &'static str = "stream";
    const COLUMNS: &'static [Column<Self>] = columns! {
        Text "run" = |i| &i.run;
        Text "kind" = |i| i.kind.as_str();
        Text "name" = |i| &i.name;
        Text "stage" = |i| &i.stage;
        Text "scenario" = |i| &i.scenario;
        Time "time" = |i| i.time;
        Float "at_s" = |i| i.at_s;
        Float "length_s" = |i| i.length_s;
        Tags "tags" = |i| &i.tags;
        Count "started" = |i| i.started;
        Count "completed" = |i| i.completed;
        Count "succeeded" = |i| i.succeeded;
        Count "failed" = |i| i.failed;
        Float "completion_rate" = |i| i.completion_rate;
        Count "bytes_sent" = |i| i.bytes_sent;
        Count "bytes_received" = |i| i.bytes_received;
        Float "response_minimum_ms" = |i| i.response_time_ms.minimum;
        Float "response_mean_ms" = |i| i.response_time_ms.mean;
        Float "response_stdev_ms" = |i| i.response_time_ms.stdev;
        Float "response_median_ms" = |i| i.response_time_ms.median;
        Float "response_quantile_90th_ms" = |i| i.response_time_ms.quantile_90th;
        Float "response_quantile_95th_ms" = |i| i.response_time_ms.quantile_95th;
        Float "response_quantile_99th_ms" = |i| i.response_time_ms.quantile_99th;
        Float "response_maximum_ms" = |i| i.response_time_ms.maximum;
        Float "service_minimum_ms" = |i| i.service_time_ms.minimum;
        Float "service_mean_ms" = |i| i.service_time_ms.mean;
        Float "service_stdev_ms" = |i| i.service_time_ms.stdev;
        Float "service_median_ms" = |i| i.service_time_ms.median;
        Float "service_quantile_90th_ms" = |i| i.service_time_ms.quantile_90th;
        Float "service_quantile_95th_ms" = |i| i.service_time_ms.quantile_95th;
        Float "service_quantile_99th_ms" = |i| i.service_time_ms.quantile_99th;
        Float "service_maximum_ms" = |i| i.service_time_ms.maximum;
    };
}

last! {
    /// Distributions.
    Metrics of MetricRecord as "metrics", "metric": columns! {
        Text "name" = |r| &r.0.name;
        Text "stage" = |r| &r.0.stage;
        Text "scenario" = |r| &r.0.scenario;
        Text "kind" = |r| r.0.kind.as_str();
        Tags "tags" = |r| &r.0.tags;
        Text "group" = |r| r.0.group.as_str();
        Text "unit" = |r| &r.0.unit;
        Count "count" = |r| r.0.count;
        Float "median" = |r| r.0.median;
        Float "mean" = |r| r.0.mean;
        Float "variance" = |r| r.0.variance;
        Float "stdev" = |r| r.0.stdev;
        Float "minimum" = |r| r.0.minimum;
        Float "maximum" = |r| r.0.maximum;
        Float "quantile_10th" = |r| r.0.quantile_10th;
        Float "quantile_20th" = |r| r.0.quantile_20th;
        Float "quantile_25th" = |r| r.0.quantile_25th;
        Float "quantile_30th" = |r| r.0.quantile_30th;
        Float "quantile_40th" = |r| r.0.quantile_40th;
        Float "quantile_50th" = |r| r.0.quantile_50th;
        Float "quantile_60th" = |r| r.0.quantile_60th;
        Float "quantile_70th" = |r| r.0.quantile_70th;
        Float "quantile_75th" = |r| r.0.quantile_75th;
        Float "quantile_80th" = |r| r.0.quantile_80th;
        Float "quantile_90th" = |r| r.0.quantile_90th;
        Float "quantile_95th" = |r| r.0.quantile_95th;
        Float "quantile_99th" = |r| r.0.quantile_99th;
        Float "p99_9" = |r| r.0.p99_9;
        Float "p99_99" = |r| r.0.p99_99;
        Text "run" = |r| r.1;
    }
}

last! {
    /// Counts.
    Common of CommonRecord as "common_metrics", "common_metric": columns! {
        Text "name" = |r| &r.0.name;
        Text "stage" = |r| &r.0.stage;
        Text "scenario" = |r| &r.0.scenario;
        Text "kind" = |r| r.0.kind.as_str();
        Tags "tags" = |r| &r.0.tags;
        Text "group" = |r| &r.0.group;
        Count "total" = |r| r.0.total;
        Count "succeeded" = |r| r.0.succeeded;
        Count "failed" = |r| r.0.failed;
        Float "actions_per_second" = |r| r.0.actions_per_second;
        Text "run" = |r| r.1;
    }
}

last! {
    /// Errors.
    Errors of ErrorRecord as "errors", "error": columns! {
        Text "name" = |r| &r.0.name;
        Text "stage" = |r| &r.0.stage;
        Text "scenario" = |r| &r.0.scenario;
        Text "error_class" = |r| &r.0.error_class;
        Text "error_message" = |r| &r.0.error_message;
        Count "error_count" = |r| r.0.error_count;
        Text "run" = |r| r.1;
    }
}

last! {
    /// Numbers that the test made.
    Custom of CustomRecord as "custom_metrics", "custom_metric": columns! {
        Text "name" = |r| &r.0.name;
        Text "stage" = |r| &r.0.stage;
        Text "group" = |r| &r.0.group;
        Text "metric" = |r| &r.0.metric;
        Text "type" = |r| &r.0.kind;
        Float "value" = |r| r.0.value;
        Text "run" = |r| r.1;
    }
}

last! {
    /// What the generator used.
    System of SystemRecord as "system_metrics", "system_metric": columns! {
        Text "stage" = |r| &r.0.stage;
        Text "group" = |r| &r.0.group;
        Count "count" = |r| r.0.count;
        Float "median" = |r| r.0.median;
        Float "mean" = |r| r.0.mean;
        Float "variance" = |r| r.0.variance;
        Float "stdev" = |r| r.0.stdev;
        Float "minimum" = |r| r.0.minimum;
        Float "maximum" = |r| r.0.maximum;
        Float "quantile_90th" = |r| r.0.quantile_90th;
        Float "quantile_95th" = |r| r.0.quantile_95th;
        Float "quantile_99th" = |r| r.0.quantile_99th;
        Text "run" = |r| r.1;
    }
}

last! {
    /// Rules of the verdict.
    Thresholds of ThresholdRecord as "thresholds", "threshold": columns! {
        Text "rule" = |r| &r.0.rule;
        Text "status" = |r| &r.0.status;
        Float "value" = |r| r.0.value;
        Float "limit" = |r| r.0.limit;
        Text "unit" = |r| &r.0.unit;
        Text "action" = |r| &r.0.action;
        Text "message" = |r| r.0.message.as_deref();
        Text "run" = |r| r.1;
    }
}

/// What happened to the run and its stages, and at last its verdict.
#[derive(Debug)]
pub(crate) struct Runs;

impl Row for Runs {
    type Of<'b> = RunRow<'b>;
    const TABLE: &'static str = "runs";
    const NAME: &'static str = "entry";
    const COLUMNS: &'static [Column<Self>] = columns! {
        Text "run" = |r| r.run;
        Text "what" = |r| r.what;
        Text "stage" = |r| r.stage;
        Time "time" = |r| r.time;
        Float "at_s" = |r| r.at_s;
        Text "status" = |r| r.status;
        Text "error" = |r| r.error;
        Text "verdict" = |r| r.verdict;
        Text "reasons" = |r| r.reasons;
        Text "name" = |r| r.about.map(|about| about.name);
        Count "seed" = |r| r.about.map(|about| about.seed);
        Text "version" = |r| r.about.map(|about| about.version);
        Tags "tags" = |r| r.about.map(|about| about.tags);
        Text "plan" = |r| r.plan;
    };
}

/// A beginning, an end, or the verdict.
#[derive(Debug, Serialize)]
pub(crate) struct RunRow<'b> {
    run: &'b str,
    what: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    stage: &'b str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<WallTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_s: Option<f64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    status: &'b str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    reasons: &'b [String],
    #[serde(flatten)]
    about: Option<AboutRun<'b>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    thresholds: &'b [ThresholdRecord],
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'b Value>,
}

/// What a run is known by, in the rows that are about it as a whole.
#[derive(Debug, Clone, Copy, Serialize)]
struct AboutRun<'b> {
    name: &'b str,
    seed: u64,
    version: &'b str,
    tags: &'b Tags,
}

impl<'b> AboutRun<'b> {
    fn new(run: &'b RunRecord) -> Self {
        Self {
            name: &run.name,
            seed: run.seed,
            version: &run.version,
            tags: &run.tags,
        }
    }
}

/// What the last row of a run says in `what`.
const VERDICT: &str = "verdict";

impl<'b> RunRow<'b> {
    /// Makes the rows of what began or ended.
    pub(crate) fn of_lifecycle(batch: &'b LifecycleBatch) -> impl Iterator<Item = Self> {
        let run = batch.run();
        batch.records().iter().map(|record| Self::new(record, run))
    }

    fn new(record: &'b LifecycleRecord, run: &'b RunRecord) -> Self {
        Self {
            run: &record.run,
            what: record.what.as_str(),
            stage: &record.stage,
            time: Some(record.time),
            at_s: Some(record.at_s),
            status: &record.status,
            error: record.error.as_deref(),
            verdict: record.verdict.map(squall_report::RunVerdict::as_str),
            reasons: &[],
            about: record.stage.is_empty().then(|| AboutRun::new(run)),
            thresholds: &[],
            plan: record.plan.as_deref(),
        }
    }

    /// Makes the row of the verdict.
    pub(crate) fn of_verdict(batch: &'b FinalBatch) -> Self {
        let run = batch.run();
        Self {
            run: &run.id,
            what: VERDICT,
            stage: "",
            time: None,
            at_s: None,
            status: "",
            error: None,
            verdict: run.verdict.map(squall_report::RunVerdict::as_str),
            reasons: &run.reasons,
            about: Some(AboutRun::new(run)),
            thresholds: batch.thresholds(),
            plan: None,
        }
    }
}
