//! Text, OpenMetrics, protobuf and remote writes, as bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use prost::Message as _;
use squall_report::{EventKind, RunRecord, Tags};

use super::super::collect::points;
use super::super::encode::{Format, Native, state as encode};
use super::super::labels::Labels;
use super::super::messages::{client::MetricFamily, write::WriteRequest};
use super::super::remote::{self, Written};
use super::super::state::{Points, State};
use super::*;
use crate::sample::{event, failed_event};

fn empty() -> State {
    State::new([1_000_000, 2_500_000, 10_000_000].into())
}

fn staged(state: &State, batch: &Batch) -> Points {
    points(batch, state, &BTreeMap::new())
}

fn fixed() -> Arc<RunRecord> {
    context("run-1").run
}

fn everything() -> State {
    let mut state = empty();
    let run = fixed();
    let mut pay = second(&run, "pay", 0);
    pay.kind = EventKind::Transaction;
    let mut check = event(3);
    (check.kind, check.check) = (EventKind::Check, Some("status is 200".into()));
    let batches = [
        lives(&run),
        seconds(&run, &["home"], 0, 2),
        Batch::Intervals(IntervalBatch::new(run.clone(), vec![pay])),
        events(
            &run,
            "home",
            vec![event(1), failed_event(2, "connect", "refused"), check],
        ),
        messages(&run, 2),
        last(&run),
    ];
    for batch in &batches {
        let points = staged(&state, batch);
        state.commit(points);
    }
    state
}

fn text(state: &State, format: Format) -> String {
    String::from_utf8(encode(state, "", format)).unwrap()
}

#[test]
fn everything_is_told_as_text() {
    insta::assert_snapshot!("text", text(&everything(), Format::Text));
}

#[test]
fn everything_is_told_as_openmetrics() {
    let text = text(&everything(), Format::OpenMetrics);
    assert!(text.ends_with("\n# EOF\n"));
    assert!(
        text.contains("# TYPE squall_operations counter\nsquall_operations_total{"),
        "{text}"
    );
}

#[test]
fn protobuf_tells_what_text_tells_and_native_histograms() {
    let state = everything();
    let bytes = encode(&state, "load_", Format::Protobuf(Native::Told));
    let mut rest = bytes.as_slice();
    let mut families = Vec::new();
    while !rest.is_empty() {
        families.push(MetricFamily::decode_length_delimited(&mut rest).unwrap());
    }
    let series: usize = families.iter().map(|family| family.metric.len()).sum();
    assert_eq!(series, state.values.len());
    let times = families
        .iter()
        .find(|family| family.name == "load_squall_response_time_seconds");
    insta::assert_debug_snapshot!("protobuf_histogram", times.unwrap());
}

#[test]
fn a_remote_write_has_sorted_labels_and_a_sample_for_each_moment() {
    let state = empty();
    let run = fixed();
    let batch = seconds(&run, &["home"], 0, 2);
    let written = |native| Written {
        prefix: String::new(),
        job: "squall".to_owned(),
        native,
    };
    let points = staged(&state, &batch);
    let request = remote::request(&points, &state.bounds, &written(Native::LeftOut));
    let mut lines = String::new();
    for series in &request.timeseries {
        let names: Vec<&str> = series
            .labels
            .iter()
            .map(|label| label.name.as_str())
            .collect();
        assert!(names.is_sorted(), "{names:?}");
        let labels = series.labels.iter();
        let labels: Vec<String> = labels
            .map(|l| format!("{}={:?}", l.name, l.value))
            .collect();
        let samples = series.samples.iter();
        let samples: Vec<String> = samples
            .map(|s| format!("{}@{}", s.value, s.timestamp))
            .collect();
        writeln!(lines, "{} {}", labels.join(","), samples.join(" ")).unwrap();
    }
    insta::assert_snapshot!("remote_write", lines);
    let native = remote::request(&points, &state.bounds, &written(Native::Told));
    let times = native
        .timeseries
        .iter()
        .find(|series| !series.histograms.is_empty());
    insta::assert_debug_snapshot!("remote_write_native", times.unwrap().histograms[1]);
    let body = remote::body(&points, &state.bounds, &written(Native::LeftOut)).unwrap();
    let bytes = snap::raw::Decoder::new().decompress_vec(&body).unwrap();
    assert_eq!(WriteRequest::decode(bytes.as_slice()).unwrap(), request);
}

#[test]
fn what_was_not_committed_is_not_counted_and_what_was_undone_is_gone() {
    let run = fixed();
    let mut state = empty();
    let first = staged(&state, &seconds(&run, &["home"], 0, 1));
    state.commit(first);
    let before = text(&state, Format::Text);
    let again = staged(&state, &seconds(&run, &["home", "buy"], 1, 3));
    assert_eq!(text(&state, Format::Text), before);
    let undo = state.commit(again);
    let after = text(&state, Format::Text);
    assert!(
        after.contains("stage=\"Browse\",team=\"shop\",tier=\"1\"} 12\n"),
        "{after}"
    );
    state.undo(undo);
    assert_eq!(text(&state, Format::Text), before);
}

#[test]
fn messages_of_endless_types_are_counted_together() {
    let run = fixed();
    let mut state = empty();
    let records = (0..10_500).map(|number| {
        let mut record = message(number);
        record.message_type = format!("type {number}");
        record
    });
    let batch = Batch::Messages(MessageBatch::new(run.clone(), records.collect()));
    let points = staged(&state, &batch);
    state.commit(points);
    assert_eq!(state.values.len(), 10_001);
    let text = text(&state, Format::Text);
    assert!(text.contains("name=\"(other)\",run=\"run-1\",team=\"shop\"} 500\n"));
}

#[test]
fn tags_get_names_that_prometheus_takes() {
    let tags = [
        "a-b",
        "a.b",
        "le",
        "name",
        "__x",
        "",
        "9",
        "\u{e9}t\u{e9}",
        "plain",
    ];
    let tags: Tags = tags
        .iter()
        .map(|tag| ((*tag).to_owned(), "v".to_owned()))
        .collect();
    let mut record = (*fixed()).clone();
    record.tags = Tags::from([("plain".to_owned(), "of the run".to_owned())]);
    let labels = Labels::new(&[("stage", "s"), ("scenario", "")], &tags, &record);
    let names: Vec<&str> = labels.iter().map(|(name, _)| name).collect();
    let expected = [
        "_t_", "a_b", "a_b_2", "plain", "run", "stage", "tag_", "tag_9", "tag___x", "tag_le",
        "tag_name",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_server_gets_what_it_likes_best() {
    let check = |accept: &str, format| {
        assert_eq!(Format::accepted(accept, Native::Told), format, "{accept}");
    };
    check("", Format::Text);
    check("*/*", Format::Text);
    check("text/html, image/png;q=0.9", Format::Text);
    check(
        "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
        Format::OpenMetrics,
    );
    check(
        "application/openmetrics-text;version=2.0.0,text/plain;q=0.5",
        Format::Text,
    );
    check(
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8",
        Format::Protobuf(Native::Told),
    );
    check(
        "application/vnd.google.protobuf;proto=other;encoding=delimited,text/plain;q=0.1",
        Format::Text,
    );
}

/// Reads a line of the text format as Prometheus' documentation describes it.
fn read_labels(line: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut letters = line[line.find('{').unwrap() + 1..].chars();
    loop {
        let name: String = letters
            .by_ref()
            .take_while(|letter| *letter != '=')
            .collect();
        assert_eq!(letters.next(), Some('"'));
        let mut value = String::new();
        loop {
            match letters.next().unwrap() {
                '"' => break,
                '\\' => value.push(match letters.next().unwrap() {
                    'n' => '\n',
                    other => other,
                }),
                other => value.push(other),
            }
        }
        labels.insert(name, value);
        if letters.next() == Some('}') {
            return labels;
        }
    }
}

proptest! {
    #[test]
    fn any_text_survives_as_a_label(name: String, tag: String, value: String) {
        let run = fixed();
        let mut record = second(&run, &name, 0);
        record.tags = Tags::from([(tag, value.clone())]);
        let mut state = empty();
        let batch = Batch::Intervals(IntervalBatch::new(run, vec![record]));
        let points = staged(&state, &batch);
        state.commit(points);
        let text = text(&state, Format::Text);
        let line = text.split('\n').find(|line| line.starts_with("squall_bytes_sent_total{"));
        let labels = read_labels(line.unwrap());
        prop_assert_eq!(labels.get("name").map_or("", String::as_str), name);
        prop_assert!(value.is_empty() || labels.values().any(|found| *found == value));
        for line in text.split_terminator('\n').filter(|line| !line.starts_with('#')) {
            line.rsplit_once("} ").unwrap().1.parse::<f64>().unwrap();
        }
    }
}
