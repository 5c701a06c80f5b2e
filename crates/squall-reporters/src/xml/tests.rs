//! The elements of `xml`, its documents and its schema.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event as Token;
use serde_json::json;
use squall_report::{
    Batch, ErrorRecord, FinalRecords, IntervalBatch, LifecycleBatch, MessageBatch, Reporter,
    RunVerdict, Tags,
};

use super::encode::Xml;
use super::file::XmlFile;
use super::schema::schema;
use crate::BuildContext;
use crate::backend::{Backend, Folder};
use crate::files::columns::Row;
use crate::files::rows::{Errors, Events, Metrics, RunRow, Runs, Streams};
use crate::files::{Existing, Format, Growing};
use crate::sample::{
    context, error, event, event_batch, every_kind_of_event, failed_event, final_batch,
    final_records, interval, lifecycle, message,
};

const SETTING: &str = "events_filepath";

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Folder::start(
        json!({"events_filepath": "out/events.xml", "metrics_filepath": "out/metrics.xml", "streams_filepath": "out/streams.xml", "system_metrics_filepath": "out/system.xml", "overwrite": false}),
        |folder| values(&folder.join("events.xml"), "id").len(),
        |folder| {
            let runs = values(&folder.join("metrics.xml"), "run");
            runs.into_iter().collect::<HashSet<_>>().len()
        },
    )
}

/// Reads the text of every element of a name with a parser that is not ours.
fn values(path: &Path, name: &str) -> Vec<String> {
    values_of(&fs::read_to_string(path).unwrap(), name)
}

fn values_of(document: &str, name: &str) -> Vec<String> {
    let mut reader = Reader::from_str(document);
    let mut found = Vec::new();
    let mut open = None;
    loop {
        match reader.read_event().unwrap() {
            Token::Start(tag) if tag.name().as_ref() == name.as_bytes() => {
                open = Some(String::new());
            }
            Token::Text(text) => {
                if let Some(open) = &mut open {
                    open.push_str(&text.decode().unwrap());
                }
            }
            Token::GeneralRef(reference) => {
                if let Some(open) = &mut open {
                    open.push(referred(&reference));
                }
            }
            Token::End(tag) if tag.name().as_ref() == name.as_bytes() => found.extend(open.take()),
            Token::Eof => return found,
            _ => {}
        }
    }
}

fn referred(reference: &quick_xml::events::BytesRef<'_>) -> char {
    if let Some(found) = reference.resolve_char_ref().unwrap() {
        return found;
    }
    match &*reference.decode().unwrap() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        other => panic!("unknown reference {other}"),
    }
}

fn document<'b, R: Row>(rows: impl Iterator<Item = R::Of<'b>>) -> String {
    let text = [Xml::head::<R>(), Xml::rows::<R>(rows, 0), Xml::tail::<R>()].concat();
    String::from_utf8(text).unwrap()
}

#[test]
fn events_are_one_element_each() {
    let mut events = every_kind_of_event();
    events.push(failed_event(4, "connect", "refused\nby <shop> & \"co\"\0"));
    let batch = event_batch(events);
    insta::assert_snapshot!("events", document::<Events>(batch.iter()));
}

#[test]
fn intervals_and_last_records_are_one_element_each() {
    let intervals = [interval("home", 0)];
    insta::assert_snapshot!("streams", document::<Streams>(intervals.iter()));
    let batch = final_batch(final_records());
    let metrics = batch
        .metrics()
        .iter()
        .take(1)
        .map(|record| (record, "run-1"));
    insta::assert_snapshot!("metrics", document::<Metrics>(metrics));
    let begun = LifecycleBatch::new(context("run-1").run, lifecycle());
    let rows = RunRow::of_lifecycle(&begun).chain([RunRow::of_verdict(&batch)]);
    insta::assert_snapshot!("metrics_runs", document::<Runs>(rows));
}

#[test]
fn the_schema_is_made_of_the_columns() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/xml/squall.xsd");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(path, schema()).unwrap();
    }
    let shipped = fs::read_to_string(path).unwrap();
    assert!(
        shipped == schema(),
        "`squall.xsd` is not what the columns say: run this test with INSTA_UPDATE=always"
    );
}

/// Validates documents by the shipped schema with a program that is not ours; says so where there is none.
#[expect(clippy::print_stderr, reason = "a test that is skipped says why")]
fn validate(files: &[PathBuf]) -> bool {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/src/xml/squall.xsd");
    let mut command = Command::new("xmllint");
    let run = command
        .args(["--noout", "--huge", "--schema", schema])
        .args(files);
    let Ok(output) = run.output() else {
        eprintln!("skipped: there is no `xmllint` (Debian: libxml2-utils)");
        return false;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    true
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn made(folder: &Path, overwrite: bool) -> Box<dyn Reporter> {
    let settings = json!({"overwrite": overwrite});
    let context = BuildContext {
        base_dir: folder.to_owned(),
        events: true,
        intervals: true,
    };
    (super::REGISTRATION.build)(settings.as_object().unwrap(), &context).unwrap()
}

fn hostile() -> Vec<String> {
    let controls: String = (0..0x20).filter_map(char::from_u32).collect();
    vec![
        "</event></events><!-- ]]> --><?x?> &amp; &lt;\r\n".to_owned(),
        format!("{controls}\u{7f}\u{85}\u{2028}\u{fffe}\u{ffff}"),
        "🐌\u{1f468}\u{200d}\u{1f469} \"'".to_owned(),
        "x".repeat(10_000),
    ]
}

fn send_everything(reporter: &mut dyn Reporter) {
    let run = context("run-1").run;
    let mut events = every_kind_of_event();
    events.extend(hostile().iter().map(|text| failed_event(9, text, text)));
    let mut intervals = vec![interval("home", 0)];
    let mut records = final_records();
    for text in hostile() {
        let mut named = interval(&text, 1);
        named.tags = Tags::from([(text.clone(), text.clone())]);
        intervals.push(named);
        records.errors.push(error(&text, &text, &text));
        records.custom[0].value = f64::INFINITY;
    }
    records.verdict = Some(RunVerdict::Failed);
    records.reasons = hostile();
    let batches = [
        Batch::Lifecycle(LifecycleBatch::new(run.clone(), lifecycle())),
        Batch::Events(event_batch(events)),
        Batch::Messages(MessageBatch::new(run.clone(), vec![message(1)])),
        Batch::Intervals(IntervalBatch::new(run, intervals)),
        Batch::Events(event_batch(vec![event(5)])),
        Batch::Final(final_batch(records)),
    ];
    for batch in batches {
        reporter.send(&batch).unwrap();
    }
}

#[test]
fn every_file_validates_overwritten_appended_to_and_before_it_is_closed() {
    for overwrite in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        for run in 1..=2 {
            let mut reporter = made(folder.path(), overwrite);
            reporter.open().unwrap();
            if run == 1 && overwrite {
                let opened = files(folder.path());
                validate(&opened);
            }
            send_everything(reporter.as_mut());
            // Neither closed nor dropped: this is what a killed process leaves.
            std::mem::forget(reporter);
            let files = files(folder.path());
            assert_eq!(files.len(), 10, "{files:?}");
            if !validate(&files) {
                return;
            }
            let runs = if overwrite { 1 } else { run };
            let events = values(&folder.path().join("events.xml"), "id");
            assert_eq!(events.len(), 8 * runs);
        }
    }
}

#[test]
fn a_document_that_was_cut_anywhere_is_repaired_and_keeps_its_whole_elements() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.xml");
    let records = [error("a", "check", "x"), error("b", "check", "y")];
    let rows = |records: &[ErrorRecord]| {
        Xml::rows::<Errors>(records.iter().map(|record| (record, "run-1")), 0)
    };
    let head = Xml::head::<Errors>().len();
    let whole = document::<Errors>(records.iter().map(|record| (record, "run-1")));
    for cut in head..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let mut file = XmlFile::open::<Errors>(&path, SETTING, Existing::Keep).unwrap();
        file.append(&rows(&[error("c", "check", "z")])).unwrap();
        let names = values(&path, "name");
        let kept = whole[..cut].matches("</error>\n").count();
        let expected = [&["a", "b"][..kept], &["c"]].concat();
        assert_eq!(names, expected, "cut at {cut}");
        assert!(fs::read_to_string(&path).unwrap().ends_with("</errors>\n"));
    }
    // A write over the closing tag that broke off.
    fs::write(&path, whole.replace("</errors>\n", "<errors>\n")).unwrap();
    XmlFile::open::<Errors>(&path, SETTING, Existing::Keep).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), whole);
}

#[test]
fn what_is_taken_back_leaves_the_document_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("errors.xml");
    let row = |name| {
        let record = error(name, "check", "x");
        Xml::rows::<Errors>([(&record, "run-1")].into_iter(), 0)
    };
    let mut file = XmlFile::open::<Errors>(&path, SETTING, Existing::Replace).unwrap();
    file.append(&row("a")).unwrap();
    let before = fs::read_to_string(&path).unwrap();
    file.append(&row("b")).unwrap();
    file.undo().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    file.append(&row("c")).unwrap();
    assert_eq!(values(&path, "name"), ["a", "c"]);
}

#[test]
fn a_document_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.xml");
    for content in ["<html/>", "x", "<?xml version=\"1.0\"?><events/>"] {
        fs::write(&path, content).unwrap();
        let error = XmlFile::open::<Events>(&path, SETTING, Existing::Keep).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("it is no document of `events`"), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

/// What a reader finds of a text: what XML 1.0 cannot hold is replaced.
fn visible(text: &str) -> String {
    let chars = text.chars().map(|found| match found {
        '\t' | '\n' | '\r' => found,
        '\0'..'\u{20}' => char::from_u32(0x2400 + u32::from(found)).unwrap(),
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ => found,
    });
    chars.collect()
}

proptest! {
    #[test]
    fn any_text_survives(class: String, message: String) {
        let batch = event_batch(vec![failed_event(1, &class, &message), event(2)]);
        let text = document::<Events>(batch.iter());
        prop_assert_eq!(text.lines().count(), 5);
        let found = values_of(&text, "error_message");
        let expected: Vec<String> = [visible(&message)].into_iter().filter(|text| !text.is_empty()).collect();
        prop_assert_eq!(found, expected);
        let found = values_of(&text, "error_class");
        let expected: Vec<String> = [visible(&class)].into_iter().filter(|text| !text.is_empty()).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_run_without_records_is_documents_without_elements() {
    let batch = final_batch(FinalRecords::default());
    let text = document::<Metrics>(batch.metrics().iter().map(|record| (record, "run-1")));
    assert_eq!(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metrics version=\"1\">\n</metrics>\n"
    );
}
