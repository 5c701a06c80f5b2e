//! The documents of `mongodb`, and what a real server has of them.

use std::fmt::Write;
use std::path::Path;

use bson::{Bson, Document, doc};
use mongodb::Client;
use mongodb::bson;
use proptest::prelude::*;
use serde_json::{Value, json};
use squall_report::{
    Batch, EventBatch, FinalRecords, MessageBatch, MessageRecord, Reporter, ReporterError, WallTime,
};
use squall_testkit::servers::{self, USER};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::config::TARGET;
use super::encode;
use crate::backend::Backend;
use crate::payload::Kind;
use crate::sample::{
    HOSTILE, context, error, event, event_batch, failed_event, final_batch, message, whole_run,
};
use crate::{BuildContext, build};

#[derive(Debug)]
struct Server {
    server: servers::Ferretdb,
    folder: TempDir,
}

impl Backend for Server {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> Value {
        settings(&self.server)
    }

    fn refuse(&mut self) {
        self.server.stop();
    }

    fn events(&self) -> Option<usize> {
        Some(Reader::of(&self.server).all("events").len())
    }

    fn runs(&self) -> Option<usize> {
        let runs = Reader::of(&self.server).all("metrics_runs");
        let ended = runs
            .iter()
            .filter(|one| one.get_str("what").is_ok_and(|what| what == "run"));
        Some(ended.count())
    }
}

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Some(Box::new(Server {
        server: servers::ferretdb_without_users()?,
        folder: tempfile::tempdir().unwrap(),
    }))
}

fn settings(server: &servers::Ferretdb) -> Value {
    json!({
        "host": format!("127.0.0.1:{}", server.port()),
        "database": USER,
    })
}

fn made(settings: &Value) -> Box<dyn Reporter> {
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    let built = build("mongodb", settings.as_object().unwrap(), &context);
    built.unwrap().reporter
}

fn opened(server: &servers::Ferretdb) -> Box<dyn Reporter> {
    let mut reporter = made(&settings(server));
    reporter.open().unwrap();
    reporter
}

/// Reads with the official client.
struct Reader {
    client: Client,
    runtime: Runtime,
}

impl Reader {
    fn of(server: &servers::Ferretdb) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!(
            "mongodb://127.0.0.1:{}/?directConnection=true",
            server.port()
        );
        let client = runtime.block_on(Client::with_uri_str(url)).unwrap();
        Self { client, runtime }
    }

    fn all(&self, collection: &str) -> Vec<Document> {
        let collection = self
            .client
            .database(USER)
            .collection::<Document>(collection);
        self.runtime.block_on(async {
            let mut cursor = collection.find(doc! {}).await.unwrap();
            let mut found = Vec::new();
            while cursor.advance().await.unwrap() {
                found.push(cursor.deserialize_current().unwrap());
            }
            found
        })
    }
}

const EXPECTED: [(&str, usize); 11] = [
    ("events", 2345),
    ("events_messages", 7),
    ("streams", 60),
    ("metrics_runs", 5),
    ("metrics", 4),
    ("metrics_common", 2),
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
fn every_kind_of_record_as_a_document() {
    let mut texts = String::new();
    for batch in whole_run("run-1", 2).iter().rev() {
        let few = match batch {
            Batch::Final(_) | Batch::Lifecycle(_) => usize::MAX,
            _ => 1,
        };
        for (kind, documents) in encode::documents(batch).unwrap().iter() {
            for document in documents.iter().take(few) {
                let document: Document = document.try_into().unwrap();
                let text = document.to_string();
                writeln!(texts, "{}\n{text}", kind.as_str()).unwrap();
            }
        }
    }
    insta::assert_snapshot!("documents", texts);
}

#[test]
fn collections_have_each_record_once_also_when_it_comes_twice() {
    let Some(server) = servers::ferretdb_without_users() else {
        return;
    };
    let mut reporter = opened(&server);
    let batches = whole_run("run-1", 2345);
    deliver(reporter.as_mut(), &batches);
    deliver(reporter.as_mut(), &batches);
    reporter.close().unwrap();
    let reader = Reader::of(&server);
    for (name, count) in EXPECTED {
        let found = reader.all(name);
        assert_eq!(found.len(), count, "{name}");
        for one in &found {
            assert_eq!(one.get_str("run").unwrap(), "run-1");
            let team = bson::bson!({"name": "team", "value": "shop"});
            assert!(one.get_array("tags").unwrap().contains(&team), "{one}");
        }
    }
    let event = &reader.all("events")[0];
    assert!(
        matches!(event.get("time"), Some(Bson::DateTime(_))),
        "{event}"
    );
    assert!(matches!(
        event.get("status"),
        Some(Bson::Int32(_) | Bson::Int64(_))
    ));
    // What the server has in its file, without any client.
    assert_eq!(server.documents("events").lines().count(), 2345);
}

#[test]
fn a_server_that_dies_and_returns_has_everything_once() {
    let Some(server) = servers::ferretdb_without_users() else {
        return;
    };
    let mut reporter = opened(&server);
    for (index, batch) in whole_run("run-1", 2345).iter().enumerate() {
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
    let reader = Reader::of(&server);
    for (name, count) in EXPECTED {
        assert_eq!(reader.all(name).len(), count, "{name}");
    }
}

#[test]
fn hostile_names_are_read_back_as_they_were() {
    let Some(server) = servers::ferretdb_without_users() else {
        return;
    };
    let long = "x".repeat(10_000);
    let names = HOSTILE.into_iter().chain([long.as_str()]);
    let errors = names.clone().map(|name| error(name, name, name));
    let batch = final_batch(FinalRecords {
        errors: errors.collect(),
        ..FinalRecords::default()
    });
    let fields = names
        .clone()
        .map(|name| (name.to_owned(), json!({ name: name })));
    let record = MessageRecord {
        fields: fields.collect(),
        ..message(1)
    };
    let messages = MessageBatch::new(context("run-1").run, vec![record]);
    let mut reporter = opened(&server);
    deliver(
        reporter.as_mut(),
        &[Batch::Final(batch), Batch::Messages(messages)],
    );
    let reader = Reader::of(&server);
    let found = reader.all("metrics_errors");
    for name in names.clone() {
        assert!(
            found
                .iter()
                .any(|error| error.get_str("error_message").unwrap() == name),
            "{name:?}"
        );
    }
    let message = &reader.all("events_messages")[0];
    let fields = message.get_document("fields").unwrap();
    assert_eq!(fields.len(), names.count());
    let dots = fields
        .get_document("key%2Ewith%2Edots and %24dollars %2541")
        .unwrap();
    assert_eq!(
        dots.values().next(),
        Some(&Bson::from("key.with.dots and $dollars %41"))
    );
}

#[test]
fn what_cannot_work_is_said_before_the_load() {
    let Some(server) = servers::ferretdb() else {
        return;
    };
    let mut wrong = settings(&server);
    (wrong["username"], wrong["password"]) = (json!(USER), json!("hunter2"));
    let nobody = settings(&server);
    for settings in [wrong, nobody] {
        let error = made(&settings).open().unwrap_err();
        assert!(
            matches!(error, ReporterError::Permanent { .. }),
            "{error:?}"
        );
        let text = error.describe();
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("mongodb at `127.0.0.1:"), "{text}");
    }
    server.stop();
    let error = made(&settings(&server)).open().unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
}

#[test]
fn targets_are_urls_or_hosts() {
    let read = |text: &str| (TARGET.read)(text).map(Value::Object);
    assert_eq!(read("db:1"), Ok(json!({"host": "db:1"})));
    assert_eq!(
        read(
            "mongodb://u:p%2F@a:1,b:2/load?authSource=admin&replicaSet=rs0&tls=true&batch_records=9"
        ),
        Ok(json!({
            "host": ["a:1", "b:2"], "username": "u", "password": "p/", "auth_source": "admin",
            "replica_set": "rs0", "secure": true, "batch_records": 9, "database": "load",
        }))
    );
    for (text, problem) in [
        ("", "must be mongodb://"),
        ("http://a", "begins with `http://`"),
        ("mongodb+srv://a", "asks DNS"),
    ] {
        let found = read(text).unwrap_err();
        assert!(found.contains(problem), "{found}");
    }
}

#[test]
fn settings_that_cannot_work_are_wrong() {
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    let settings = json!({"host": ["a:b"], "database": "a.b", "events_collection": "$e", "username": "u", "ca": "ca.pem"});
    let error = build("mongodb", settings.as_object().unwrap(), &context).unwrap_err();
    insta::assert_snapshot!("wrong_settings", error);
}

proptest! {
    #[test]
    fn any_text_survives(class: String, message: String) {
        let batch = event_batch(vec![failed_event(1, &class, &message), event(2)]);
        let documents = encode::documents(&Batch::Events(batch)).unwrap();
        let (kind, documents) = documents.iter().next().unwrap();
        prop_assert_eq!((kind, documents.len()), (Kind::Event, 2));
        let document: Document = documents[0].as_ref().try_into().unwrap();
        let error = document.get_document("error").unwrap();
        prop_assert_eq!(error.get_str("class").unwrap(), class);
        prop_assert_eq!(error.get_str("message").unwrap(), message);
    }
}

/// Says how fast events arrive: `cargo test --release … -- --ignored --nocapture how_fast`.
#[test]
#[ignore = "measures"]
#[expect(clippy::print_stdout, reason = "what it is for")]
fn how_fast() {
    let Some(server) = servers::ferretdb_without_users() else {
        return;
    };
    let mut reporter = opened(&server);
    let context = context("run-1");
    let (mut spent_ns, mut encoding_ns) = (0, 0);
    for batch in 0..20 {
        let events = (batch * 5000..(batch + 1) * 5000).map(event).collect();
        let batch = Batch::Events(EventBatch::new(context.run.clone(), &context.names, events));
        let start = WallTime::now();
        encode::documents(&batch).unwrap();
        let middle = WallTime::now();
        encoding_ns += middle.unix_ns() - start.unix_ns();
        reporter.send(&batch).unwrap();
        spent_ns += WallTime::now().unix_ns() - middle.unix_ns();
    }
    let rate = |ns: i64| 100e9 / ns as f64 * 1e3;
    println!(
        "mongodb: {:.0} events/s, encoding alone {:.0}",
        rate(spent_ns),
        rate(encoding_ns)
    );
}
