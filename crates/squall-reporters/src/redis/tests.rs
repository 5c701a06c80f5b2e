//! The commands of `redis`, and what a real server keeps of them.

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use squall_report::{Batch, Event, EventBatch, FinalRecords, Reporter, ReporterError, WallTime};
use squall_testkit::servers::{self, PASSWORD};
use tempfile::TempDir;

use super::config::{self, TARGET};
use super::encode;
use crate::backend::Backend;
use crate::payload;
use crate::sample::{
    HOSTILE, context, error, event, event_batch, failed_event, final_batch, whole_run,
};
use crate::{BuildContext, build};

#[derive(Debug)]
struct Server {
    server: servers::Redis,
    folder: TempDir,
}

impl Backend for Server {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> Value {
        settings(&self.server, "pipeline")
    }

    fn refuse(&mut self) {
        self.server.stop();
    }

    fn events(&self) -> Option<usize> {
        Some(self.server.query("SCARD events").parse().unwrap())
    }

    fn runs(&self) -> Option<usize> {
        Some(
            members(&self.server, "metrics_runs")
                .iter()
                .filter(|record| record["what"] == "run")
                .count(),
        )
    }
}

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Some(Box::new(Server {
        server: servers::redis()?,
        folder: tempfile::tempdir().unwrap(),
    }))
}

fn settings(server: &servers::Redis, way: &str) -> Value {
    json!({
        "host": format!("127.0.0.1:{}", server.port()),
        "password": PASSWORD,
        "channel_type": way,
    })
}

fn made(settings: &Value) -> Box<dyn Reporter> {
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    let built = build("redis", settings.as_object().unwrap(), &context);
    built.unwrap().reporter
}

fn opened(server: &servers::Redis, way: &str) -> Box<dyn Reporter> {
    let mut reporter = made(&settings(server, way));
    reporter.open().unwrap();
    reporter
}

fn connection(server: &servers::Redis) -> redis::Connection {
    let client = redis::Client::open(server.url()).unwrap();
    client.get_connection().unwrap()
}

fn parsed(texts: &[String]) -> Vec<Value> {
    let values = texts.iter().map(|text| serde_json::from_str(text));
    values.collect::<Result<_, _>>().unwrap()
}

fn members(server: &servers::Redis, set: &str) -> Vec<Value> {
    let mut asked = redis::cmd("SMEMBERS");
    let texts: Vec<String> = asked.arg(set).query(&mut connection(server)).unwrap();
    parsed(&texts)
}

/// Entries of a stream: the field `record` of each, in order.
fn entries(server: &servers::Redis, stream: &str) -> Vec<Value> {
    type Entry = (String, std::collections::HashMap<String, String>);
    let mut asked = redis::cmd("XRANGE");
    asked.arg(stream).arg("-").arg("+");
    let entries: Vec<Entry> = asked.query(&mut connection(server)).unwrap();
    let records = entries.into_iter().map(|(_, mut fields)| {
        assert!(fields.contains_key("run") && fields.contains_key("kind"));
        fields.remove("record").unwrap()
    });
    parsed(&records.collect::<Vec<_>>())
}

const EXPECTED: [(&str, usize); 11] = [
    ("events", 2345),
    ("events_messages", 7),
    ("streams", 60),
    ("metrics_runs", 5),
    ("metrics", 4),
    ("metrics_metrics", 2),
    ("metrics_custom", 1),
    ("metrics_errors", 1),
    ("system_metrics_session", 1),
    ("system_metrics_stage", 2),
    ("metrics_thresholds", 1),
];

fn deliver(reporter: &mut dyn Reporter, batches: &[Batch]) {
    for batch in batches {
        let delivered = reporter.send(batch).unwrap();
        assert_eq!((delivered.records, delivered.refused), (batch.len(), None));
    }
}

#[test]
fn every_kind_of_record_as_json() {
    let mut texts = String::new();
    for batch in whole_run("run-1", 2).iter().rev() {
        let payloads = payload::encode(batch).unwrap();
        let few = match batch {
            Batch::Final(_) | Batch::Lifecycle(_) => payloads.len(),
            _ => 1,
        };
        for payload in payloads.iter().take(few) {
            let [key, text] = [payload.key, payload.text].map(String::from_utf8_lossy);
            writeln!(texts, "{} {key}\n{text}", payload.kind.as_str()).unwrap();
        }
    }
    insta::assert_snapshot!("records", texts);
}

#[test]
fn the_commands_of_each_way() {
    let batch = Batch::Events(event_batch(vec![event(1)]));
    let payloads = payload::encode(&batch).unwrap();
    let mut texts = String::new();
    for way in ["pipeline", "stream", "channel"] {
        let written = json!({"channel_type": way});
        let context = BuildContext {
            base_dir: "/nowhere".into(),
            events: true,
            intervals: true,
        };
        let settings = config::settings(written.as_object().unwrap(), &context).unwrap();
        let pipeline = if way == "pipeline" {
            encode::sets(&payloads, &settings)
        } else {
            let mark = encode::mark(&payloads, &settings, "run-1");
            encode::transaction(&payloads, &settings, "run-1", &mark, &["old".to_owned()])
        };
        let bytes = pipeline.get_packed_pipeline();
        texts += &String::from_utf8(bytes).unwrap().replace("\r\n", " ");
        texts += "\n";
    }
    insta::assert_snapshot!("commands", texts);
}

#[test]
fn sets_have_each_record_once_also_when_it_comes_twice() {
    let Some(server) = servers::redis() else {
        return;
    };
    let mut reporter = opened(&server, "pipeline");
    let batches = whole_run("run-1", 2345);
    deliver(reporter.as_mut(), &batches);
    deliver(reporter.as_mut(), &batches);
    reporter.close().unwrap();
    for (name, count) in EXPECTED {
        assert_eq!(members(&server, name).len(), count, "{name}");
    }
    assert!(
        members(&server, "events")
            .iter()
            .all(|event| { event["run"] == "run-1" && event["tags"] == json!({"team": "shop"}) })
    );
    assert!(
        members(&server, "metrics")
            .iter()
            .all(|metric| metric["run"] == "run-1")
    );
    let tags = json!({"team": "shop", "tier": "1"});
    assert!(
        members(&server, "streams")
            .iter()
            .all(|interval| interval["tags"] == tags)
    );
}

#[test]
fn streams_have_each_record_once_in_order_also_when_an_answer_was_lost() {
    let Some(server) = servers::redis() else {
        return;
    };
    let mut reporter = opened(&server, "stream");
    for batch in whole_run("run-1", 2345) {
        deliver(reporter.as_mut(), std::slice::from_ref(&batch));
        // This is what follows when the server took it and the answer was lost; also for a later process.
        deliver(opened(&server, "stream").as_mut(), &[batch]);
    }
    reporter.close().unwrap();
    for (name, count) in EXPECTED {
        assert_eq!(entries(&server, name).len(), count, "{name}");
    }
    let ids: Vec<String> = entries(&server, "events")
        .iter()
        .map(|event| event["id"].to_string())
        .collect();
    assert!(ids.is_sorted());
    assert_eq!(server.query("KEYS events_taken:*"), "");
}

#[test]
fn streams_keep_as_many_entries_as_is_said() {
    let Some(server) = servers::redis() else {
        return;
    };
    let mut settings = settings(&server, "stream");
    settings["stream_maxlen"] = json!(100);
    let mut reporter = made(&settings);
    reporter.open().unwrap();
    deliver(reporter.as_mut(), &whole_run("run-1", 2345));
    let kept = entries(&server, "events").len();
    assert!((100..300).contains(&kept), "{kept}");
}

#[test]
fn channels_publish_every_record() {
    let Some(server) = servers::redis() else {
        return;
    };
    let mut connection = connection(&server);
    let mut channels = connection.as_pubsub();
    channels.psubscribe("*").unwrap();
    let publisher = {
        let mut reporter = opened(&server, "channel");
        std::thread::spawn(move || deliver(reporter.as_mut(), &whole_run("run-1", 2345)))
    };
    let mut counts = std::collections::HashMap::new();
    for _ in 0..EXPECTED.iter().map(|(_, count)| count).sum() {
        let message = channels.get_message().unwrap();
        serde_json::from_slice::<Value>(message.get_payload_bytes()).unwrap();
        *counts
            .entry(message.get_channel_name().to_owned())
            .or_insert(0) += 1;
    }
    publisher.join().unwrap();
    for (name, count) in EXPECTED {
        assert_eq!(counts[name], count, "{name}");
    }
}

#[test]
fn hostile_names_are_read_back_as_they_were() {
    let Some(server) = servers::redis() else {
        return;
    };
    let long = "x".repeat(10_000);
    for way in ["pipeline", "stream"] {
        server.query("FLUSHALL");
        let names = HOSTILE.into_iter().chain([long.as_str()]);
        let errors = names.clone().map(|name| error(name, name, name));
        let batch = final_batch(FinalRecords {
            errors: errors.collect(),
            ..FinalRecords::default()
        });
        deliver(opened(&server, way).as_mut(), &[Batch::Final(batch)]);
        let read = match way {
            "stream" => entries(&server, "metrics_errors"),
            _ => members(&server, "metrics_errors"),
        };
        assert_eq!(read.len(), HOSTILE.len() + 1);
        for name in names {
            assert!(
                read.iter().any(|error| error["error_message"] == name),
                "{name:?}"
            );
        }
    }
}

#[test]
fn a_server_that_dies_and_returns_has_everything_once() {
    let Some(server) = servers::redis() else {
        return;
    };
    for way in ["pipeline", "stream"] {
        server.query("FLUSHALL");
        let mut reporter = opened(&server, way);
        let batches = whole_run("run-1", 2345);
        for (index, batch) in batches.iter().enumerate() {
            if index == 5 {
                server.kill();
                let error = reporter.send(batch).unwrap_err();
                assert!(
                    matches!(error, ReporterError::Temporary { .. }),
                    "{error:?}"
                );
                server.start();
            }
            deliver(reporter.as_mut(), std::slice::from_ref(batch));
        }
        for (name, count) in EXPECTED {
            let found = match way {
                "stream" => entries(&server, name).len(),
                _ => members(&server, name).len(),
            };
            assert_eq!(found, count, "{way} {name}");
        }
    }
}

fn refusal(settings: &Value) -> ReporterError {
    made(settings).open().unwrap_err()
}

#[test]
fn what_cannot_work_is_said_before_the_load() {
    let Some(server) = servers::redis() else {
        return;
    };
    let mut wrong = settings(&server, "pipeline");
    wrong["password"] = json!("hunter2");
    let mut none = settings(&server, "pipeline");
    none["password"] = Value::Null;
    let mut database = settings(&server, "pipeline");
    database["database"] = json!(4711);
    server.query("SET metrics_errors 1");
    let other = settings(&server, "stream");
    for (settings, hint) in [
        (wrong, "check `username` and `password`"),
        (none, "check `username` and `password`"),
        (database, "check `database`"),
        (other, "has a string named `metrics_errors`, not a stream"),
    ] {
        let error = refusal(&settings);
        assert!(
            matches!(error, ReporterError::Permanent { .. }),
            "{error:?}"
        );
        let text = error.describe();
        assert!(text.contains(hint) && !text.contains("hunter2"), "{text}");
        assert!(
            text.contains(&format!("127.0.0.1:{}", server.port())),
            "{text}"
        );
    }
}

#[test]
fn nobody_there_and_nobody_who_answers_may_pass() {
    let Some(server) = servers::redis() else {
        return;
    };
    server.stop();
    let error = refusal(&settings(&server, "pipeline"));
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
}

#[test]
fn targets_are_urls_or_hosts() {
    let read = |text: &str| (TARGET.read)(text).map(Value::Object);
    assert_eq!(read("cache:7000"), Ok(json!({"host": "cache:7000"})));
    assert_eq!(
        read("redis://u:p%40ss@cache:7000/3?channel_type=stream&stream_maxlen=9"),
        Ok(json!({
            "host": "cache:7000", "username": "u", "password": "p@ss", "channel_type": "stream",
            "stream_maxlen": 9, "database": 3,
        }))
    );
    assert_eq!(
        read("rediss://:p@[::1]"),
        Ok(json!({"host": "[::1]", "password": "p", "secure": true}))
    );
    for (text, problem) in [
        ("", "must be redis://"),
        ("http://cache", "begins with `http://`"),
        ("redis:///1", "has no host"),
        ("redis://cache/one", "database `one`"),
    ] {
        let found = read(text).unwrap_err();
        assert!(found.contains(problem), "{found}");
    }
}

#[test]
fn settings_that_do_not_fit_together_are_wrong() {
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    let settings = json!({"host": "redis://cache", "username": "u", "ca": "ca.pem", "stream_maxlen": 0, "channel_type": "list"});
    let error = build("redis", settings.as_object().unwrap(), &context).unwrap_err();
    insta::assert_snapshot!("wrong_settings", error);
}

proptest! {
    #[test]
    fn any_text_survives(class: String, message: String) {
        let batch = event_batch(vec![failed_event(1, &class, &message), event(2)]);
        let expected: Vec<_> = batch.iter().collect();
        let payloads = payload::encode(&Batch::Events(batch.clone())).unwrap();
        for (payload, expected) in payloads.iter().zip(expected) {
            let mut read: Event<'_> = serde_json::from_slice(payload.text).unwrap();
            read.tags = std::borrow::Cow::default();
            prop_assert_eq!(read, expected);
        }
    }
}

/// Sends a million events and says how fast: `cargo test --release … -- --ignored --nocapture how_fast`.
#[test]
#[ignore = "measures"]
#[expect(clippy::print_stdout, reason = "what it is for")]
fn how_fast() {
    let Some(server) = servers::redis() else {
        return;
    };
    for way in ["pipeline", "stream", "channel"] {
        server.query("FLUSHALL");
        let mut reporter = opened(&server, way);
        let context = context("run-1");
        let mut spent_ns = 0;
        for batch in 0..40 {
            let events = (batch * 5000..(batch + 1) * 5000).map(event).collect();
            let batch = Batch::Events(EventBatch::new(context.run.clone(), &context.names, events));
            let start = WallTime::now();
            reporter.send(&batch).unwrap();
            spent_ns += WallTime::now().unix_ns() - start.unix_ns();
        }
        let rate = 200e9 / spent_ns as f64 * 1e3;
        println!("redis {way}: {rate:.0} events/s");
    }
}
