//! The protobuf messages of Prometheus that we write: `io.prometheus.client` (`metrics.proto`) and `prometheus` (`types.proto`,
//! `remote.proto`), with the fields that we fill.

use prost::Message;

/// What is scraped.
pub(super) mod client {
    use super::Message;

    pub(crate) const COUNTER: i32 = 0;
    pub(crate) const GAUGE: i32 = 1;
    pub(crate) const HISTOGRAM: i32 = 4;

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct MetricFamily {
        #[prost(string, tag = "1")]
        pub(crate) name: String,
        #[prost(string, tag = "2")]
        pub(crate) help: String,
        #[prost(int32, optional, tag = "3")]
        pub(crate) kind: Option<i32>,
        #[prost(message, repeated, tag = "4")]
        pub(crate) metric: Vec<Metric>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Metric {
        #[prost(message, repeated, tag = "1")]
        pub(crate) label: Vec<LabelPair>,
        #[prost(message, optional, tag = "2")]
        pub(crate) gauge: Option<Number>,
        #[prost(message, optional, tag = "3")]
        pub(crate) counter: Option<Number>,
        #[prost(message, optional, tag = "7")]
        pub(crate) histogram: Option<Histogram>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct LabelPair {
        #[prost(string, tag = "1")]
        pub(crate) name: String,
        #[prost(string, tag = "2")]
        pub(crate) value: String,
    }

    /// A `Counter` or a `Gauge`, which are written in the same way.
    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Number {
        #[prost(double, optional, tag = "1")]
        pub(crate) value: Option<f64>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Histogram {
        #[prost(uint64, optional, tag = "1")]
        pub(crate) sample_count: Option<u64>,
        #[prost(double, optional, tag = "2")]
        pub(crate) sample_sum: Option<f64>,
        #[prost(message, repeated, tag = "3")]
        pub(crate) bucket: Vec<Bucket>,
        #[prost(sint32, optional, tag = "5")]
        pub(crate) schema: Option<i32>,
        #[prost(double, optional, tag = "6")]
        pub(crate) zero_threshold: Option<f64>,
        #[prost(uint64, optional, tag = "7")]
        pub(crate) zero_count: Option<u64>,
        #[prost(message, repeated, tag = "12")]
        pub(crate) positive_span: Vec<super::BucketSpan>,
        #[prost(sint64, repeated, packed = "false", tag = "13")]
        pub(crate) positive_delta: Vec<i64>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Bucket {
        #[prost(uint64, optional, tag = "1")]
        pub(crate) cumulative_count: Option<u64>,
        #[prost(double, optional, tag = "2")]
        pub(crate) upper_bound: Option<f64>,
    }
}

/// Buckets in a row of a native histogram.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(super) struct BucketSpan {
    #[prost(sint32, optional, tag = "1")]
    pub(super) offset: Option<i32>,
    #[prost(uint32, optional, tag = "2")]
    pub(super) length: Option<u32>,
}

/// What is written remotely.
pub(super) mod write {
    use super::Message;

    pub(crate) const COUNTER: i32 = 1;
    pub(crate) const GAUGE: i32 = 2;
    pub(crate) const HISTOGRAM: i32 = 3;

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct WriteRequest {
        #[prost(message, repeated, tag = "1")]
        pub(crate) timeseries: Vec<TimeSeries>,
        #[prost(message, repeated, tag = "3")]
        pub(crate) metadata: Vec<MetricMetadata>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct TimeSeries {
        #[prost(message, repeated, tag = "1")]
        pub(crate) labels: Vec<Label>,
        #[prost(message, repeated, tag = "2")]
        pub(crate) samples: Vec<Sample>,
        #[prost(message, repeated, tag = "4")]
        pub(crate) histograms: Vec<Histogram>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Label {
        #[prost(string, tag = "1")]
        pub(crate) name: String,
        #[prost(string, tag = "2")]
        pub(crate) value: String,
    }

    #[derive(Clone, Copy, PartialEq, Message)]
    pub(crate) struct Sample {
        #[prost(double, tag = "1")]
        pub(crate) value: f64,
        #[prost(int64, tag = "2")]
        pub(crate) timestamp: i64,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Histogram {
        #[prost(uint64, optional, tag = "1")]
        pub(crate) count_int: Option<u64>,
        #[prost(double, tag = "3")]
        pub(crate) sum: f64,
        #[prost(sint32, tag = "4")]
        pub(crate) schema: i32,
        #[prost(double, tag = "5")]
        pub(crate) zero_threshold: f64,
        #[prost(uint64, optional, tag = "6")]
        pub(crate) zero_count_int: Option<u64>,
        #[prost(message, repeated, tag = "11")]
        pub(crate) positive_spans: Vec<super::BucketSpan>,
        #[prost(sint64, repeated, tag = "12")]
        pub(crate) positive_deltas: Vec<i64>,
        #[prost(int64, tag = "15")]
        pub(crate) timestamp: i64,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct MetricMetadata {
        #[prost(int32, tag = "1")]
        pub(crate) kind: i32,
        #[prost(string, tag = "2")]
        pub(crate) metric_family_name: String,
        #[prost(string, tag = "4")]
        pub(crate) help: String,
    }
}
