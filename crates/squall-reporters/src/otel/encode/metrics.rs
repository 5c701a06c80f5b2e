//! Collects data points into metrics by their names.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Metric,
    NumberDataPoint, Sum, Summary, SummaryDataPoint,
};

use super::attributes::signed;
use crate::otel::totals::Times;

/// Name and UCUM unit of a metric.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'n> {
    pub(super) name: &'n str,
    pub(super) unit: &'n str,
}

pub(super) const fn named<'n>(name: &'n str, unit: &'n str) -> Named<'n> {
    Named { name, unit }
}

/// From when to when a point counts, in nanoseconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Metrics under construction; each name once.
#[derive(Debug)]
pub(super) struct Metrics {
    all: Vec<Metric>,
    temporality: AggregationTemporality,
    points: usize,
}

impl Metrics {
    pub(super) fn new(temporality: AggregationTemporality) -> Self {
        Self {
            all: Vec::new(),
            temporality,
            points: 0,
        }
    }

    /// Adds a count that only grows.
    pub(super) fn count(
        &mut self,
        of: Named<'_>,
        span: Span,
        count: u64,
        attributes: Vec<KeyValue>,
    ) {
        let point = number(span, Value::AsInt(signed(count)), attributes);
        let temporality = self.temporality;
        let data = self.data(of, || {
            Data::Sum(Sum {
                data_points: Vec::new(),
                aggregation_temporality: temporality.into(),
                is_monotonic: true,
            })
        });
        if let Some(Data::Sum(sum)) = data {
            sum.data_points.push(point);
        }
    }

    /// Adds a number of one moment.
    pub(super) fn gauge(
        &mut self,
        of: Named<'_>,
        span: Span,
        value: f64,
        attributes: Vec<KeyValue>,
    ) {
        let point = number(span, Value::AsDouble(value), attributes);
        let data = self.data(of, || Data::Gauge(Gauge::default()));
        if let Some(Data::Gauge(gauge)) = data {
            gauge.data_points.push(point);
        }
    }

    /// Adds a distribution of which quantiles are known.
    pub(super) fn summary(
        &mut self,
        of: Named<'_>,
        span: Span,
        (count, mean, quantiles): (u64, f64, &[(f64, f64)]),
        attributes: Vec<KeyValue>,
    ) {
        let point = SummaryDataPoint {
            attributes,
            start_time_unix_nano: span.start,
            time_unix_nano: span.end,
            count,
            sum: mean * count as f64,
            quantile_values: quantiles
                .iter()
                .map(|&(quantile, value)| ValueAtQuantile { quantile, value })
                .collect(),
            flags: 0,
        };
        let data = self.data(of, || Data::Summary(Summary::default()));
        if let Some(Data::Summary(summary)) = data {
            summary.data_points.push(point);
        }
    }

    /// Adds a whole distribution.
    pub(super) fn distribution(
        &mut self,
        of: Named<'_>,
        span: Span,
        times: &Times,
        attributes: Vec<KeyValue>,
    ) {
        let (offset, bucket_counts) = times.dense();
        let any = times.count > 0;
        let point = ExponentialHistogramDataPoint {
            attributes,
            start_time_unix_nano: span.start,
            time_unix_nano: span.end,
            count: times.count,
            sum: Some(times.sum),
            scale: times.scale,
            zero_count: times.zeros,
            positive: Some(Buckets {
                offset,
                bucket_counts,
            }),
            min: any.then_some(times.min),
            max: any.then_some(times.max),
            ..ExponentialHistogramDataPoint::default()
        };
        let temporality = self.temporality;
        let data = self.data(of, || {
            Data::ExponentialHistogram(ExponentialHistogram {
                data_points: Vec::new(),
                aggregation_temporality: temporality.into(),
            })
        });
        if let Some(Data::ExponentialHistogram(histogram)) = data {
            histogram.data_points.push(point);
        }
    }

    /// Returns the metrics, and how many points they have.
    pub(super) fn finish(self) -> (Vec<Metric>, usize) {
        (self.all, self.points)
    }

    /// Returns where the points of a metric go; a name always has the same kind of data.
    fn data(&mut self, of: Named<'_>, empty: impl FnOnce() -> Data) -> Option<&mut Data> {
        self.points += 1;
        let known = self.all.iter().position(|metric| metric.name == of.name);
        let place = known.unwrap_or_else(|| {
            self.all.push(Metric {
                name: of.name.to_owned(),
                unit: of.unit.to_owned(),
                data: Some(empty()),
                ..Metric::default()
            });
            self.all.len() - 1
        });
        self.all.get_mut(place)?.data.as_mut()
    }
}

fn number(span: Span, value: Value, attributes: Vec<KeyValue>) -> NumberDataPoint {
    NumberDataPoint {
        attributes,
        start_time_unix_nano: span.start,
        time_unix_nano: span.end,
        value: Some(value),
        ..NumberDataPoint::default()
    }
}
