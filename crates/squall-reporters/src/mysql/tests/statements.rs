//! The statements, the settings and the targets.

use proptest::prelude::*;
use serde_json::{Value, json};
use squall_report::{Batch, EventBatch, MetricRecord};

use super::super::encode::InsertRows;
use super::super::failure::Failure;
use super::super::{REGISTRATION, config};
use crate::BuildContext;
use crate::sample::{error, event, event_batch, failed_event, final_batch, metric};
use crate::sql::{Table, TableKind, write};

fn statements(batch: &Batch, kind: TableKind, packet: usize) -> Result<Vec<String>, Failure> {
    let mut statements = Vec::new();
    let mut rows = InsertRows::new(&Table::new(kind, "t`1"), packet, |statement| {
        statements.push(statement.to_owned());
        Ok(())
    });
    write(batch, kind, &mut rows)?;
    rows.finish()?;
    Ok(statements)
}

fn events(batch: EventBatch, packet: usize) -> Result<Vec<String>, Failure> {
    statements(&Batch::Events(batch), TableKind::Events, packet)
}

#[test]
fn rows_are_one_statement_with_everything_escaped() {
    let batch = event_batch(vec![
        event(1),
        failed_event(2, "it's", "a \\ and \"b\"\nnul\0 \u{1f329}"),
    ]);
    let statements = events(batch, 1 << 24).unwrap();
    assert_eq!(statements.len(), 1);
    insta::assert_snapshot!("events", statements[0].replace('\0', "<NUL>"));
}

#[test]
fn numbers_that_mysql_cannot_hold_are_null() {
    let record = MetricRecord {
        mean: f64::NAN,
        maximum: f64::INFINITY,
        minimum: 1e-300,
        median: f64::MAX,
        ..metric("home", squall_report::Group::Waiting)
    };
    let batch = Batch::Final(final_batch(squall_report::FinalRecords {
        metrics: vec![record],
        ..Default::default()
    }));
    let statement = statements(&batch, TableKind::Metrics, 1 << 24)
        .unwrap()
        .remove(0);
    let values = statement.split("VALUES").nth(1).unwrap();
    let expected = "1.7976931348623157e308,NULL,1.5e0,1e0,1e-300,NULL,";
    assert!(values.contains(expected), "{values}");
}

#[test]
fn no_statement_is_longer_than_the_server_takes() {
    let one = events(event_batch(vec![event(1)]), 1 << 24).unwrap()[0].len();
    let batch = || event_batch((0..50).map(event).collect());
    for packet in [one + 1_024 + 8, 4_096, 9_000, 1 << 24] {
        let statements = events(batch(), packet).unwrap();
        assert!(statements.iter().all(|one| one.len() + 1_024 <= packet));
        let rows: usize = statements
            .iter()
            .map(|one| one.matches("'operation'").count())
            .sum();
        assert_eq!(rows, 50, "{packet}");
        assert!(
            statements
                .iter()
                .all(|one| one.starts_with("INSERT INTO `t``1` (`id`"))
        );
    }
    let error = events(batch(), 1_500).unwrap_err();
    assert!(matches!(error, Failure::TooLarge(476)), "{error}");
    assert_eq!(events(event_batch(Vec::new()), 4_096).unwrap().len(), 0);
}

#[test]
fn a_target_is_a_url_with_settings_behind_it() {
    let read = REGISTRATION.target.read;
    let expected = json!({
        "host": "db.example", "port": 3307, "username": "me", "password": "p:w", "database": "results",
        "tls": "verify_identity", "ca": "ca.pem",
    });
    let target = "mariadb://me:p%3Aw@db.example:3307/results?tls=verify_identity&ca=ca.pem";
    assert_eq!(Value::from(read(target).unwrap()), expected);
    let wrong = read("postgres://me:hunter2@db.example/results").unwrap_err();
    assert_eq!(
        wrong,
        "begins with `postgres:`: write `mysql://USER:PASSWORD@HOST:PORT/DATABASE`"
    );
}

#[test]
fn wrong_settings_are_named() {
    let context = BuildContext {
        base_dir: "/x".into(),
        events: true,
        intervals: true,
    };
    let settings = json!({"database": "d", "username": "", "password": "p", "tls": "yes", "streams_table": "x".repeat(65)});
    let error = config::build(settings.as_object().unwrap(), &context).unwrap_err();
    insta::assert_snapshot!("wrong_settings", error.to_string());
}

/// Reads a literal as MySQL does, up to its end.
fn literal(text: &str) -> String {
    let mut read = String::new();
    let mut chars = text.strip_prefix('\'').unwrap().chars();
    while let Some(one) = chars.next() {
        match one {
            '\'' => return read,
            '\\' => read.push(match chars.next().unwrap() {
                '0' => '\0',
                other => other,
            }),
            other => read.push(other),
        }
    }
    panic!("the literal has no end");
}

proptest! {
    #[test]
    fn any_text_is_one_literal(text in "(?s)[\\\\'\\x00\"a(,)\\PC]{0,12}") {
        let batch = Batch::Final(final_batch(squall_report::FinalRecords {
            errors: vec![error(&text, "c", "m")],
            ..Default::default()
        }));
        let statement = statements(&batch, TableKind::Errors, 1 << 24).unwrap().remove(0);
        // The id has 16 digits and its quotes.
        let values = statement.split_once("VALUES (").unwrap().1;
        prop_assert_eq!(literal(&values[19..]), text);
    }
}
