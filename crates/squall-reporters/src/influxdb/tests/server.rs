//! A real InfluxDB.

use std::path::Path;

use serde_json::{Value, json};
use squall_report::{
    Batch, EventBatch, IntervalBatch, NameTable, RawEvent, ReporterError, SeriesName, Tags,
};
use squall_testkit::servers::{self, Influxdb};
use tempfile::TempDir;

use super::built;
use super::lines::all_kinds;
use crate::backend::Backend;
use crate::sample::{context, event, every_kind_of_event, final_batch, final_records, interval};

/// What everything hostile is named.
const HOSTILE: &str = "a\"b\\c,d=e {f} # \u{e9}\u{1F600}\t'--;";

struct Server {
    server: Influxdb,
    folder: TempDir,
}

pub(in super::super) fn backend() -> Option<Box<dyn Backend>> {
    let server = servers::influxdb()?;
    let folder = tempfile::tempdir().unwrap();
    Some(Box::new(Server { server, folder }))
}

fn settings_of(server: &Influxdb) -> Value {
    json!({"host": server.url(), "token": server.token(), "bucket": server.bucket()})
}

/// Returns the series of an answer: name, tags and rows.
fn series(server: &Influxdb, query: &str) -> Vec<Value> {
    let answer: Value = serde_json::from_str(&server.query(query)).unwrap();
    let series = answer["results"][0]["series"].as_array();
    series.cloned().unwrap_or_default()
}

/// Adds the second column of an answer.
fn sum(server: &Influxdb, query: &str) -> u64 {
    let series = series(server, query);
    let rows = series
        .iter()
        .flat_map(|one| one["values"].as_array().unwrap());
    rows.map(|row| row[1].as_u64().unwrap()).sum()
}

impl Backend for Server {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> Value {
        settings_of(&self.server)
    }

    fn refuse(&mut self) {
        self.server.kill();
    }

    fn events(&self) -> Option<usize> {
        let count = sum(
            &self.server,
            "SELECT count(\"id\") FROM /.*/ WHERE \"record\" = 'event'",
        );
        usize::try_from(count).ok()
    }

    fn runs(&self) -> Option<usize> {
        let runs = series(
            &self.server,
            "SELECT \"verdict\" FROM \"squall_runs\" GROUP BY \"run\"",
        );
        Some(runs.len())
    }
}

fn events(name: &str, events: Vec<RawEvent>) -> Batch {
    let names = NameTable::new(vec![
        SeriesName::new("Browse", "Browse", name),
        SeriesName::new("Browse", HOSTILE, "buy"),
        SeriesName::new("Browse", "Browse", "pay")
            .with_tags(Tags::from([("tier".to_owned(), HOSTILE.to_owned())])),
    ]);
    Batch::Events(EventBatch::new(context("run-1").run, &names, events))
}

#[test]
fn everything_is_there_once_although_the_server_restarts_in_the_middle() {
    let Some(server) = servers::influxdb() else {
        return;
    };
    let mut reporter = built(&settings_of(&server));
    reporter.open().unwrap();
    let mut deliver = |batch: &Batch| {
        let delivered = reporter.send(batch)?;
        assert_eq!((delivered.records, delivered.refused), (batch.len(), None));
        Ok::<_, ReporterError>(())
    };
    let (mut sent, nul) = (0, format!("{HOSTILE}\0"));
    for count in [1_000, 1, 344, 1_000] {
        let batch = events(&nul, (sent..sent + count).map(event).collect());
        if sent == 1_001 {
            server.stop();
            for _ in 0..2 {
                let error = deliver(&batch).unwrap_err();
                assert!(matches!(error, ReporterError::Temporary { .. }), "{error}");
            }
            server.start();
        }
        deliver(&batch).unwrap();
        // What comes a second time, because its answer was lost, takes its own place.
        deliver(&batch).unwrap();
        sent += count;
    }
    deliver(&events("home", every_kind_of_event())).unwrap();
    for batch in all_kinds() {
        deliver(&batch).unwrap();
    }
    deliver(&Batch::Final(final_batch(final_records()))).unwrap();
    check_counts(&server, &nul);
}

fn check_counts(server: &Influxdb, name: &str) {
    let count = |field: &str, record: &str| {
        let query = format!("SELECT count(\"{field}\") FROM /.*/ WHERE \"record\" = '{record}'");
        sum(server, &query)
    };
    assert_eq!(count("id", "event"), 2_345 + 3);
    assert_eq!(count("completed", "interval"), 10);
    assert_eq!(count("user", "message"), 30);
    let lives = sum(server, "SELECT count(\"status\") FROM \"squall_lifecycle\"");
    assert_eq!(lives, 4);
    assert_eq!(count("count", "metric"), 4);
    assert_eq!(count("total", "common"), 2);
    assert_eq!(count("error_count", "error"), 1);
    assert_eq!(count("value", "custom"), 1);
    assert_eq!(count("limit", "threshold"), 1);
    assert_eq!(count("count", "system"), 3);
    let names = series(server, "SHOW MEASUREMENTS");
    let names = names[0]["values"].as_array().unwrap();
    assert!(names.iter().any(|row| row[0] == *name), "{names:?}");
    let tiers = series(server, "SELECT \"id\" FROM \"pay\" GROUP BY \"tier\"");
    assert_eq!(tiers[0]["tags"]["tier"], HOSTILE);
}

#[test]
fn points_that_do_not_fit_are_counted_and_the_others_are_there() {
    let Some(server) = servers::influxdb() else {
        return;
    };
    let mut reporter = built(&settings_of(&server));
    reporter.open().unwrap();
    let run = context("run-1").run;
    let mut messages: Vec<_> = (0..4).map(crate::sample::message).collect();
    // The first one decides what `total` is.
    for one in [1, 3] {
        messages[one]
            .fields
            .insert("total".to_owned(), json!("much"));
    }
    let batch = squall_report::MessageBatch::new(run.clone(), messages);
    let delivered = reporter.send(&Batch::Messages(batch)).unwrap();
    assert_eq!(delivered.records, 2);
    let why = delivered.refused.unwrap();
    assert!(why.contains("field type conflict"), "{why}");
    let after = Batch::Intervals(IntervalBatch::new(run, vec![interval("home", 1)]));
    assert_eq!(reporter.send(&after).unwrap().records, 1);
    assert_eq!(
        sum(
            &server,
            "SELECT count(\"user\") FROM /.*/ WHERE \"record\" = 'message'"
        ),
        2
    );
}

#[test]
fn what_must_be_changed_is_an_error_before_the_load() {
    let Some(server) = servers::influxdb() else {
        return;
    };
    let check = |changes: &Value, expected: &str| {
        let mut settings = settings_of(&server);
        for (name, value) in changes.as_object().unwrap() {
            settings[name] = value.clone();
        }
        let error = built(&settings).open().unwrap_err();
        assert!(matches!(error, ReporterError::Permanent { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains(expected) && text.contains(&server.url()),
            "{text}"
        );
        assert!(!text.contains("wrong-password"), "{text}");
    };
    check(&json!({"token": "squall:wrong-password"}), "or the token");
    check(&json!({"bucket": "nowhere"}), "is there a bucket `nowhere`");
    check(
        &json!({"streams_bucket": "elsewhere"}),
        "is there a bucket `elsewhere`",
    );
}
