//! What a real PostgreSQL has afterwards.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use squall_report::{Batch, FinalRecords, Reporter, ReporterError};
use squall_testkit::servers::{self, PASSWORD, Postgres, USER};

use super::super::config;
use crate::BuildContext;
use crate::backend::Backend;
use crate::sample::{event_batch, failed_event, final_batch, message};
use crate::sql::tests::{HOSTILE, counts, everything, hostile_batch, some_events};

static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
static SCHEMAS: AtomicUsize = AtomicUsize::new(0);

/// Returns the server that all tests share.
pub(crate) fn shared() -> Option<&'static Postgres> {
    SERVER.get_or_init(servers::postgres).as_ref()
}

/// A schema of the shared server.
#[derive(Debug)]
pub(crate) struct Schema {
    server: &'static Postgres,
    name: String,
}

impl Schema {
    pub(crate) fn new(server: &'static Postgres) -> Self {
        let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
        Self {
            server,
            name: format!("Test \"{number}\""),
        }
    }

    pub(crate) fn query(&self, sql: &str) -> String {
        let schema = self.name.replace('"', "\"\"");
        self.server
            .query(&format!("set search_path = \"{schema}\"; {sql}"))
    }

    pub(crate) fn settings(&self) -> Value {
        let mut settings = settings(self.server.port());
        settings["schema"] = json!(self.name);
        settings
    }

    fn number(&self, sql: &str) -> usize {
        self.query(sql).parse().unwrap()
    }
}

impl Backend for Schema {
    fn folder(&self) -> &Path {
        Path::new("/nowhere")
    }

    fn settings(&self) -> Value {
        self.settings()
    }

    fn refuse(&mut self) {
        let schema = self.name.replace('"', "\"\"");
        self.server.query(&format!(
            "create schema \"{schema}\"; create table \"{schema}\".metrics (id integer)"
        ));
    }

    fn events(&self) -> Option<usize> {
        Some(self.number("select count(*) from events"))
    }

    fn runs(&self) -> Option<usize> {
        Some(self.number("select count(*) from metrics_runs where verdict is not null"))
    }
}

pub(in super::super) fn backend() -> Option<Box<dyn Backend>> {
    Some(Box::new(Schema::new(shared()?)))
}

fn settings(port: u16) -> Value {
    json!({"host": "127.0.0.1", "port": port, "database": USER, "username": USER, "password": PASSWORD})
}

fn reporter(settings: &Value) -> Box<dyn Reporter> {
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    config::build(settings.as_object().unwrap(), &context).unwrap()
}

pub(crate) fn open(mut reporter: Box<dyn Reporter>) -> Box<dyn Reporter> {
    reporter.open().unwrap();
    reporter
}

pub(crate) fn send(reporter: &mut dyn Reporter, batches: &[Batch]) {
    for batch in batches {
        assert_eq!(reporter.send(batch).unwrap().records, batch.len());
    }
}

#[test]
fn all_that_was_sent_is_there_once_even_when_it_comes_twice() {
    let Some(server) = shared() else { return };
    let schema = Schema::new(server);
    let batches = everything(2_345);
    for _ in 0..2 {
        let mut reporter = open(reporter(&schema.settings()));
        send(&mut *reporter, &batches);
        // Late, as from a spool: it takes no verdict away.
        send(
            &mut *open(self::reporter(&schema.settings())),
            &batches[..1],
        );
        for (table, rows) in counts(2_345) {
            let count = schema.number(&format!("select count(*) from {table}"));
            assert_eq!(count as u64, rows, "{table}");
        }
        assert_eq!(schema.query("select verdict from metrics_runs"), "passed");
        let place = reporter.close().unwrap().unwrap();
        assert!(place.contains("database `squall`") && !place.contains(PASSWORD));
    }
}

#[test]
fn columns_have_types_that_can_be_calculated_with() {
    let Some(server) = shared() else { return };
    let schema = Schema::new(server);
    let mut batches = everything(0);
    batches.push(Batch::Events(event_batch(some_events())));
    send(&mut *open(reporter(&schema.settings())), &batches);
    let answers = [
        "select time at time zone 'UTC' + interval '1 second', succeeded, status + 1, response_time_ms, tags->>'team', error_message from events order by id, kind",
        "select pg_typeof(time), pg_typeof(succeeded), pg_typeof(tags), pg_typeof(iteration), pg_typeof(service_time_ms) from events limit 1",
        "select sum((value->>1)::int) from streams, jsonb_array_elements(response_times->'values')",
        "select (fields->>'total')::float * 2 from events_messages limit 1",
        "select plan->>'name' from metrics_lifecycle where plan is not null",
        "select what, stage, at_s, status, verdict from metrics_lifecycle order by at_s, what",
        "select name, \"group\", median, p99_9, run from metrics order by name, \"group\"",
        "select rule, status, value, \"limit\", unit, action, message from metrics_thresholds",
        "select * from metrics_runs",
        "select table_name, version from squall_schema order by table_name",
    ];
    let text: Vec<_> = answers
        .into_iter()
        .map(|sql| {
            format!(
                "{sql}\n{}\n",
                schema.query(&format!("set timezone = 'UTC'; {sql}"))
            )
        })
        .collect();
    insta::assert_snapshot!("types", text.join("\n"));
}

#[test]
fn hostile_names_are_read_back_with_the_sign_for_nul() {
    let Some(server) = shared() else { return };
    let schema = Schema::new(server);
    let mut reporter = open(reporter(&schema.settings()));
    send(&mut *reporter, &[hostile_batch()]);
    for name in HOSTILE {
        let literal = name.replace('\0', "\u{2400}").replace('\'', "''");
        let query = format!(
            "select count(*) from metrics_errors where name = '{literal}' and stage = 'Browse' and error_class = '{literal}' and error_message = '{literal}'"
        );
        assert_eq!(schema.number(&query), 1, "{name:?}");
    }
    assert_eq!(
        schema.number("select max(length(name)) from metrics_errors"),
        5_000
    );
    let mut odd = message(1);
    odd.message_type = "\0".to_owned();
    for name in HOSTILE {
        odd.fields.insert(name.to_owned(), json!({"deep": [name]}));
    }
    let batch = squall_report::MessageBatch::new(crate::sample::context("run-1").run, vec![odd]);
    send(&mut *reporter, &[Batch::Messages(batch)]);
    let count =
        "select count(*) from events_messages, jsonb_each(fields) where key = value->'deep'->>0";
    assert_eq!(schema.number(count), HOSTILE.len());
}

#[test]
fn numbers_that_are_none_stay_what_they_are() {
    let Some(server) = shared() else { return };
    let schema = Schema::new(server);
    let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MAX];
    let custom = numbers
        .iter()
        .enumerate()
        .map(|(index, value)| squall_report::CustomRecord {
            name: index.to_string(),
            stage: "Browse".to_owned(),
            group: "g".to_owned(),
            metric: "m".to_owned(),
            kind: "sample".to_owned(),
            value: *value,
        });
    let records = FinalRecords {
        custom: custom.collect(),
        ..FinalRecords::default()
    };
    let batch = Batch::Final(final_batch(records));
    send(&mut *open(reporter(&schema.settings())), &[batch]);
    let read = schema.query("select value from metrics_custom order by name");
    assert_eq!(
        read,
        "NaN\nInfinity\n-Infinity\n-0\n1.7976931348623157e+308"
    );
}

#[test]
fn a_table_of_an_older_schema_gets_what_it_lacks_and_keeps_its_rows() {
    let Some(server) = shared() else { return };
    let schema = Schema::new(server);
    open(reporter(&schema.settings()));
    schema.query(
        "alter table events drop column tags, drop column trace_id, add column note text;
         update squall_schema set version = 0;
         insert into events (id, time, run, note) values ('1', now(), 'run-0', 'kept')",
    );
    send(&mut *open(reporter(&schema.settings())), &everything(3));
    let rows =
        schema.query("select note, count(*), count(tags) from events group by note order by note");
    assert_eq!(rows, "kept|1|0\n|3|3");
    assert_eq!(
        schema.query("select distinct version from squall_schema"),
        "1"
    );
}

fn refusal(settings: &Value) -> ReporterError {
    reporter(settings).open().unwrap_err()
}

fn told(error: &ReporterError, port: u16) -> String {
    let text = error.describe();
    assert!(!text.contains(PASSWORD), "{text}");
    text.replace(&port.to_string(), "PORT")
}

#[test]
fn what_the_user_must_change_is_a_permanent_error_that_says_what() {
    let Some(server) = shared() else { return };
    let with = |name: &str, value: &str| {
        let mut settings = settings(server.port());
        settings[name] = json!(value);
        let error = refusal(&settings);
        assert!(
            matches!(error, ReporterError::Permanent { .. }),
            "{error:?}"
        );
        told(&error, server.port())
    };
    let schema = Schema::new(server);
    open(reporter(&schema.settings()));
    schema.query("alter table events alter column status type text");
    let schema = schema.settings()["schema"].as_str().unwrap().to_owned();
    let texts = [
        with("password", "wrong"),
        with("username", "nobody"),
        with("database", "nowhere"),
        with("schema", "pg_mine"),
        with("schema", &schema).replace(&schema, "Test"),
    ];
    insta::assert_snapshot!("permanent", texts.join("\n"));
}

#[test]
fn a_server_is_believed_as_far_as_tls_says() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let authority = server.authority();
    let with = |tls: &str, ca: Option<&Path>| {
        let mut settings = settings(server.port());
        settings["tls"] = json!(tls);
        if let Some(ca) = ca {
            settings["ca"] = json!(ca);
        }
        settings
    };
    let encrypted = "select coalesce(string_agg(ssl::text, ','), '') from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'squall'";
    for (settings, expected) in [
        (with("disable", None), "false"),
        (with("prefer", None), "true"),
        (with("require", None), "true"),
        (with("verify-full", Some(&authority)), "true"),
    ] {
        let reporter = open(reporter(&settings));
        assert_eq!(server.query(encrypted), expected, "{settings}");
        drop(reporter);
        while !server.query(encrypted).is_empty() {
            std::thread::yield_now();
        }
    }
    let missing = Path::new("/nowhere/missing.pem");
    let texts = [
        with("verify-full", None),
        with("verify-full", Some(missing)),
    ]
    .map(|settings| {
        let error = refusal(&settings);
        assert!(
            matches!(error, ReporterError::Permanent { .. }),
            "{error:?}"
        );
        told(&error, server.port())
    });
    insta::assert_snapshot!("tls", texts.join("\n"));
}

#[test]
fn nobody_there_is_a_temporary_error() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let error = refusal(&settings(port));
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
    insta::assert_snapshot!("nobody", told(&error, port));
}

#[test]
fn a_server_that_dies_between_and_within_batches_has_all_of_them_once() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let mut reporter = open(reporter(&settings(server.port())));
    let batches = everything(2_345);
    let half = batches.len() / 2;
    send(&mut *reporter, &batches[..half]);
    server.kill();
    let error = reporter.send(&batches[half]).unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
    let error = reporter.send(&batches[half]).unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
    server.start();
    send(&mut *reporter, &batches[half..]);
    // The server ends every connection, the run does not know what it took: all of it comes again.
    server.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'squall'");
    let error = reporter.send(&batches[0]).unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
    send(&mut *reporter, &batches);
    for (table, rows) in counts(2_345) {
        let count = server.query(&format!("select count(*) from {table}"));
        assert_eq!(count, rows.to_string(), "{table}");
    }
}

#[test]
fn a_table_that_is_locked_is_a_temporary_error_and_the_batch_comes_again() {
    let Some(server) = servers::postgres() else {
        return;
    };
    server.query("alter role squall set lock_timeout = '300ms'");
    let mut reporter = open(reporter(&settings(server.port())));
    let batch = Batch::Events(event_batch(vec![failed_event(1, "a", "b")]));
    let hold = "set lock_timeout = 0; begin; lock table events; select pg_sleep(1.5); commit";
    std::thread::scope(|scope| {
        let holder = scope.spawn(|| server.query(hold));
        // Until the lock is held, batches go through.
        let error = loop {
            match reporter.send(&batch) {
                Ok(_) => std::thread::yield_now(),
                Err(error) => break error,
            }
        };
        assert!(
            matches!(error, ReporterError::Temporary { .. }),
            "{error:?}"
        );
        holder.join().unwrap();
    });
    send(&mut *reporter, &[batch]);
    assert_eq!(server.query("select count(*) from events"), "1");
}
