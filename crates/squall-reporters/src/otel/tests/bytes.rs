//! The requests, decoded with the official protocol.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::metrics::v1::AggregationTemporality;
use proptest::prelude::*;
use prost::Message;
use squall_report::{
    Batch, IntervalBatch, LifecycleBatch, MessageBatch, RunRecord, Tags, WallTime,
};

use super::trace;
use crate::otel::encode::{Encoder, Request, Signal};
use crate::otel::fake::text;
use crate::otel::totals::{Changes, Totals};
use crate::sample::{
    context, event, event_batch, failed_event, final_batch, final_records, interval, lifecycle,
    message,
};

fn encoder() -> Encoder {
    Encoder {
        signals: Signal::ALL.to_vec(),
        temporality: AggregationTemporality::Cumulative,
        resource: [("service.name".to_owned(), "squall".to_owned())].into(),
        traces: 0.5,
    }
}

fn requests(batch: &Batch) -> Vec<Request> {
    let ended = WallTime::from_unix_ns(1_772_366_403_000_000_000);
    let (totals, mut changes) = (Totals::default(), Changes::default());
    encoder().requests(batch, &totals, &mut changes, ended)
}

/// Shows requests as their messages, one field per line.
fn shown(batch: &Batch) -> String {
    let shown = requests(batch).into_iter().map(|request| {
        let body = request.body.as_slice();
        let message = match request.signal {
            Signal::Metrics => format!("{:#?}", ExportMetricsServiceRequest::decode(body).unwrap()),
            Signal::Logs => format!("{:#?}", ExportLogsServiceRequest::decode(body).unwrap()),
            Signal::Traces => format!("{:#?}", ExportTraceServiceRequest::decode(body).unwrap()),
        };
        format!(
            "{} ({} items)\n{message}",
            request.signal.as_str(),
            request.items
        )
    });
    compact(&shown.collect::<Vec<_>>().join("\n"))
}

/// Writes small things in one line each, and leaves out what is not set.
fn compact(text: &str) -> String {
    let unset = [
        "key_strindex: 0,",
        "schema_url: \"\",",
        "dropped_attributes_count: 0,",
        "dropped_events_count: 0,",
        "dropped_links_count: 0,",
        "exemplars: [],",
        "metadata: [],",
        "entity_refs: [],",
        "description: \"\",",
        "trace_state: \"\",",
        "attributes: [],",
        "flags: 0,",
        "links: [],",
    ];
    let lines = text.lines().filter(|line| !unset.contains(&line.trim()));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    joined(&text)
        .replace(", value: Some( AnyValue { value: Some( ", " = ")
        .replace(", ), ), }, ), },", ")")
        .replace("    ", " ")
}

/// Joins the lines of what is small.
fn joined(text: &str) -> String {
    let small = [
        "KeyValue {",
        "NumberDataPoint {",
        "ValueAtQuantile {",
        "bucket_counts: [",
        "trace_id: [",
        "span_id: [",
        "parent_span_id: [",
    ];
    let mut out = String::new();
    let mut inside: Option<usize> = None;
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        match inside {
            None if small.contains(&line.trim()) => {
                inside = Some(depth);
                out.push_str(line);
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
            Some(start) => {
                out.push(' ');
                out.push_str(line.trim());
                if depth == start {
                    inside = None;
                    out.push('\n');
                }
            }
        }
    }
    out
}

#[test]
fn intervals_are_counters_and_exponential_histograms() {
    let run = context("run-1").run;
    let batch = IntervalBatch::new(run, vec![interval("home", 0)]);
    insta::assert_snapshot!("intervals", shown(&Batch::Intervals(batch)));
}

#[test]
fn failures_are_log_records_and_traced_iterations_are_spans() {
    let mut events = vec![event(7), failed_event(8, "connect", "refused\nby \"shop\"")];
    events.extend(trace());
    insta::assert_snapshot!("events", shown(&Batch::Events(event_batch(events))));
}

#[test]
fn what_happens_once_is_a_log_record() {
    let run = context("run-1").run;
    let batch = LifecycleBatch::new(run.clone(), lifecycle());
    insta::assert_snapshot!("lifecycle", shown(&Batch::Lifecycle(batch)));
    let batch = MessageBatch::new(run, vec![message(7)]);
    insta::assert_snapshot!("message", shown(&Batch::Messages(batch)));
}

#[test]
fn last_records_are_metrics_and_a_verdict() {
    let batch = final_batch(final_records());
    insta::assert_snapshot!("final", shown(&Batch::Final(batch)));
}

#[test]
fn a_signal_that_is_not_wanted_is_not_sent() {
    let only = Encoder {
        signals: vec![Signal::Metrics],
        ..encoder()
    };
    let batch = Batch::Final(final_batch(final_records()));
    let requests = only.requests(
        &batch,
        &Totals::default(),
        &mut Changes::default(),
        WallTime::default(),
    );
    let signals: Vec<Signal> = requests.iter().map(|request| request.signal).collect();
    assert_eq!(signals, [Signal::Metrics]);
}

#[test]
fn a_message_that_nests_without_end_is_cut_to_text() {
    let mut value = serde_json::Value::from(1);
    for _ in 0..100 {
        value = serde_json::json!([value]);
    }
    let mut deep = message(1);
    deep.fields.insert("deep".to_owned(), value);
    let batch = MessageBatch::new(context("run-1").run, vec![deep]);
    let request = requests(&Batch::Messages(batch)).remove(0);
    ExportLogsServiceRequest::decode(request.body.as_slice()).unwrap();
}

proptest! {
    /// Any text is there as it was, wherever it stands, and no name occurs twice.
    #[test]
    fn any_text_survives(name in ".{0,40}", tag in ".{1,20}", value in ".{0,40}", error in "(?s).{0,200}") {
        let context = context("run-1");
        let mut one = interval(&name, 0);
        one.tags = Tags::from([
            (tag.clone(), value.clone()),
            ("squall.stage".to_owned(), "mine".to_owned()),
        ]);
        let run = RunRecord { tags: one.tags.clone(), ..(*context.run).clone() };
        let batch = Batch::Intervals(IntervalBatch::new(run.into(), vec![one]));
        let request = requests(&batch).remove(0);
        let request = ExportMetricsServiceRequest::decode(request.body.as_slice()).unwrap();
        let resource = request.resource_metrics[0].resource.as_ref().unwrap();
        prop_assert_eq!(text(&resource.attributes, &tag), Some(value.as_str()));
        let metric = &request.resource_metrics[0].scope_metrics[0].metrics[0];
        let Some(opentelemetry_proto::tonic::metrics::v1::metric::Data::Sum(sum)) = &metric.data else {
            panic!("a counter");
        };
        let attributes = &sum.data_points[0].attributes;
        prop_assert_eq!(text(attributes, "squall.operation"), Some(name.as_str()));
        prop_assert_eq!(text(attributes, "squall.stage"), Some("Browse"));
        prop_assert_eq!(text(attributes, "squall.tag.squall.stage"), Some("mine"));
        prop_assert_eq!(text(attributes, &tag), Some(value.as_str()));

        let failed = failed_event(1, &name, &error);
        let request = requests(&Batch::Events(event_batch(vec![failed]))).remove(0);
        let request = ExportLogsServiceRequest::decode(request.body.as_slice()).unwrap();
        let record = &request.resource_logs[0].scope_logs[0].log_records[0];
        let body = record.body.as_ref().unwrap().value.clone();
        prop_assert_eq!(body, Some(Any::StringValue(error)));
        prop_assert_eq!(text(&record.attributes, "error.type"), Some(name.as_str()));
    }
}
