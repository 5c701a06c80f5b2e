//! The tables and their columns.

use ColumnType::{Document, Flag, Integer, Json, Key, Number, Text, Time};
use squall_report::RecordKind;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    /// A short text that can be part of a key.
    Key,
    /// Any text.
    Text,
    /// A whole number; counts and bytes fit.
    Integer,
    /// A number with a fraction.
    Number,
    /// True or false.
    Flag,
    /// A moment, in UTC, with microseconds.
    Time,
    /// Flat JSON: tags, lists, histograms.
    Json,
    /// JSON that the test wrote, of any depth.
    Document,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnType,
    /// Whether it is part of the primary key.
    pub(crate) key: bool,
}

/// A table as one reporter has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) kind: TableKind,
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
}

impl Table {
    pub(crate) fn new(kind: TableKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            columns: kind.columns().collect(),
        }
    }

    /// Returns the columns of the primary key: the run, then the moment, so that new rows go to the end of the index.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Column> {
        let mut keys: Vec<_> = self.columns.iter().filter(|column| column.key).collect();
        keys.sort_by_key(|column| (column.name != "run", column.kind != Time));
        keys.into_iter()
    }

    /// Renames a column, where a backend has a custom name for it.
    #[cfg(feature = "timescaledb")]
    pub(crate) fn rename(&mut self, from: &str, to: &'static str) {
        for column in &mut self.columns {
            if column.name == from {
                column.name = to;
            }
        }
    }

    /// Returns the time column of the primary key, where the table has one.
    #[cfg(feature = "postgres")]
    pub(crate) fn time(&self) -> Option<&'static str> {
        let mut keys = self.keys();
        keys.find(|column| column.kind == ColumnType::Time)
            .map(|column| column.name)
    }
}

/// Returns the kinds of record that there are tables for.
pub(crate) fn kinds_of(tables: &[Table]) -> Vec<RecordKind> {
    let mut kinds: Vec<_> = tables.iter().filter_map(|one| one.kind.record()).collect();
    kinds.dedup();
    kinds
}

/// The tables, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum TableKind {
    /// One row per run, with its verdict.
    Runs,
    /// Beginnings and ends of runs and stages.
    Lifecycle,
    /// One row per operation, transaction and check.
    Events,
    /// What scripts sent.
    Messages,
    /// One row per series and interval.
    Streams,
    /// Distributions over the whole run.
    Metrics,
    /// Counts over the whole run.
    Shared,
    /// Numbers that the test made.
    Custom,
    /// Errors over the whole run.
    Errors,
    /// Rules of the verdict.
    Thresholds,
    /// What the generator used, over the run.
    SystemSession,
    /// What the generator used, in each stage.
    SystemStage,
}

impl TableKind {
    pub(crate) const ALL: [Self; 12] = [
        Self::Runs,
        Self::Lifecycle,
        Self::Events,
        Self::Messages,
        Self::Streams,
        Self::Metrics,
        Self::Shared,
        Self::Custom,
        Self::Errors,
        Self::Thresholds,
        Self::SystemSession,
        Self::SystemStage,
    ];

    /// Returns the setting that names it.
    pub(crate) fn setting(self) -> &'static str {
        match self {
            Self::Events | Self::Messages => "events_table",
            Self::Streams => "streams_table",
            Self::SystemSession | Self::SystemStage => "system_metrics_table",
            Self::Runs
            | Self::Lifecycle
            | Self::Metrics
            | Self::Shared
            | Self::Custom
            | Self::Errors
            | Self::Thresholds => "metrics_table",
        }
    }

    /// Returns the kind of record that is in it; none for runs, whose row comes with every kind.
    fn record(self) -> Option<RecordKind> {
        Some(match self {
            Self::Runs => return None,
            Self::Lifecycle => RecordKind::Lifecycle,
            Self::Events => RecordKind::Events,
            Self::Messages => RecordKind::Messages,
            Self::Streams => RecordKind::Intervals,
            Self::Metrics => RecordKind::Metrics,
            Self::Shared => RecordKind::Common,
            Self::Custom => RecordKind::Custom,
            Self::Errors => RecordKind::Errors,
            Self::Thresholds => RecordKind::Thresholds,
            Self::SystemSession | Self::SystemStage => RecordKind::System,
        })
    }

    /// Returns what is added to the name in the setting.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Events | Self::Streams | Self::Metrics => "",
            Self::Messages => "_messages",
            Self::Runs => "_runs",
            Self::Lifecycle => "_lifecycle",
            Self::Shared => "_shared",
            Self::Custom => "_custom",
            Self::Errors => "_errors",
            Self::Thresholds => "_thresholds",
            Self::SystemSession => "_session",
            Self::SystemStage => "_stage",
        }
    }

    /// Returns the columns, Hedra's first.
    pub(crate) fn columns(self) -> impl Iterator<Item = Column> {
        self.groups().iter().copied().flatten().copied()
    }

    fn groups(self) -> &'static [&'static [Column]] {
        match self {
            Self::Runs => &[RUNS],
            Self::Lifecycle => &[LIFECYCLE],
            Self::Events => &[EVENTS],
            Self::Messages => &[MESSAGES],
            Self::Streams => &[STREAMS],
            Self::Metrics => &[NAMED_GROUP, MOMENTS, QUANTILES, METRICS],
            Self::Shared => &[NAMED_GROUP, SHARED],
            Self::Custom => &[NAMED_GROUP, CUSTOM],
            Self::Errors => &[ERRORS],
            Self::Thresholds => &[THRESHOLDS],
            Self::SystemSession | Self::SystemStage => &[SYSTEM],
        }
    }
}

const fn column(name: &'static str, kind: ColumnType) -> Column {
    Column {
        name,
        kind,
        key: false,
    }
}

const fn key(name: &'static str, kind: ColumnType) -> Column {
    Column {
        name,
        kind,
        key: true,
    }
}

const RUNS: &[Column] = &[
    key("run", Key),
    column("name", Text),
    // 64 bits without a sign fit no integer column.
    column("seed", Text),
    column("version", Text),
    column("started_at", Time),
    column("tags", Json),
    column("verdict", Text),
    column("reasons", Json),
];

const LIFECYCLE: &[Column] = &[
    key("id", Key),
    key("run", Key),
    column("what", Text),
    column("stage", Text),
    key("time", Time),
    column("at_s", Number),
    column("status", Text),
    column("error", Text),
    column("verdict", Text),
    column("plan", Document),
    column("tags", Json),
];

const EVENTS: &[Column] = &[
    key("id", Key),
    column("name", Text),
    column("stage", Text),
    key("time", Time),
    column("succeeded", Flag),
    key("run", Key),
    column("kind", Text),
    column("scenario", Text),
    column("check_name", Text),
    column("outcome", Text),
    column("status", Integer),
    column("response_time_ms", Number),
    column("service_time_ms", Number),
    column("waiting_ms", Number),
    column("connecting_ms", Number),
    column("securing_ms", Number),
    column("writing_ms", Number),
    column("first_byte_ms", Number),
    column("reading_ms", Number),
    column("intended_s", Number),
    column("started_s", Number),
    column("ended_s", Number),
    column("bytes_sent", Integer),
    column("bytes_received", Integer),
    column("agent", Integer),
    // Without quotes, `user` is the account in PostgreSQL.
    column("virtual_user", Integer),
    column("iteration", Integer),
    column("error_class", Text),
    column("error_message", Text),
    column("trace_id", Text),
    column("span_id", Text),
    column("parent_id", Text),
    column("tags", Json),
];

const MESSAGES: &[Column] = &[
    key("id", Key),
    column("type", Text),
    column("stage", Text),
    key("time", Time),
    key("run", Key),
    column("scenario", Text),
    column("transaction", Text),
    column("at_s", Number),
    column("virtual_user", Integer),
    column("iteration", Integer),
    column("fields", Document),
    column("tags", Json),
];

const STREAMS: &[Column] = &[
    key("id", Key),
    column("name", Text),
    column("stage", Text),
    key("time", Time),
    key("run", Key),
    column("kind", Text),
    column("scenario", Text),
    column("at_s", Number),
    column("length_s", Number),
    column("started", Integer),
    column("completed", Integer),
    column("succeeded", Integer),
    column("failed", Integer),
    column("completion_rate", Number),
    column("bytes_sent", Integer),
    column("bytes_received", Integer),
    column("response_time_ms_minimum", Number),
    column("response_time_ms_mean", Number),
    column("response_time_ms_stdev", Number),
    column("response_time_ms_median", Number),
    column("response_time_ms_quantile_90th", Number),
    column("response_time_ms_quantile_95th", Number),
    column("response_time_ms_quantile_99th", Number),
    column("response_time_ms_maximum", Number),
    column("service_time_ms_minimum", Number),
    column("service_time_ms_mean", Number),
    column("service_time_ms_stdev", Number),
    column("service_time_ms_median", Number),
    column("service_time_ms_quantile_90th", Number),
    column("service_time_ms_quantile_95th", Number),
    column("service_time_ms_quantile_99th", Number),
    column("service_time_ms_maximum", Number),
    column("response_times", Json),
    column("tags", Json),
];

const NAMED_GROUP: &[Column] = &[
    key("id", Key),
    column("name", Text),
    column("stage", Text),
    column("group", Text),
];

const MOMENTS: &[Column] = &[
    column("median", Number),
    column("mean", Number),
    column("variance", Number),
    column("stdev", Number),
    column("minimum", Number),
    column("maximum", Number),
];

const QUANTILES: &[Column] = &[
    column("quantile_10th", Number),
    column("quantile_20th", Number),
    column("quantile_25th", Number),
    column("quantile_30th", Number),
    column("quantile_40th", Number),
    column("quantile_50th", Number),
    column("quantile_60th", Number),
    column("quantile_70th", Number),
    column("quantile_75th", Number),
    column("quantile_80th", Number),
    column("quantile_90th", Number),
    column("quantile_95th", Number),
    column("quantile_99th", Number),
];

const METRICS: &[Column] = &[
    key("run", Key),
    column("kind", Text),
    column("scenario", Text),
    column("unit", Text),
    column("count", Integer),
    column("p99_9", Number),
    column("p99_99", Number),
    column("tags", Json),
];

const SHARED: &[Column] = &[
    column("total", Integer),
    column("succeeded", Integer),
    column("failed", Integer),
    column("actions_per_second", Number),
    key("run", Key),
    column("kind", Text),
    column("scenario", Text),
    column("tags", Json),
];

const CUSTOM: &[Column] = &[
    column("metric", Text),
    column("type", Text),
    column("value", Number),
    key("run", Key),
    column("tags", Json),
];

const ERRORS: &[Column] = &[
    key("id", Key),
    column("name", Text),
    column("stage", Text),
    column("error_message", Text),
    column("error_count", Integer),
    key("run", Key),
    column("scenario", Text),
    column("error_class", Text),
    column("tags", Json),
];

const THRESHOLDS: &[Column] = &[
    key("id", Key),
    key("run", Key),
    column("rule", Text),
    column("status", Text),
    column("value", Number),
    column("limit", Number),
    column("unit", Text),
    column("action", Text),
    column("message", Text),
    column("tags", Json),
];

const SYSTEM: &[Column] = &[
    key("id", Key),
    column("stage", Text),
    column("group", Text),
    column("median", Number),
    column("mean", Number),
    column("variance", Number),
    column("stdev", Number),
    column("minimum", Number),
    column("maximum", Number),
    column("quantile_90th", Number),
    column("quantile_95th", Number),
    column("quantile_99th", Number),
    key("run", Key),
    column("count", Integer),
    column("tags", Json),
];
