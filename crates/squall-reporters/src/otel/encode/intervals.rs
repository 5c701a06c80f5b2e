//! Intervals of series, as counters and distributions.

use squall_report::{IntervalRecord, IntervalTimes};

use super::attributes::{Attributes, nanos, seconds};
use super::metrics::{Metrics, Named, Span, named};
use crate::otel::totals::Series;

pub(super) const STARTED: Named<'_> = named("squall.operations.started", "{operation}");
pub(super) const COMPLETED: Named<'_> = named("squall.operations.completed", "{operation}");
const RATE: Named<'_> = named("squall.operations.rate", "{operation}/s");
const BYTES: Named<'_> = named("squall.network.io", "By");
pub(super) const RESPONSE_TIME: Named<'_> = named("squall.response_time", "s");
const RESPONSE_TIME_NOW: Named<'_> = named("squall.response_time.interval", "s");
const SERVICE_TIME_NOW: Named<'_> = named("squall.service_time.interval", "s");

/// Adds the points of one interval; `series` is what it comes to: the interval itself, or all until its end.
pub(super) fn interval(interval: &IntervalRecord, series: &Series, to: &mut Metrics) {
    let span = Span {
        start: nanos(series.start),
        end: nanos(series.end),
    };
    let with = |key: &str, value: &str| {
        let mut attributes = Attributes::with_capacity(6 + interval.tags.len());
        attributes
            .text("squall.stage", &interval.stage)
            .text("squall.scenario", &interval.scenario)
            .text("squall.kind", interval.kind.as_str())
            .text("squall.operation", &interval.name);
        if !key.is_empty() {
            attributes.text(key, value);
        }
        attributes.tags(&interval.tags).take()
    };
    to.count(STARTED, span, series.started, with("", ""));
    let outcomes = [("ok", series.succeeded), ("failed", series.failed)];
    for (outcome, count) in outcomes {
        to.count(COMPLETED, span, count, with("squall.outcome", outcome));
    }
    let directions = [
        ("transmit", series.bytes_sent),
        ("receive", series.bytes_received),
    ];
    for (direction, bytes) in directions {
        to.count(BYTES, span, bytes, with("network.io.direction", direction));
    }
    to.distribution(RESPONSE_TIME, span, &series.times, with("", ""));
    to.gauge(RATE, span, interval.completion_rate, with("", ""));
    if interval.completed == 0 {
        return;
    }
    let times = [
        (RESPONSE_TIME_NOW, &interval.response_time_ms),
        (SERVICE_TIME_NOW, &interval.service_time_ms),
    ];
    for (of, times) in times {
        for (statistic, millis) in statistics(times) {
            let attributes = with("squall.statistic", statistic);
            to.gauge(of, span, seconds(millis), attributes);
        }
    }
}

fn statistics(times: &IntervalTimes) -> [(&'static str, f64); 8] {
    [
        ("minimum", times.minimum),
        ("mean", times.mean),
        ("stdev", times.stdev),
        ("median", times.median),
        ("p90", times.quantile_90th),
        ("p95", times.quantile_95th),
        ("p99", times.quantile_99th),
        ("maximum", times.maximum),
    ]
}
