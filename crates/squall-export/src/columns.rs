//! The columns, for all formats.
//!
//! Names hold the unit. A column is never renamed or taken away without a change of version; new ones come at the end.

use jiff::Timestamp;
use squall_metrics::SeriesKind;
use squall_metrics::summary::{Distribution, ValueDistribution};

use crate::row::Row;

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// Text.
    Text(fn(&Row) -> &str),
    /// A moment, to the millisecond, UTC.
    Time(fn(&Row) -> Option<Timestamp>),
    /// A whole number.
    Count(fn(&Row) -> u64),
    /// A number, or nothing where there is none.
    Number(fn(&Row) -> Option<f64>),
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, with the unit.
    pub name: &'static str,
    /// What it holds.
    pub values: Values,
}

const fn text(name: &'static str, of: fn(&Row) -> &str) -> Column {
    Column {
        name,
        values: Values::Text(of),
    }
}

const fn count(name: &'static str, of: fn(&Row) -> u64) -> Column {
    Column {
        name,
        values: Values::Count(of),
    }
}

const fn number(name: &'static str, of: fn(&Row) -> Option<f64>) -> Column {
    Column {
        name,
        values: Values::Number(of),
    }
}

/// All columns, in order.
pub const COLUMNS: [Column; 47] = [
    text("run", |row| &row.run),
    Column {
        name: "time",
        values: Values::Time(|row| row.time),
    },
    count("second", |row| row.second),
    number("length_s", |row| Some(row.length_s)),
    text("stage", |row| &row.key.stage),
    text("scenario", |row| &row.key.scenario),
    text("name", |row| &row.key.name),
    text("kind", |row| kind(row.key.kind)),
    count("users", |row| row.scenario.users),
    count("dropped_iterations", |row| row.scenario.dropped),
    count("started", |row| row.counts.started),
    count("ok", |row| row.counts.ok),
    count("failed", |row| row.counts.failed),
    count("interrupted", |row| row.counts.interrupted),
    count("in_flight", |row| row.counts.in_flight),
    number("rate_per_s", Row::rate_per_s),
    count("bytes_sent", |row| row.counts.bytes_sent),
    count("bytes_received", |row| row.counts.bytes_received),
    count("status_1xx", |row| row.counts.statuses[0]),
    count("status_2xx", |row| row.counts.statuses[1]),
    count("status_3xx", |row| row.counts.statuses[2]),
    count("status_4xx", |row| row.counts.statuses[3]),
    count("status_5xx", |row| row.counts.statuses[4]),
    number("response_min_ms", |row| response(row, |times| times.min)),
    number("response_mean_ms", |row| response(row, |times| times.mean)),
    number("response_p50_ms", |row| response(row, |times| times.p50)),
    number("response_p90_ms", |row| response(row, |times| times.p90)),
    number("response_p95_ms", |row| response(row, |times| times.p95)),
    number("response_p99_ms", |row| response(row, |times| times.p99)),
    number("response_p99_9_ms", |row| {
        response(row, |times| times.p99_9)
    }),
    number("response_max_ms", |row| response(row, |times| times.max)),
    number("service_min_ms", |row| service(row, |times| times.min)),
    number("service_mean_ms", |row| service(row, |times| times.mean)),
    number("service_p50_ms", |row| service(row, |times| times.p50)),
    number("service_p95_ms", |row| service(row, |times| times.p95)),
    number("service_p99_ms", |row| service(row, |times| times.p99)),
    number("service_max_ms", |row| service(row, |times| times.max)),
    count("connections_opened", |row| {
        row.connecting.map_or(0, |times| times.count)
    }),
    number("connecting_mean_ms", |row| {
        row.connecting.map(|times| times.mean)
    }),
    count("value_count", |row| {
        row.values.map_or(0, |values| values.count)
    }),
    number("value_min", |row| value(row, |values| values.min)),
    number("value_mean", |row| value(row, |values| values.mean)),
    number("value_p50", |row| value(row, |values| values.p50)),
    number("value_p90", |row| value(row, |values| values.p90)),
    number("value_p95", |row| value(row, |values| values.p95)),
    number("value_p99", |row| value(row, |values| values.p99)),
    number("value_max", |row| value(row, |values| values.max)),
];

fn kind(kind: SeriesKind) -> &'static str {
    match kind {
        SeriesKind::Operation => "operation",
        SeriesKind::Transaction => "transaction",
        SeriesKind::Iteration => "iteration",
        SeriesKind::Metric => "metric",
    }
}

fn response(row: &Row, of: fn(&Distribution) -> f64) -> Option<f64> {
    row.response.as_ref().map(of)
}

fn service(row: &Row, of: fn(&Distribution) -> f64) -> Option<f64> {
    row.service.as_ref().map(of)
}

/// A second in which all values were not finite has none.
fn value(row: &Row, of: fn(&ValueDistribution) -> f64) -> Option<f64> {
    let values = row.values.as_ref().filter(|values| values.count > 0);
    values.map(of)
}
