//! What a real MariaDB has afterwards.

use std::fmt::Write;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use squall_report::{Batch, Driver, DriverSettings, Ending, FinalRecords, Reporter, ReporterError};
use squall_testkit::servers::{self, Mariadb, PASSWORD, USER};

use super::super::config;
use crate::BuildContext;
use crate::backend::Backend;
use crate::sample::{context, event, event_batch, failed_event, message};
use crate::sql::tests::{HOSTILE, counts, everything, hostile_batch, some_events};

static SERVER: OnceLock<Option<Mariadb>> = OnceLock::new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);

fn shared() -> Option<&'static Mariadb> {
    SERVER.get_or_init(servers::mariadb).as_ref()
}

/// A database of the shared server.
#[derive(Debug)]
struct Database {
    server: &'static Mariadb,
    name: String,
}

impl Database {
    fn new(server: &'static Mariadb) -> Self {
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("Test {number}");
        // Tables of another character set by default: names must come through all the same.
        server.query(&format!("create database `{name}` character set latin1"));
        Self { server, name }
    }

    fn query(&self, sql: &str) -> String {
        self.server.query(&format!("use `{}`; {sql}", self.name))
    }

    fn number(&self, sql: &str) -> usize {
        self.query(sql).trim().parse().unwrap()
    }
}

impl Backend for Database {
    fn folder(&self) -> &Path {
        Path::new("/nowhere")
    }

    fn settings(&self) -> Value {
        let mut settings = settings(self.server.port());
        settings["database"] = json!(self.name);
        settings
    }

    fn refuse(&mut self) {
        self.query("create table metrics (id integer)");
    }

    fn events(&self) -> Option<usize> {
        Some(self.number("select count(*) from events"))
    }

    fn runs(&self) -> Option<usize> {
        Some(self.number("select count(*) from metrics_runs where verdict is not null"))
    }
}

pub(in super::super) fn backend() -> Option<Box<dyn Backend>> {
    Some(Box::new(Database::new(shared()?)))
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

fn open(settings: &Value) -> Box<dyn Reporter> {
    let mut reporter = reporter(settings);
    reporter.open().unwrap();
    reporter
}

fn send(reporter: &mut dyn Reporter, batches: &[Batch]) {
    for batch in batches {
        assert_eq!(reporter.send(batch).unwrap().records, batch.len());
    }
}

#[test]
fn all_that_was_sent_is_there_once_even_when_it_comes_twice() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let batches = everything(2_345);
    for _ in 0..2 {
        let mut reporter = open(&database.settings());
        send(&mut *reporter, &batches);
        // Late, as from a spool: it takes no verdict away.
        send(&mut *open(&database.settings()), &batches[..1]);
        for (table, rows) in counts(2_345) {
            let count = database.number(&format!("select count(*) from {table}"));
            assert_eq!(count as u64, rows, "{table}");
        }
        let verdict = database.query("select verdict from metrics_runs");
        assert_eq!(verdict.trim(), "passed");
        let place = reporter.close().unwrap().unwrap();
        assert!(!place.contains(PASSWORD), "{place}");
    }
}

#[test]
fn columns_have_types_that_can_be_calculated_with() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let mut batches = everything(0);
    batches.push(Batch::Events(event_batch(some_events())));
    send(&mut *open(&database.settings()), &batches);
    let answers = [
        "select time + interval 1 second, succeeded, status + 1, response_time_ms, json_value(tags, '$.team'), error_message from events order by id, kind",
        "select data_type, group_concat(column_name order by ordinal_position) from information_schema.columns where table_schema = database() and table_name = 'events' group by data_type",
        "select json_extract(response_times, '$.values') from streams limit 1",
        "select json_value(fields, '$.total') * 2 from events_messages limit 1",
        "select json_value(plan, '$.name') from metrics_lifecycle where plan is not null",
        "select what, stage, at_s, status, verdict from metrics_lifecycle order by at_s, what",
        "select name, `group`, median, p99_9, run from metrics order by name, `group`",
        "select rule, status, value, `limit`, unit, action, message from metrics_thresholds",
        "select * from metrics_runs",
        "select * from squall_schema order by table_name",
    ];
    let text: Vec<_> = answers
        .into_iter()
        .map(|sql| format!("{sql}\n{}\n", database.query(sql)))
        .collect();
    insta::assert_snapshot!("types", text.join("\n"));
}

/// Writes bytes as `HEX` of SQL does.
fn hex(text: &str) -> String {
    let mut hex = String::new();
    for byte in text.bytes() {
        write!(hex, "{byte:02X}").unwrap();
    }
    hex
}

#[test]
fn hostile_names_are_read_back_as_they_were() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let mut reporter = open(&database.settings());
    send(&mut *reporter, &[hostile_batch()]);
    for name in HOSTILE {
        let hex = hex(name);
        let query = format!(
            "select count(*) from metrics_errors where hex(name) = '{hex}' and hex(error_class) = '{hex}' and hex(error_message) = '{hex}'"
        );
        assert_eq!(database.number(&query), 1, "{name:?}");
    }
    assert_eq!(
        database.number("select max(char_length(name)) from metrics_errors"),
        5_000
    );
    let mut odd = message(1);
    for name in HOSTILE {
        odd.fields.insert(name.to_owned(), json!({"deep": [name]}));
    }
    // Deeper than `JSON` of MariaDB may be.
    let deep = (0..60).fold(json!("bottom"), |inner, _| json!([inner]));
    odd.fields.insert("deep".to_owned(), deep);
    let expected = serde_json::to_string(&odd.fields).unwrap();
    let batch = squall_report::MessageBatch::new(context("run-1").run, vec![odd]);
    send(&mut *reporter, &[Batch::Messages(batch)]);
    let hex = hex(&expected);
    let count = format!("select count(*) from events_messages where hex(fields) = '{hex}'");
    assert_eq!(database.number(&count), 1);
}

#[test]
fn numbers_are_read_back_as_they_were_or_are_nothing() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let numbers = [
        f64::NAN,
        f64::INFINITY,
        0.1 + 0.2,
        f64::MIN_POSITIVE,
        f64::MAX,
    ];
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
    let batch = Batch::Final(crate::sample::final_batch(records));
    send(&mut *open(&database.settings()), &[batch]);
    let read = database.query("select value from metrics_custom order by name");
    let read: Vec<_> = read.lines().map(|line| line.parse::<f64>().ok()).collect();
    let expected = [
        None,
        None,
        Some(numbers[2]),
        Some(numbers[3]),
        Some(numbers[4]),
    ];
    assert_eq!(read, expected);
}

#[test]
fn a_table_of_an_older_schema_gets_what_it_lacks_and_keeps_its_rows() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    open(&database.settings());
    database.query(
        "alter table events drop column tags, drop column trace_id, add column note text;
         update squall_schema set version = 0;
         insert into events (id, time, run, note) values ('1', now(), 'run-0', 'kept')",
    );
    send(&mut *open(&database.settings()), &everything(3));
    let rows = database
        .query("select note, count(*), count(tags) from events group by note order by note");
    assert_eq!(rows.trim(), "NULL\t3\t3\nkept\t1\t0");
    let versions = database.query("select distinct version from squall_schema");
    assert_eq!(versions.trim(), "1");
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
    let database = Database::new(server);
    open(&database.settings());
    database.query("alter table events modify status text");
    let texts = [
        with("password", "wrong"),
        with("username", "nobody"),
        with("database", "nowhere"),
        with("database", &database.name).replace(&database.name, "Test"),
    ];
    insta::assert_snapshot!("permanent", texts.join("\n"));
}

#[test]
fn a_server_is_believed_as_far_as_tls_says() {
    let Some(server) = servers::mariadb() else {
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
    // From here on the user may come in over TLS alone.
    server.query("alter user squall@'127.0.0.1' require ssl");
    for (settings, expected) in [
        (with("disabled", None), false),
        (with("preferred", None), true),
        (with("required", None), true),
        (with("verify_identity", Some(&authority)), true),
    ] {
        let opened = reporter(&settings).open();
        assert_eq!(opened.is_ok(), expected, "{settings}: {opened:?}");
    }
    let missing = Path::new("/nowhere/missing.pem");
    let texts = [
        with("verify_identity", None),
        with("verify_identity", Some(missing)),
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
    let Some(server) = servers::mariadb() else {
        return;
    };
    let mut reporter = open(&settings(server.port()));
    let batches = everything(2_345);
    let half = batches.len() / 2;
    send(&mut *reporter, &batches[..half]);
    server.kill();
    for _ in 0..2 {
        let error = reporter.send(&batches[half]).unwrap_err();
        assert!(
            matches!(error, ReporterError::Temporary { .. }),
            "{error:?}"
        );
    }
    server.start();
    send(&mut *reporter, &batches[half..]);
    // The server ends the connection, the run does not know what it took: all of it comes again.
    let mine = server.query(
        "select id from information_schema.processlist where user = 'squall' and command = 'Sleep'",
    );
    for id in mine.lines() {
        server.query(&format!("kill {id}"));
    }
    let error = reporter.send(&batches[0]).unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
    send(&mut *reporter, &batches);
    for (table, rows) in counts(2_345) {
        let count = server.query(&format!("select count(*) from {table}"));
        assert_eq!(count.trim(), rows.to_string(), "{table}");
    }
}

#[test]
fn a_record_that_is_longer_than_a_packet_is_dropped_alone() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    server.query("set global max_allowed_packet = 32768");
    let reporter = reporter(&settings(server.port()));
    let driver = Driver::start(
        "mysql",
        reporter,
        context("run-1"),
        DriverSettings::default(),
    );
    let handle = driver.unwrap();
    let mut events: Vec<_> = (0..100).map(event).collect();
    events.push(failed_event(100, "check", &"x".repeat(40_000)));
    events.extend((101..150).map(event));
    assert_eq!(handle.events(events).accepted, 150);
    let report = handle.finish(FinalRecords::default(), std::time::Duration::from_secs(60));
    assert_eq!(report.ending, Ending::Closed, "{report:?}");
    assert_eq!(server.query("select count(*) from events").trim(), "149");
    assert!(report.lost_data(), "{report:?}");
}
