//! The bytes of `json`.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use squall_report::{
    Batch, Event, EventKind, FinalRecords, Group, IntervalBatch, LifecycleBatch, MetricRecord,
};

use super::encode;
use crate::BuildContext;
use crate::backend::{Backend, Folder};
use crate::sample::{
    common, context, error, event, event_batch, failed_event, final_batch, final_records, interval,
    lifecycle, metric,
};

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Folder::start(
        json!({"events_filepath": "out/events.json", "metrics_filepath": "out/metrics.json", "streams_filepath": "out/streams.json", "system_metrics_filepath": "out/system.json", "overwrite": false}),
        |folder| json_lines(&folder.join("events.json")),
        documents,
    )
}

fn json_lines(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap();
    let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    lines.expect("every line is JSON").len()
}

fn documents(folder: &Path) -> usize {
    let mut found = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if name.starts_with("metrics") && !name.contains("runs") {
            let text = fs::read(&path).unwrap();
            serde_json::from_slice::<Value>(&text).expect("the document is JSON");
            found += 1;
        }
    }
    found
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn events_are_one_object_per_line() {
    let batch = event_batch(vec![
        event(1),
        failed_event(2, "connect", "refused\nby \"shop\""),
    ]);
    let lines = text(encode::events(&batch).unwrap());
    assert_eq!(lines.lines().count(), 2);
    insta::assert_snapshot!("events", lines);
}

#[test]
fn metrics_are_one_object_with_an_entry_per_series() {
    let batch = final_batch(final_records());
    insta::assert_snapshot!("metrics", text(encode::metrics(&batch).unwrap()));
}

#[test]
fn every_second_of_a_series_is_one_object_per_line() {
    let batch = IntervalBatch::new(
        context("run-1").run,
        vec![interval("home", 0), interval("buy", 1)],
    );
    let lines = text(encode::intervals(&batch).unwrap());
    assert_eq!(lines.lines().count(), 2);
    insta::assert_snapshot!("streams", lines);
}

#[test]
fn what_the_generator_used_is_one_object_with_the_run_and_its_stages() {
    let batch = final_batch(final_records());
    insta::assert_snapshot!("system_metrics", text(encode::system(&batch).unwrap()));
}

#[test]
fn what_happened_to_the_run_is_a_line_each_and_at_last_its_verdict() {
    let begun = LifecycleBatch::new(context("run-1").run, lifecycle());
    let batch = final_batch(final_records());
    let lines = [
        text(encode::lifecycle(&begun).unwrap()),
        text(encode::verdict(&batch).unwrap()),
    ]
    .concat();
    assert_eq!(lines.lines().count(), 5);
    insta::assert_snapshot!("metrics_runs", lines);
}

#[test]
fn series_that_differ_in_kind_or_tags_keep_their_own_entries() {
    let mut records = FinalRecords::default();
    for (kind, tier) in [
        (EventKind::Operation, None),
        (EventKind::Transaction, None),
        (EventKind::Operation, Some("1")),
        (EventKind::Operation, Some("2")),
    ] {
        let mut record = common("home");
        record.kind = kind;
        let tags = tier.map(|tier| ("tier".to_owned(), tier.to_owned()));
        record.tags = tags.into_iter().collect();
        records.common.push(record);
    }
    let document: Value =
        serde_json::from_slice(&encode::metrics(&final_batch(records)).unwrap()).unwrap();
    let keys: Vec<_> = document.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "Browse.home",
            "Browse.Browse.home",
            "Browse.Browse.home{tier=1}",
            "Browse.Browse.home{tier=2}"
        ]
    );
}

#[test]
fn last_records_that_come_twice_are_written_once() {
    let backend = backend().unwrap();
    let settings = backend.settings();
    let context = BuildContext {
        base_dir: backend.folder().to_owned(),
        events: true,
        intervals: true,
    };
    let mut reporter =
        (super::REGISTRATION.build)(settings.as_object().unwrap(), &context).unwrap();
    reporter.open().unwrap();
    let batch = Batch::Final(final_batch(final_records()));
    reporter.send(&batch).unwrap();
    reporter.send(&batch).unwrap();
    reporter.close().unwrap();
    assert_eq!(backend.runs(), Some(1));
}

#[test]
fn a_run_without_operations_is_an_empty_object() {
    let batch = final_batch(FinalRecords::default());
    assert_eq!(text(encode::metrics(&batch).unwrap()), "{}\n");
}

#[test]
fn series_that_share_a_name_keep_their_own_entries() {
    let mut records = FinalRecords::default();
    for (stage, scenario, name) in [
        ("Browse", "a", "home"),
        ("Browse", "b", "home"),
        ("Browse", "b", "b.home"),
        ("Browse.b", "c", "home"),
    ] {
        let mut record = common(name);
        (record.stage, record.scenario) = (stage.to_owned(), scenario.to_owned());
        records.common.push(record);
    }
    let document: Value =
        serde_json::from_slice(&encode::metrics(&final_batch(records)).unwrap()).unwrap();
    let keys: Vec<_> = document.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "Browse.home",
            "Browse.b.home",
            "Browse.b.b.home",
            "Browse.b.c.home"
        ]
    );
}

proptest! {
    #[test]
    fn any_text_survives_in_an_event(class: String, message: String) {
        let batch = event_batch(vec![failed_event(1, &class, &message), event(2)]);
        let lines = text(encode::events(&batch).unwrap());
        // Only `\n` separates: other line ends of Unicode may stand inside a JSON text.
        let read: Vec<Event<'_>> = lines
            .split_terminator('\n')
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        prop_assert_eq!(read, batch.iter().collect::<Vec<_>>());
    }

    #[test]
    fn any_text_survives_in_the_metrics(name: String, class: String, message: String) {
        let record = MetricRecord { name: name.clone(), ..metric("home", Group::Reading) };
        let batch = final_batch(FinalRecords {
            metrics: vec![record.clone()],
            errors: vec![error(&name, &class, &message)],
            ..FinalRecords::default()
        });
        let document: Value = serde_json::from_slice(&encode::metrics(&batch).unwrap()).unwrap();
        let entry = &document[format!("Browse.{name}")];
        prop_assert_eq!(&entry["errors"][0]["class"], &Value::String(class));
        prop_assert_eq!(&entry["errors"][0]["message"], &Value::String(message));
        let read: MetricRecord = serde_json::from_value(entry["groups"]["reading"].clone()).unwrap();
        prop_assert_eq!(read, record);
    }
}
