//! Settings, and what `--out` says.

use serde_json::{Value, json};

use super::super::config::TARGET;
use super::{built, context};
use crate::build;

fn target(text: &str) -> Value {
    match (TARGET.read)(text) {
        Ok(settings) => Value::Object(settings),
        Err(problem) => Value::from(problem),
    }
}

#[test]
fn a_target_is_a_url_whose_token_may_be_in_the_environment() {
    assert_eq!(
        target("https://host:8086"),
        json!({"host": "https://host:8086/", "token": {"env": "INFLUX_TOKEN"}})
    );
    assert_eq!(
        target("http://host?token=123&organization=me&bucket=b%20c&connect_timeout=500"),
        json!({"host": "http://host/", "token": "123", "organization": "me", "bucket": "b c", "connect_timeout": 500})
    );
    for wrong in ["", "host:8086", "http://user:secret@host", "ftp://host"] {
        let text = target(wrong);
        assert!(
            text.as_str().is_some_and(|text| !text.contains("secret")),
            "{wrong}: {text}"
        );
    }
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let error = |settings: Value| {
        let built = build("influxdb", settings.as_object().unwrap(), &context());
        built
            .map(|built| format!("{built:?}"))
            .unwrap_err()
            .to_string()
    };
    let all = [
        json!({"host": "", "connect_timeout": 0}),
        json!({"host": "http://h", "secure": true, "token": "t"}),
        json!({"host": "http://me@h", "token": "t", "bucket": ""}),
    ];
    let texts: Vec<String> = all.into_iter().map(error).collect();
    insta::assert_snapshot!("settings", texts.join("\n"));
}

#[test]
fn a_host_with_a_port_is_completed() {
    let check = |settings: Value, expected: &str| {
        let text = format!("{:?}", built(&settings));
        assert!(text.contains(&format!("url: \"{expected}\"")), "{text}");
    };
    check(json!({"token": "t"}), "http://localhost:8086");
    check(
        json!({"token": "t", "host": "h:1", "secure": true}),
        "https://h:1",
    );
    check(
        json!({"token": "t", "host": "https://h/influx/", "secure": true}),
        "https://h/influx",
    );
}
