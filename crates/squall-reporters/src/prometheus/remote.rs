//! The bytes of a remote write (version 1): protobuf, compressed by Snappy.

use std::collections::BTreeSet;

use prost::Message as _;
use squall_report::ReporterError;

use super::encode::{Native, bound, span};
use super::family::{Family, Kind};
use super::messages::write::{
    COUNTER, GAUGE, HISTOGRAM, Histogram, Label, MetricMetadata, Sample, TimeSeries, WriteRequest,
};
use super::state::{Key, Points};
use super::value::{Distribution, SCHEMA, Value, ZERO_THRESHOLD};

/// What is the same in all requests.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) prefix: String,
    pub(super) job: String,
    pub(super) native: Native,
}

/// Makes the body of a request.
pub(super) fn body(
    points: &Points,
    bounds: &[u64],
    written: &Written,
) -> Result<Vec<u8>, ReporterError> {
    let request = request(points, bounds, written).encode_to_vec();
    snap::raw::Encoder::new()
        .compress_vec(&request)
        .map_err(|error| {
            ReporterError::too_large(format!("the batch cannot be compressed: {error}"))
        })
}

pub(super) fn request(points: &Points, bounds: &[u64], written: &Written) -> WriteRequest {
    let mut timeseries = Vec::with_capacity(points.len());
    let mut families = BTreeSet::new();
    for (key, points) in points {
        families.insert(key.family);
        match key.family.kind() {
            Kind::Histogram if written.native == Native::Told => {
                timeseries.push(TimeSeries {
                    labels: labels(key, written, "", None),
                    samples: Vec::new(),
                    histograms: points.iter().filter_map(native).collect(),
                });
            }
            Kind::Histogram => classic(&mut timeseries, key, points, (bounds, written)),
            Kind::Counter | Kind::Gauge => {
                let labels = labels(key, written, "", None);
                timeseries.push(samples(labels, points, number));
            }
        }
    }
    WriteRequest {
        timeseries,
        metadata: families
            .into_iter()
            .map(|family| metadata(family, &written.prefix))
            .collect(),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Distribution(_) => None,
    }
}

fn samples(
    labels: Vec<Label>,
    points: &[(i64, Value)],
    read: impl Fn(&Value) -> Option<f64>,
) -> TimeSeries {
    let samples = points.iter().filter_map(|(ms, value)| {
        Some(Sample {
            value: read(value)?,
            timestamp: *ms,
        })
    });
    TimeSeries {
        labels,
        samples: samples.collect(),
        histograms: Vec::new(),
    }
}

fn classic(
    series: &mut Vec<TimeSeries>,
    key: &Key,
    points: &[(i64, Value)],
    (bounds, written): (&[u64], &Written),
) {
    let read = |value: &Value, read: &dyn Fn(&Distribution) -> Option<f64>| match value {
        Value::Distribution(times) => read(times),
        Value::Number(_) => None,
    };
    let ends = bounds.iter().map(|end| *end as f64 / 1e9);
    for (place, end) in ends.chain([f64::INFINITY]).enumerate() {
        let labels = labels(key, written, "_bucket", Some(("le", &bound(end))));
        let count =
            |times: &Distribution| times.cumulative(bounds).nth(place).map(|(_, n)| n as f64);
        series.push(samples(labels, points, |value| read(value, &count)));
    }
    let sum = labels(key, written, "_sum", None);
    series.push(samples(sum, points, |value| {
        read(value, &|times| Some(times.sum_s()))
    }));
    let count = labels(key, written, "_count", None);
    series.push(samples(count, points, |value| {
        read(value, &|times| Some(times.count as f64))
    }));
}

fn native((ms, value): &(i64, Value)) -> Option<Histogram> {
    let Value::Distribution(times) = value else {
        return None;
    };
    let (spans, deltas) = times.spans();
    Some(Histogram {
        count_int: Some(times.count),
        sum: times.sum_s(),
        schema: SCHEMA,
        zero_threshold: ZERO_THRESHOLD,
        zero_count_int: Some(times.zeros),
        positive_spans: spans.into_iter().map(span).collect(),
        positive_deltas: deltas,
        timestamp: *ms,
    })
}

fn labels(key: &Key, written: &Written, suffix: &str, more: Option<(&str, &str)>) -> Vec<Label> {
    let name = format!("{}{}{suffix}", written.prefix, key.family.name());
    let ours = [("__name__", name.as_str()), ("job", &written.job)];
    let all = key.labels().into_iter().chain(ours).chain(more);
    let mut labels: Vec<Label> = all
        .map(|(name, value)| Label {
            name: name.to_owned(),
            value: value.to_owned(),
        })
        .collect();
    // The protocol wants them in this order.
    labels.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    labels
}

fn metadata(family: Family, prefix: &str) -> MetricMetadata {
    MetricMetadata {
        kind: match family.kind() {
            Kind::Counter => COUNTER,
            Kind::Gauge => GAUGE,
            Kind::Histogram => HISTOGRAM,
        },
        metric_family_name: format!("{prefix}{}", family.name()),
        help: family.help().to_owned(),
    }
}
