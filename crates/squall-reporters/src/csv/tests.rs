//! The bytes of `csv`.

use std::collections::HashSet;
use std::path::Path;
use std::slice::from_ref;

use ::csv::{ReaderBuilder, StringRecord, WriterBuilder};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;
use squall_report::{ErrorRecord, Group, IntervalBatch, MetricRecord};

use super::encode;
use crate::backend::{Backend, Folder};
use crate::sample::{
    common, context, error, event, event_batch, failed_event, final_batch, final_records, interval,
    metric,
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

fn table(columns: &[&str], rows: Vec<u8>) -> String {
    let mut text = encode::header(columns);
    text.extend(rows);
    String::from_utf8(text).unwrap()
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
    let text = table(encode::EVENT_COLUMNS, encode::events(&batch).unwrap());
    assert_eq!(parsed(&text).1.len(), 2);
    insta::assert_snapshot!("events", text);
}

#[test]
fn the_end_of_a_run_is_a_table_for_each_kind() {
    let batch = final_batch(final_records());
    let metrics = encode::metrics(batch.metrics(), "run-1").unwrap();
    let common = encode::common(batch.common(), "run-1").unwrap();
    let errors = encode::errors(batch.errors(), "run-1").unwrap();
    insta::assert_snapshot!("metrics", table(encode::METRIC_COLUMNS, metrics));
    insta::assert_snapshot!("metrics_shared", table(encode::COMMON_COLUMNS, common));
    insta::assert_snapshot!("metrics_errors", table(encode::ERROR_COLUMNS, errors));
    let custom = encode::custom(batch.custom(), "run-1").unwrap();
    insta::assert_snapshot!("metrics_custom", table(encode::CUSTOM_COLUMNS, custom));
    let system = encode::system(batch.system(), "run-1").unwrap();
    insta::assert_snapshot!("system_metrics", table(encode::SYSTEM_COLUMNS, system));
}

#[test]
fn every_second_of_a_series_is_a_row() {
    let batch = IntervalBatch::new(
        context("run-1").run,
        vec![interval("home", 0), interval("buy, or not", 1)],
    );
    let text = table(encode::INTERVAL_COLUMNS, encode::intervals(&batch).unwrap());
    assert_eq!(parsed(&text).1.len(), 2);
    insta::assert_snapshot!("streams", text);
}

#[test]
fn lines_end_as_rfc_4180_says() {
    let rows = encode::events(&event_batch(vec![event(1)])).unwrap();
    let text = table(encode::EVENT_COLUMNS, rows);
    assert_eq!(text.matches("\r\n").count(), 2);
    assert_eq!(text.matches('\n').count(), 2);
}

/// The columns that the `csv` crate derives of a record, and the run.
fn derived_columns(record: impl Serialize) -> Vec<String> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.serialize(record).unwrap();
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let header = text.lines().next().unwrap();
    header
        .split(',')
        .chain(["run"])
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_columns_are_the_fields_of_the_records() {
    assert_eq!(
        encode::METRIC_COLUMNS,
        derived_columns(metric("a", Group::Total))
    );
    assert_eq!(encode::COMMON_COLUMNS, derived_columns(common("a")));
    assert_eq!(encode::ERROR_COLUMNS, derived_columns(error("a", "b", "c")));
}

#[test]
fn event_columns_are_the_fields_of_the_event_with_the_error_in_two() {
    let batch = event_batch(vec![event(1)]);
    let object = serde_json::to_value(batch.iter().next().unwrap()).unwrap();
    let mut fields: Vec<_> = object.as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields.pop().as_deref(), Some("error"));
    fields.extend(["error_class".to_owned(), "error_message".to_owned()]);
    assert_eq!(encode::EVENT_COLUMNS, fields);
}

proptest! {
    #[test]
    fn any_text_survives_in_an_event(class: String, message: String) {
        let batch = event_batch(vec![failed_event(1, &class, &message), event(2)]);
        let (header, rows) = parsed(&table(encode::EVENT_COLUMNS, encode::events(&batch).unwrap()));
        prop_assert_eq!(rows.len(), 2);
        let column = |name| header.iter().position(|c| c == name).unwrap();
        prop_assert_eq!(&rows[0][column("error_class")], class);
        prop_assert_eq!(&rows[0][column("error_message")], message);
        prop_assert_eq!(&rows[1][column("error_message")], "");
        prop_assert_eq!(&rows[1][column("started_s")], "1.00025");
    }

    #[test]
    fn any_text_survives_in_the_last_records(name: String, message: String, run: String) {
        let record = MetricRecord { name: name.clone(), ..metric("home", Group::Reading) };
        let text = table(encode::METRIC_COLUMNS, encode::metrics(from_ref(&record), &run).unwrap());
        let (header, rows) = parsed(&text);
        prop_assert_eq!(rows[0].deserialize::<MetricRecord>(Some(&header)).unwrap(), record);
        prop_assert_eq!(&rows[0][header.len() - 1], run.as_str());

        let record = ErrorRecord { name, ..error("home", "check", &message) };
        let text = table(encode::ERROR_COLUMNS, encode::errors(from_ref(&record), &run).unwrap());
        let (header, rows) = parsed(&text);
        prop_assert_eq!(rows[0].deserialize::<ErrorRecord>(Some(&header)).unwrap(), record);
    }
}
