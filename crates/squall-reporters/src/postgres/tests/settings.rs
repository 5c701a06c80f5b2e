//! Settings and targets.

use serde_json::{Value, json};

use super::super::{REGISTRATION, config};
use crate::BuildContext;

fn wrong(settings: &Value) -> String {
    let context = BuildContext {
        base_dir: "/x".into(),
        events: true,
        intervals: true,
    };
    let settings = settings.as_object().unwrap();
    config::build(settings, &context).unwrap_err().to_string()
}

#[test]
fn wrong_settings_are_named() {
    let long = "t".repeat(60);
    let texts = [
        wrong(&json!({})),
        wrong(&json!({
            "database": "d", "username": "u", "password": 7, "metrics_table": long, "port": 70000, "tls": "verify",
        })),
        wrong(
            &json!({"database": "d", "username": "u", "password": "p", "ca": "ca.pem", "schema": "s".repeat(64)}),
        ),
    ];
    insta::assert_snapshot!("wrong_settings", texts.join("\n"));
}

#[test]
fn a_target_is_a_url_with_settings_behind_it() {
    let read = REGISTRATION.target.read;
    let check = |text: &str, expected: Value| {
        assert_eq!(Value::from(read(text).unwrap()), expected, "{text}");
    };
    check(
        "postgres://me:s%40f%2Fe@db.example:6432/results",
        json!({"host": "db.example", "port": 6432, "username": "me", "password": "s@f/e", "database": "results"}),
    );
    check(
        "postgresql://me@[::1]/my%20results?tls=require&schema=load&events=failed&intervals=false&retries=3&interval=5s",
        json!({
            "host": "::1", "username": "me", "database": "my results", "tls": "require", "schema": "load",
            "events": "failed", "intervals": false, "retries": 3, "interval": "5s",
        }),
    );
    check(
        "postgres://me:p@%2Frun%2Fpostgresql/results?events=0.5&port=5433",
        json!({
            "host": "/run/postgresql", "username": "me", "password": "p", "database": "results", "events": 0.5,
            "port": 5433,
        }),
    );
}

#[test]
fn a_wrong_target_is_told_what_is_right_and_shows_no_password() {
    let read = REGISTRATION.target.read;
    let texts: Vec<_> = [
        "",
        "localhost:5432/results",
        "mysql://me:hunter2@localhost/results",
        "postgres://me:hunter2@localhost",
        "postgres://me:hunter2@localhost:99999/d",
        "postgres://me:%ff@localhost/d",
    ]
    .into_iter()
    .map(|text| read(text).unwrap_err())
    .collect();
    let texts = texts.join("\n");
    assert!(!texts.contains("hunter2"), "{texts}");
    insta::assert_snapshot!("wrong_targets", texts);
    // What the query says is told with all other settings.
    let settings = read("postgres://me:hunter2@localhost/d?schem=x&intervals=maybe").unwrap();
    let context = BuildContext {
        base_dir: ".".into(),
        events: true,
        intervals: true,
    };
    let error = crate::build("postgres", &settings, &context).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("unknown setting `schem`"), "{text}");
    assert!(
        text.contains("setting `intervals` is `\"maybe\"`"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}
