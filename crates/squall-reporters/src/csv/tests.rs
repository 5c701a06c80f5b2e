//! The bytes of `csv`.

use std::collections::HashSet;
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;
use squall_report::{
    ErrorRecord, EventBatch, FinalRecords, Group, LifecycleBatch, MetricRecord, NameTable,
    RunVerdict, SeriesName, Tags,
};

use super::encode::Csv;
use crate::backend::{Backend, Folder};
use crate::files::Format;
use crate::files::columns::Row;
use crate::files::rows::{
    Common, Custom, Errors, Events, Messages, Metrics, RunRow, Runs, Streams, System, Thresholds,
};
use crate::sample::{
    common, context, error, event, event_batch, every_kind_of_event, failed_event, final_batch,
    final_records, interval, lifecycle, message, metric, system, threshold,
};

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Folder::start(
        json!({"events_filepath": "out/events.csv", "metrics_filepath": "out/metrics.csv", "streams_filepath": "out/streams.csv", "system_metrics_filepath": "out/system.csv", "overwrite": false}),
        |folder| csv_column(&folder.join("events.csv"), "id").len(),
        |folder| {
            let runs = csv_column(&folder.join("metrics.csv"), "run");
            runs.into_iter().collect::<HashSet<_>>().len()
        },
    )
}

fn csv_column(path: &Path, column: &str) -> Vec<String> {
    let mut reader = ::csv::Reader::from_path(path).unwrap();
    let index = reader.headers().unwrap().iter().position(|c| c == column);
    let index = index.expect("the column exists");
    let rows = reader.records().map(|row| row.expect("rows of one length"));
    rows.map(|row| row[index].to_owned()).collect()
}

fn table<'b, R: Row>(rows: impl Iterator<Item = R::Of<'b>>) -> String {
    let mut text = Csv::head::<R>();
    text.extend(Csv::rows::<R>(rows, 0));
    String::from_utf8(text).unwrap()
}

fn with_run<T>(records: &[T]) -> impl Iterator<Item = (&T, &str)> {
    records.iter().map(|record| (record, "run-1"))
}

/// Reads a table as strictly as RFC 4180 asks: every row has as many fields as the header.
fn parsed(text: &str) -> (StringRecord, Vec<StringRecord>) {
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    (header, reader.records().map(|row| row.unwrap()).collect())
}

#[test]
fn events_are_one_row_each() {
    let batch = event_batch(vec![
        event(1),
        failed_event(2, "connect", "refused\nby \"shop\", twice"),
    ]);
    let text = table::<Events>(batch.iter());
    assert_eq!(parsed(&text).1.len(), 2);
    insta::assert_snapshot!("events", text);
}

#[test]
fn transactions_checks_and_traces_have_their_columns() {
    let batch = event_batch(every_kind_of_event());
    insta::assert_snapshot!("events_of_every_kind", table::<Events>(batch.iter()));
}

#[test]
fn the_end_of_a_run_is_a_table_for_each_kind() {
    let batch = final_batch(final_records());
    let metrics = table::<Metrics>(with_run(batch.metrics()));
    insta::assert_snapshot!("metrics", metrics);
    let common = table::<Common>(with_run(batch.common()));
    insta::assert_snapshot!("metrics_shared", common);
    let errors = table::<Errors>(with_run(batch.errors()));
    insta::assert_snapshot!("metrics_errors", errors);
    let custom = table::<Custom>(with_run(batch.custom()));
    insta::assert_snapshot!("metrics_custom", custom);
    let thresholds = table::<Thresholds>(with_run(batch.thresholds()));
    insta::assert_snapshot!("metrics_thresholds", thresholds);
    let system = table::<System>(with_run(batch.system()));
    insta::assert_snapshot!("system_metrics", system);
}

#[test]
fn what_happened_to_the_run_is_a_table_that_ends_with_its_verdict() {
    let lifecycle = LifecycleBatch::new(context("run-1").run, lifecycle());
    let batch = final_batch(FinalRecords {
        verdict: Some(RunVerdict::Failed),
        reasons: vec!["p95 was 312.5 ms".to_owned(), "too slow".to_owned()],
        ..FinalRecords::default()
    });
    let rows = RunRow::of_lifecycle(&lifecycle).chain([RunRow::of_verdict(&batch)]);
    insta::assert_snapshot!("metrics_runs", table::<Runs>(rows));
}

#[test]
fn messages_keep_their_own_fields_as_json() {
    let messages = [message(1), message(2)];
    insta::assert_snapshot!("events_messages", table::<Messages>(messages.iter()));
}

#[test]
fn every_second_of_a_series_is_a_row() {
    let intervals = [interval("home", 0), interval("buy, or not", 1)];
    let text = table::<Streams>(intervals.iter());
    assert_eq!(parsed(&text).1.len(), 2);
    insta::assert_snapshot!("streams", text);
}

#[test]
fn lines_end_as_rfc_4180_says() {
    let batch = event_batch(vec![event(1)]);
    let text = table::<Events>(batch.iter());
    assert_eq!(text.matches("\r\n").count(), 2);
    assert_eq!(text.matches('\n').count(), 2);
}

/// The fields of a record, and the run that each row is from.
fn fields(record: impl Serialize) -> Vec<String> {
    let object = serde_json::to_value(record).unwrap();
    let fields = object.as_object().unwrap().keys().cloned();
    fields.chain(["run".to_owned()]).collect()
}

fn columns<R: Row>() -> Vec<&'static str> {
    R::COLUMNS.iter().map(|column| column.name).collect()
}

#[test]
fn the_columns_are_the_fields_of_the_records() {
    let tags = Tags::from([("tier".to_owned(), "1".to_owned())]);
    let mut metric = metric("a", Group::Total);
    metric.tags = tags.clone();
    let mut common = common("a");
    common.tags = tags;
    assert_eq!(columns::<Metrics>(), fields(metric));
    assert_eq!(columns::<Common>(), fields(common));
    assert_eq!(columns::<Errors>(), fields(error("a", "b", "c")));
    assert_eq!(columns::<System>(), fields(system("a", "b")));
    assert_eq!(columns::<Thresholds>(), fields(threshold()));
    assert_eq!(columns::<Custom>(), fields(&final_records().custom[0]));
    let mut message = fields(message(1));
    message.retain(|field| field != "kind");
    message.pop();
    assert_eq!(columns::<Messages>(), message);
}

#[test]
fn event_columns_are_the_fields_of_the_event_with_trace_and_error_in_parts() {
    let batch = event_batch(every_kind_of_event());
    let mut found = columns::<Events>();
    for (at, object, parts) in [
        (30, "error", &["error_class", "error_message"][..]),
        (27, "trace", &["trace_id", "span_id", "parent_id"]),
    ] {
        let of_it = at..at + parts.len();
        assert_eq!(&found[of_it.clone()], parts);
        found.splice(of_it, [object]);
    }
    let with_everything = batch.iter().last().unwrap();
    let mut fields = fields(with_everything);
    fields.pop();
    assert_eq!(found, fields);
}

proptest! {
    #[test]
    fn any_text_survives_in_an_event(class: String, message: String, tag: String) {
        let mut batch_context = context("run-1");
        let tags = Tags::from([(tag.clone(), message.clone())]);
        batch_context.names = NameTable::new(vec![
            SeriesName::new("Browse", "Browse", "home"),
            SeriesName::new("Browse", "Browse", "buy").with_tags(tags.clone()),
        ]);
        let events = vec![failed_event(1, &class, &message), event(2)];
        let batch = EventBatch::new(batch_context.run, &batch_context.names, events);
        let (header, rows) = parsed(&table::<Events>(batch.iter()));
        prop_assert_eq!(rows.len(), 2);
        let column = |name| header.iter().position(|c| c == name).unwrap();
        prop_assert_eq!(&rows[0][column("error_class")], class);
        prop_assert_eq!(&rows[0][column("error_message")], message);
        let read: Tags = serde_json::from_str(&rows[0][column("tags")]).unwrap();
        prop_assert_eq!(read, tags);
        prop_assert_eq!(&rows[1][column("error_message")], "");
        prop_assert_eq!(&rows[1][column("started_s")], "1.00025");
    }

    #[test]
    fn any_text_survives_in_the_last_records(name: String, message: String, run: String) {
        let record = MetricRecord { name: name.clone(), ..metric("home", Group::Reading) };
        let text = table::<Metrics>([(&record, run.as_str())].into_iter());
        let (header, rows) = parsed(&text);
        let column = |name| header.iter().position(|c| c == name).unwrap();
        prop_assert_eq!(&rows[0][column("name")], name.as_str());
        prop_assert_eq!(&rows[0][column("p99_9")], format!("{:?}", record.p99_9));
        prop_assert_eq!(&rows[0][header.len() - 1], run.as_str());

        let record = ErrorRecord { name, ..error("home", "check", &message) };
        let text = table::<Errors>([(&record, run.as_str())].into_iter());
        let (header, rows) = parsed(&text);
        prop_assert_eq!(rows[0].deserialize::<ErrorRecord>(Some(&header)).unwrap(), record);
    }
}
