//! The bytes of `prometheus` that are scraped or pushed: text 0.0.4, OpenMetrics 1.0 and delimited protobuf.

use std::fmt::Write as _;

use prost::Message as _;

use super::family::{Family, Kind};
use super::messages::{BucketSpan, client};
use super::state::{Key, State};
use super::value::{Distribution, SCHEMA, Value, ZERO_THRESHOLD};

/// How the state is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    OpenMetrics,
    /// Classic histograms, and native ones beside them.
    Protobuf(Native),
}

/// Whether native histograms are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Native {
    Told,
    LeftOut,
}

impl Format {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Protobuf(_) => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
        }
    }

    /// Chooses what a server likes best of what we have (RFC 9110, section 12.5.1); text where it names none.
    pub(super) fn accepted(accept: &str, native: Native) -> Self {
        let mut best = (Self::Text, 0.0);
        for entry in accept.split(',') {
            let mut parts = entry.split(';').map(str::trim);
            let format = match parts.next().unwrap_or_default() {
                "application/vnd.google.protobuf" => Self::Protobuf(native),
                "application/openmetrics-text" => Self::OpenMetrics,
                "text/plain" => Self::Text,
                _ => continue,
            };
            let (mut weight, mut is_ours) = (1.0, true);
            for (name, value) in parts.filter_map(|part| part.split_once('=')) {
                match (name.trim(), value.trim().trim_matches('"')) {
                    ("q", value) => weight = value.parse().unwrap_or(0.0),
                    ("proto", value) => is_ours &= value == "io.prometheus.client.MetricFamily",
                    ("encoding", value) => is_ours &= value == "delimited",
                    ("version", value) => is_ours &= matches!(value, "0.0.1" | "0.0.4" | "1.0.0"),
                    _ => {}
                }
            }
            if is_ours && weight > best.1 {
                best = (format, weight);
            }
        }
        best.0
    }
}

/// Writes everything in a format.
pub(super) fn state(state: &State, prefix: &str, format: Format) -> Vec<u8> {
    match format {
        Format::Text | Format::OpenMetrics => text(state, prefix, format).into_bytes(),
        Format::Protobuf(native) => protobuf(state, prefix, native),
    }
}

/// Writes a number as Prometheus reads it; whole ones end in `.0` where it compares them as text.
pub(super) fn bound(number: f64) -> String {
    if number.is_infinite() {
        return "+Inf".to_owned();
    }
    format!("{number:?}")
}

fn text(state: &State, prefix: &str, format: Format) -> String {
    let mut out = String::with_capacity(state.values.len() * 128);
    let mut family = None;
    for (key, value) in &state.values {
        if family != Some(key.family) {
            family = Some(key.family);
            head(&mut out, key.family, prefix, format);
        }
        match value {
            Value::Number(number) => line(&mut out, key, (prefix, ""), None, *number),
            Value::Distribution(times) => histogram(&mut out, key, prefix, (times, &state.bounds)),
        }
    }
    if format == Format::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out
}

fn head(out: &mut String, family: Family, prefix: &str, format: Format) {
    let mut name = family.name();
    if format == Format::OpenMetrics && family.kind() == Kind::Counter {
        name = name.trim_end_matches("_total");
    }
    let (help, kind) = (family.help(), family.kind().as_str());
    write!(
        out,
        "# HELP {prefix}{name} {help}\n# TYPE {prefix}{name} {kind}\n"
    )
    .expect("writing to memory cannot fail");
}

fn histogram(out: &mut String, key: &Key, prefix: &str, (times, bounds): (&Distribution, &[u64])) {
    for (end, count) in times.cumulative(bounds) {
        let le = bound(end);
        line(
            out,
            key,
            (prefix, "_bucket"),
            Some(("le", &le)),
            count as f64,
        );
    }
    line(out, key, (prefix, "_sum"), None, times.sum_s());
    line(out, key, (prefix, "_count"), None, times.count as f64);
}

fn line(
    out: &mut String,
    key: &Key,
    (prefix, suffix): (&str, &str),
    more: Option<(&str, &str)>,
    value: f64,
) {
    out.push_str(prefix);
    out.push_str(key.family.name());
    out.push_str(suffix);
    let mut separator = '{';
    for (name, text) in key.labels().into_iter().chain(more) {
        out.push(separator);
        separator = ',';
        out.push_str(name);
        out.push_str("=\"");
        escape(out, text);
        out.push('"');
    }
    let number = if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        (if value > 0.0 { "+Inf" } else { "-Inf" }).to_owned()
    } else {
        value.to_string()
    };
    writeln!(out, "}} {number}").expect("writing to memory cannot fail");
}

fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            _ => out.push(letter),
        }
    }
}

fn protobuf(state: &State, prefix: &str, native: Native) -> Vec<u8> {
    let mut out = Vec::with_capacity(state.values.len() * 128);
    let mut family: Option<(Family, client::MetricFamily)> = None;
    let mut write = |family: Option<(Family, client::MetricFamily)>| {
        if let Some((_, message)) = family {
            out.extend(message.encode_length_delimited_to_vec());
        }
    };
    for (key, value) in &state.values {
        if family
            .as_ref()
            .is_none_or(|(known, _)| *known != key.family)
        {
            write(family.take());
        }
        let (_, message) = family.get_or_insert_with(|| (key.family, empty(key.family, prefix)));
        message
            .metric
            .push(metric(key, value, &state.bounds, native));
    }
    write(family);
    out
}

fn empty(family: Family, prefix: &str) -> client::MetricFamily {
    client::MetricFamily {
        name: format!("{prefix}{}", family.name()),
        help: family.help().to_owned(),
        kind: Some(match family.kind() {
            Kind::Counter => client::COUNTER,
            Kind::Gauge => client::GAUGE,
            Kind::Histogram => client::HISTOGRAM,
        }),
        metric: Vec::new(),
    }
}

fn metric(key: &Key, value: &Value, bounds: &[u64], native: Native) -> client::Metric {
    let labels = key.labels().into_iter();
    let mut metric = client::Metric {
        label: labels
            .map(|(name, value)| client::LabelPair {
                name: name.to_owned(),
                value: value.to_owned(),
            })
            .collect(),
        ..client::Metric::default()
    };
    match value {
        Value::Distribution(times) => metric.histogram = Some(both(times, bounds, native)),
        Value::Number(number) => {
            let number = Some(client::Number {
                value: Some(*number),
            });
            match key.family.kind() {
                Kind::Counter => metric.counter = number,
                _ => metric.gauge = number,
            }
        }
    }
    metric
}

fn both(times: &Distribution, bounds: &[u64], native: Native) -> client::Histogram {
    let buckets = times.cumulative(bounds);
    let mut histogram = client::Histogram {
        sample_count: Some(times.count),
        sample_sum: Some(times.sum_s()),
        bucket: buckets
            .map(|(end, count)| client::Bucket {
                cumulative_count: Some(count),
                upper_bound: Some(end),
            })
            .collect(),
        ..client::Histogram::default()
    };
    if native == Native::Told {
        let (spans, deltas) = times.spans();
        histogram.schema = Some(SCHEMA);
        histogram.zero_threshold = Some(ZERO_THRESHOLD);
        histogram.zero_count = Some(times.zeros);
        histogram.positive_span = spans.into_iter().map(span).collect();
        histogram.positive_delta = deltas;
    }
    histogram
}

pub(super) fn span((offset, length): (i32, u32)) -> BucketSpan {
    BucketSpan {
        offset: Some(offset),
        length: Some(length),
    }
}
