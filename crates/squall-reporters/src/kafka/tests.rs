//! The messages of `kafka`, and what a real broker has of them.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use proptest::prelude::*;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedHeaders, Headers, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde_json::{Value, json};
use squall_report::{Batch, Event, EventBatch, FinalRecords, Reporter, ReporterError, WallTime};
use squall_testkit::servers;
use tempfile::TempDir;

use super::config::{self, TARGET};
use super::{encode, options};
use crate::backend::Backend;
use crate::payload::{self, Kind};
use crate::sample::{
    HOSTILE, context, error, event, event_batch, failed_event, final_batch, whole_run,
};
use crate::{BuildContext, build};

const PATIENCE: Duration = Duration::from_secs(20);

/// One broker for all tests that do not stop it: each has topics of its own.
static SHARED: OnceLock<Option<servers::Kafka>> = OnceLock::new();

fn shared() -> Option<&'static servers::Kafka> {
    SHARED.get_or_init(servers::kafka).as_ref()
}

#[derive(Debug)]
struct Broker {
    host: String,
    prefix: String,
    folder: TempDir,
}

impl Backend for Broker {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> Value {
        settings(&self.host, &self.prefix)
    }

    fn keeps_each_once(&self) -> bool {
        false
    }

    fn refuse(&mut self) {
        // A port where nobody listens.
        self.host = "127.0.0.1:1".to_owned();
    }

    fn events(&self) -> Option<usize> {
        Some(read(&self.host, &format!("{}events", self.prefix)).len())
    }

    fn runs(&self) -> Option<usize> {
        let runs = read(&self.host, &format!("{}metrics_runs", self.prefix));
        Some(runs.iter().filter(|one| one.kind == "run").count())
    }
}

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Some(Box::new(Broker {
        host: shared()?.bootstrap_server(),
        prefix: prefix(),
        folder: tempfile::tempdir().unwrap(),
    }))
}

fn prefix() -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("t{number}-")
}

fn settings(host: &str, prefix: &str) -> Value {
    json!({
        "host": host,
        "events_topic": format!("{prefix}events"),
        "metrics_topic": format!("{prefix}metrics"),
        "streams_topic": format!("{prefix}streams"),
        "system_metrics_topic": format!("{prefix}system_metrics"),
    })
}

fn at_nowhere() -> BuildContext {
    BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    }
}

fn made(settings: &Value) -> Box<dyn Reporter> {
    let built = build("kafka", settings.as_object().unwrap(), &at_nowhere());
    built.unwrap().reporter
}

fn opened(settings: &Value) -> Box<dyn Reporter> {
    let mut reporter = made(settings);
    reporter.open().unwrap();
    reporter
}

#[derive(Debug)]
struct Read {
    partition: i32,
    key: String,
    kind: String,
    run: String,
    record: Value,
}

fn header(headers: &BorrowedHeaders, name: &str) -> String {
    let found = headers.iter().find(|header| header.key == name).unwrap();
    String::from_utf8(found.value.unwrap().to_vec()).unwrap()
}

/// Reads a topic from its beginning to its end, in all partitions.
fn read(host: &str, topic: &str) -> Vec<Read> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", host)
        .set("group.id", "tests")
        .set("enable.auto.commit", "false")
        .set("fetch.wait.max.ms", "20")
        .create()
        .unwrap();
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).unwrap();
    let mut places = TopicPartitionList::new();
    let mut left = 0;
    for partition in metadata.topics()[0].partitions() {
        let number = partition.id();
        let (low, high) = consumer.fetch_watermarks(topic, number, PATIENCE).unwrap();
        left += high - low;
        places
            .add_partition_offset(topic, number, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&places).unwrap();
    let mut found = Vec::new();
    while left > 0 {
        let message = consumer.poll(PATIENCE).expect("a message in time").unwrap();
        let headers = message.headers().unwrap();
        assert_eq!(header(headers, encode::CONTENT_TYPE), "application/json");
        assert_eq!(header(headers, encode::VERSION), "1");
        found.push(Read {
            partition: message.partition(),
            key: message.key_view::<str>().unwrap().unwrap().to_owned(),
            kind: header(headers, encode::KIND),
            run: header(headers, encode::RUN),
            record: serde_json::from_slice(message.payload().unwrap()).unwrap(),
        });
        left -= 1;
    }
    found
}

const EXPECTED: [(&str, usize); 11] = [
    ("events", 2345),
    ("events_messages", 7),
    ("streams", 60),
    ("metrics_runs", 5),
    ("metrics", 4),
    ("metrics_shared", 2),
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
fn keys_headers_and_values() {
    let mut texts = String::new();
    for batch in [
        &whole_run("run-1", 2)[0],
        whole_run("run-1", 2).last().unwrap(),
    ] {
        for payload in payload::encode(batch).unwrap().iter() {
            let headers = encode::headers(payload.kind, "run-1");
            for header in headers.as_borrowed().iter() {
                let value = String::from_utf8_lossy(header.value.unwrap());
                writeln!(texts, "{}: {value}", header.key).unwrap();
            }
            let [key, text] = [payload.key, payload.text].map(String::from_utf8_lossy);
            writeln!(texts, "{key}\n{text}\n").unwrap();
        }
    }
    insta::assert_snapshot!("messages", texts);
}

#[test]
fn every_record_arrives_with_its_key_and_headers() {
    let Some(broker) = shared() else {
        return;
    };
    let (host, prefix) = (broker.bootstrap_server(), prefix());
    let mut reporter = opened(&settings(&host, &prefix));
    deliver(reporter.as_mut(), &whole_run("run-1", 2345));
    reporter.close().unwrap();
    for (name, count) in EXPECTED {
        let found = read(&host, &format!("{prefix}{name}"));
        assert_eq!(found.len(), count, "{name}");
        for one in &found {
            assert_eq!((one.run.as_str(), one.partition), ("run-1", 0));
            assert_eq!(one.record["run"], "run-1");
            assert_eq!(one.record["tags"]["team"], "shop");
        }
    }
    let events = read(&host, &format!("{prefix}events"));
    let ids: HashSet<String> = events
        .iter()
        .map(|one| one.record["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 2345);
    assert_eq!(events[0].key, r#"["run-1","Browse","Browse","buy"]"#);
    assert_eq!(events[0].kind, Kind::Event.as_str());
    assert_eq!(broker.count(&format!("{prefix}events")), 2345);
}

#[test]
fn each_compression_is_read_back_and_keys_choose_partitions() {
    let Some(broker) = shared() else {
        return;
    };
    let host = broker.bootstrap_server();
    for compression in [
        json!(null),
        json!("gzip"),
        json!("snappy"),
        json!("lz4"),
        json!("zstd"),
    ] {
        let prefix = prefix();
        let mut settings = settings(&host, &prefix);
        settings["compression_type"] = compression;
        settings["events_partition"] = Value::Null;
        settings["options"] = json!({"linger.ms": 20});
        deliver(opened(&settings).as_mut(), &whole_run("run-1", 500));
        let found = read(&host, &format!("{prefix}events"));
        assert_eq!(found.len(), 500);
        let places: HashSet<_> = found.iter().map(|one| (&one.key, one.partition)).collect();
        // Two series, each in one partition.
        assert_eq!(places.len(), 2);
    }
}

#[test]
fn hostile_names_are_read_back_as_they_were() {
    let Some(broker) = shared() else {
        return;
    };
    let (host, prefix) = (broker.bootstrap_server(), prefix());
    let long = "x".repeat(10_000);
    let names = HOSTILE.into_iter().chain([long.as_str()]);
    let errors = names.clone().map(|name| error(name, name, name));
    let batch = final_batch(FinalRecords {
        errors: errors.collect(),
        ..FinalRecords::default()
    });
    let mut reporter = opened(&settings(&host, &prefix));
    deliver(reporter.as_mut(), &[Batch::Final(batch)]);
    let found = read(&host, &format!("{prefix}metrics_errors"));
    let found: Vec<_> = found
        .iter()
        .map(|one| one.record["name"].as_str().unwrap())
        .collect();
    assert_eq!(found, names.collect::<Vec<_>>());
}

#[test]
fn what_is_too_large_is_refused_alone() {
    let Some(broker) = shared() else {
        return;
    };
    let (host, prefix) = (broker.bootstrap_server(), prefix());
    let mut reporter = opened(&settings(&host, &prefix));
    let huge = "x".repeat(2_000_000);
    let batch = event_batch(vec![event(1), failed_event(2, "connect", &huge), event(3)]);
    let delivered = reporter.send(&Batch::Events(batch)).unwrap();
    assert_eq!(delivered.records, 2);
    let why = delivered.refused.unwrap();
    assert!(
        why.contains("refused 1 messages") && why.contains("max.message.bytes"),
        "{why}"
    );
    assert_eq!(read(&host, &format!("{prefix}events")).len(), 2);
}

#[test]
fn a_broker_that_dies_and_returns_has_everything_once() {
    let Some(broker) = servers::kafka() else {
        return;
    };
    let host = broker.bootstrap_server();
    let mut reporter = opened(&settings(&host, ""));
    let batches = whole_run("run-1", 2345);
    for (index, batch) in batches.iter().enumerate() {
        if index == 5 {
            broker.kill();
            let error = reporter.send(batch).unwrap_err();
            assert!(
                matches!(error, ReporterError::Temporary { .. }),
                "{error:?}"
            );
            let text = error.to_string();
            assert!(
                text.contains(&format!("kafka at `{host}` does not take")),
                "{text}"
            );
            broker.start();
        }
        deliver(reporter.as_mut(), std::slice::from_ref(batch));
    }
    for (name, count) in EXPECTED {
        assert_eq!(read(&host, name).len(), count, "{name}");
    }
}

#[test]
fn a_broker_that_hangs_for_a_moment_costs_no_record_and_makes_no_second() {
    let Some(broker) = servers::kafka() else {
        return;
    };
    let host = broker.bootstrap_server();
    let mut reporter = opened(&settings(&host, ""));
    let batches = whole_run("run-1", 2345);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            broker.freeze();
            std::thread::sleep(Duration::from_secs(3));
            broker.thaw();
        });
        deliver(reporter.as_mut(), &batches);
    });
    for (name, count) in EXPECTED {
        assert_eq!(read(&host, name).len(), count, "{name}");
    }
}

#[test]
fn what_cannot_work_is_said_before_the_load() {
    let Some(broker) = shared() else {
        return;
    };
    let (host, prefix) = (broker.bootstrap_server(), prefix());
    let mut partition = settings(&host, &prefix);
    partition["streams_partition"] = json!(7);
    let error = made(&partition).open().unwrap_err();
    assert!(
        matches!(error, ReporterError::Permanent { .. }),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains(&format!("partition 7 of `{prefix}streams`, which has 2")),
        "{text}"
    );
    let mut nobody = settings("127.0.0.1:1", &prefix);
    nobody["timeout"] = json!(500);
    let error = made(&nobody).open().unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
}

#[test]
fn targets_are_urls_or_hosts() {
    let read = |text: &str| (TARGET.read)(text).map(Value::Object);
    assert_eq!(read("a:1, b"), Ok(json!({"host": ["a:1", "b"]})));
    assert_eq!(
        read(
            "kafkas://u:p%3A@a:1,b:2?events_topic=e&options.linger.ms=9&idempotent=false&events_partition=null"
        ),
        Ok(json!({
            "host": ["a:1", "b:2"], "username": "u", "password": "p:", "events_topic": "e",
            "options": {"linger.ms": "9"}, "idempotent": false, "events_partition": null, "secure": true,
        }))
    );
    for (text, problem) in [
        ("", "must be kafka://"),
        ("http://a", "begins with `http://`"),
        ("kafka://a/topic", "has a path"),
    ] {
        let found = read(text).unwrap_err();
        assert!(found.contains(problem), "{found}");
    }
}

#[test]
fn settings_that_cannot_work_are_wrong() {
    let settings = json!({
        "host": "a:b", "events_topic": "no spaces", "metrics_partition": 5_000_000_000_u64, "compression_type": "zip",
        "timeout": 0, "username": "u", "ca": "ca.pem",
        "options": {"linger": "1", "linger.ms": "soon", "client.id": "x", "ssl.key.password": "hunter2", "acks": "all"},
    });
    let error = build("kafka", settings.as_object().unwrap(), &at_nowhere()).unwrap_err();
    insta::assert_snapshot!("wrong_settings", error);
}

#[test]
fn properties_of_the_client() {
    let settings = json!({
        "host": ["a", "[::1]:1"], "username": "u", "password": "hunter2", "compression_type": "zstd",
        "options": {"linger.ms": 50},
    });
    let mut settings = config::settings(settings.as_object().unwrap(), &at_nowhere()).unwrap();
    // Asked for in a setting, only a build with OpenSSL has it.
    settings.access.secure = true;
    let client = options::client(&settings);
    if cfg!(feature = "kafka-tls") {
        client.create_native_config().unwrap();
    }
    insta::assert_debug_snapshot!("properties", client.config_map());
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

/// Says how fast events arrive: `cargo test --release … -- --ignored --nocapture how_fast`.
#[test]
#[ignore = "measures"]
#[expect(clippy::print_stdout, reason = "what it is for")]
fn how_fast() {
    let Some(broker) = shared() else {
        return;
    };
    for compression in [json!(null), json!("lz4"), json!("zstd")] {
        let mut settings = settings(&broker.bootstrap_server(), &prefix());
        settings["compression_type"] = compression.clone();
        let mut reporter = opened(&settings);
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
        println!("kafka {compression}: {rate:.0} events/s");
    }
}
