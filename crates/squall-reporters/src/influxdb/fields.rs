//! Fields of records that have many.

use squall_report::{IntervalTimes, MetricRecord, SystemRecord};

use super::line::Point;

pub(super) fn times_fields<'a>(point: Point<'a>, name: &str, times: &IntervalTimes) -> Point<'a> {
    let fields = [
        ("minimum", times.minimum),
        ("mean", times.mean),
        ("stdev", times.stdev),
        ("median", times.median),
        ("quantile_90th", times.quantile_90th),
        ("quantile_95th", times.quantile_95th),
        ("quantile_99th", times.quantile_99th),
        ("maximum", times.maximum),
    ];
    let mut point = point;
    for (field, value) in fields {
        point = point.number(&format!("{name}_{field}"), value);
    }
    point
}

pub(super) fn metric_fields<'a>(point: Point<'a>, record: &MetricRecord) -> Point<'a> {
    point
        .whole("count", record.count)
        .number("median", record.median)
        .number("mean", record.mean)
        .number("variance", record.variance)
        .number("stdev", record.stdev)
        .number("minimum", record.minimum)
        .number("maximum", record.maximum)
        .number("quantile_10th", record.quantile_10th)
        .number("quantile_20th", record.quantile_20th)
        .number("quantile_25th", record.quantile_25th)
        .number("quantile_30th", record.quantile_30th)
        .number("quantile_40th", record.quantile_40th)
        .number("quantile_50th", record.quantile_50th)
        .number("quantile_60th", record.quantile_60th)
        .number("quantile_70th", record.quantile_70th)
        .number("quantile_75th", record.quantile_75th)
        .number("quantile_80th", record.quantile_80th)
        .number("quantile_90th", record.quantile_90th)
        .number("quantile_95th", record.quantile_95th)
        .number("quantile_99th", record.quantile_99th)
        .number("p99_9", record.p99_9)
        .number("p99_99", record.p99_99)
}

pub(super) fn system_fields<'a>(point: Point<'a>, record: &SystemRecord) -> Point<'a> {
    point
        .whole("count", record.count)
        .number("median", record.median)
        .number("mean", record.mean)
        .number("variance", record.variance)
        .number("stdev", record.stdev)
        .number("minimum", record.minimum)
        .number("maximum", record.maximum)
        .number("quantile_90th", record.quantile_90th)
        .number("quantile_95th", record.quantile_95th)
        .number("quantile_99th", record.quantile_99th)
}
