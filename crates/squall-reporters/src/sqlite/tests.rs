//! `sqlite` with a file.

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use squall_report::{Batch, Reporter, ReporterError};

use super::{REGISTRATION, config};
use crate::BuildContext;
use crate::backend::{Backend, Folder};
use crate::sample::{event_batch, failed_event, final_batch, final_records};
use crate::sql::tests::{HOSTILE, counts, everything, hostile_batch, some_events};

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Folder::start(
        json!({"path": "out/results.db"}),
        |folder| number(folder, "SELECT count(*) FROM events"),
        |folder| {
            number(
                folder,
                "SELECT count(*) FROM metrics_runs WHERE verdict IS NOT NULL",
            )
        },
    )
}

fn number(folder: &Path, query: &str) -> usize {
    let count: i64 = open(folder).query_row(query, [], |row| row.get(0)).unwrap();
    usize::try_from(count).unwrap()
}

fn open(folder: &Path) -> Connection {
    Connection::open(folder.join("results.db")).unwrap()
}

fn reporter(folder: &Path) -> Box<dyn Reporter> {
    let context = BuildContext {
        base_dir: folder.to_owned(),
        events: true,
        intervals: true,
    };
    config::build(&Map::new(), &context).unwrap()
}

fn sent(folder: &Path, batches: &[Batch]) {
    let mut reporter = reporter(folder);
    reporter.open().unwrap();
    for batch in batches {
        assert_eq!(reporter.send(batch).unwrap().records, batch.len());
    }
    reporter.close().unwrap();
}

/// Returns the rows of a table as text, a line per value.
fn listed(folder: &Path, query: &str) -> String {
    let connection = open(folder);
    let mut statement = connection.prepare(query).unwrap();
    let names: Vec<String> = statement
        .column_names()
        .into_iter()
        .map(Into::into)
        .collect();
    let mut rows = statement.query([]).unwrap();
    let mut text = String::new();
    while let Some(row) = rows.next().unwrap() {
        for (index, name) in names.iter().enumerate() {
            let value = row.get_ref(index).unwrap();
            if let rusqlite::types::ValueRef::Text(bytes) = value {
                let value = std::str::from_utf8(bytes).unwrap();
                writeln!(text, "{name} = {value:?}").unwrap();
            } else {
                writeln!(text, "{name} = {value:?}").unwrap();
            }
        }
        text.push('\n');
    }
    text
}

#[test]
fn rows_are_as_they_are_documented() {
    let folder = tempfile::tempdir().unwrap();
    let mut batches = everything(0);
    batches.push(Batch::Events(event_batch(some_events())));
    sent(folder.path(), &batches);
    for (table, _) in counts(0) {
        let query = format!("SELECT * FROM {table} ORDER BY rowid LIMIT 2");
        insta::assert_snapshot!(table, listed(folder.path(), &query));
    }
}

#[test]
fn all_that_was_sent_is_there_once_even_when_it_comes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let batches = everything(2_345);
    for _ in 0..2 {
        sent(folder.path(), &batches);
        for (table, rows) in counts(2_345) {
            let count = number(folder.path(), &format!("SELECT count(*) FROM {table}"));
            assert_eq!(count as u64, rows, "{table}");
        }
    }
}

#[test]
fn a_late_beginning_takes_no_verdict_away() {
    let folder = tempfile::tempdir().unwrap();
    let batches = everything(1);
    sent(folder.path(), &batches);
    sent(folder.path(), &batches[..1]);
    let verdict = "SELECT count(*) FROM metrics_runs WHERE verdict = 'passed'";
    assert_eq!(number(folder.path(), verdict), 1);
}

#[test]
fn the_file_can_be_read_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = reporter(folder.path());
    writer.open().unwrap();
    let reader = open(folder.path());
    let count = || -> i64 {
        let query = "SELECT count(*) FROM events";
        reader.query_row(query, [], |row| row.get(0)).unwrap()
    };
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(), 0);
    let batch = Batch::Events(event_batch(some_events()));
    // The reader's transaction is open: it keeps what it sees, and does not hold the writer.
    writer.send(&batch).unwrap();
    assert_eq!(count(), 0);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(), 5);
}

#[test]
fn a_file_of_an_older_schema_gets_what_it_lacks_and_keeps_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let old = open(folder.path());
    old.execute_batch(
        "CREATE TABLE squall_schema (table_name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL);
         INSERT INTO squall_schema VALUES ('events', 0);
         CREATE TABLE events (id TEXT NOT NULL, name TEXT, stage TEXT, time TEXT NOT NULL, succeeded INTEGER, run TEXT NOT NULL,
           note TEXT, PRIMARY KEY (id, time, run));
         INSERT INTO events VALUES ('1', 'home', 'Browse', '2026-01-01T00:00:00.000000Z', 1, 'run-0', 'kept');",
    )
    .unwrap();
    drop(old);
    sent(folder.path(), &everything(3));
    let old = "SELECT count(*) FROM events WHERE note = 'kept' AND tags IS NULL";
    assert_eq!(number(folder.path(), old), 1);
    let new = "SELECT count(*) FROM events WHERE note IS NULL AND tags IS NOT NULL";
    assert_eq!(number(folder.path(), new), 3);
    let version = "SELECT version FROM squall_schema WHERE table_name = 'events'";
    assert_eq!(number(folder.path(), version), 1);
}

fn refusal(folder: &Path) -> String {
    let error = reporter(folder).open().unwrap_err();
    assert!(
        matches!(error, ReporterError::Permanent { .. }),
        "{error:?}"
    );
    error.describe().replace(&folder.display().to_string(), "…")
}

#[test]
fn what_is_in_the_way_is_a_permanent_error() {
    let newer = tempfile::tempdir().unwrap();
    sent(newer.path(), &[]);
    open(newer.path())
        .execute_batch("UPDATE squall_schema SET version = 99")
        .unwrap();
    let other = tempfile::tempdir().unwrap();
    open(other.path())
        .execute_batch("CREATE TABLE events (id INTEGER PRIMARY KEY, name TEXT)")
        .unwrap();
    let garbage = tempfile::tempdir().unwrap();
    std::fs::write(garbage.path().join("results.db"), "x".repeat(5_000)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("results.db")).unwrap();
    let texts = [&newer, &other, &garbage, &folder].map(|folder| refusal(folder.path()));
    insta::assert_snapshot!("in_the_way", texts.join("\n"));
}

#[test]
fn hostile_names_are_read_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    sent(folder.path(), &[hostile_batch()]);
    let connection = open(folder.path());
    for name in HOSTILE {
        let query = "SELECT count(*) FROM metrics_errors WHERE name = ?1 AND error_class = ?1 AND error_message = ?1";
        let count: i64 = connection
            .query_row(query, [name], |row| row.get(0))
            .unwrap();
        assert_eq!(count, 1, "{name:?}");
    }
}

#[test]
fn a_target_is_a_file() {
    let read = REGISTRATION.target.read;
    assert_eq!(
        Value::from(read("out/run.db").unwrap()),
        json!({"path": "out/run.db"})
    );
    assert!(read("").unwrap_err().contains("results.db"));
    assert!(read("sqlite:///x.db").unwrap_err().contains("is a URL"));
}

#[test]
fn wrong_settings_are_named() {
    let context = BuildContext {
        base_dir: "/x".into(),
        events: true,
        intervals: true,
    };
    let settings = json!({"path": null, "events_table": "Metrics_errors", "streams_table": "squall_schema", "system_metrics_table": ""});
    let error = config::build(settings.as_object().unwrap(), &context).unwrap_err();
    insta::assert_snapshot!("wrong_settings", error.to_string());
}

#[test]
fn tables_of_what_does_not_come_are_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let context = BuildContext {
        base_dir: folder.path().to_owned(),
        events: false,
        intervals: false,
    };
    let mut reporter = config::build(&Map::new(), &context).unwrap();
    reporter.open().unwrap();
    let batch = Batch::Final(final_batch(final_records()));
    reporter.send(&batch).unwrap();
    let tables = "SELECT count(*) FROM sqlite_master WHERE name IN ('events', 'streams')";
    assert_eq!(number(folder.path(), tables), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_survives(class: String, message: String) {
        let folder = tempfile::tempdir().unwrap();
        sent(folder.path(), &[Batch::Events(event_batch(vec![failed_event(1, &class, &message)]))]);
        let query = "SELECT error_class, error_message FROM events";
        let read: (String, String) = open(folder.path()).query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        prop_assert_eq!(read, (class, message));
    }
}
