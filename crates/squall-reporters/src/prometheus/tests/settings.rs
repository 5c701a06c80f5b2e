//! Settings, and what `--out` says.

use serde_json::{Value, json};

use super::super::config::TARGET;
use crate::{BuildContext, build};

fn target(text: &str) -> Value {
    match (TARGET.read)(text) {
        Ok(settings) => Value::Object(settings),
        Err(problem) => Value::from(problem),
    }
}

#[test]
fn a_target_is_a_port_a_gateway_or_a_server_that_is_written_to() {
    assert_eq!(target(":9464"), json!({"listen": ":9464"}));
    assert_eq!(
        target("127.0.0.1:9464"),
        json!({"listen": "127.0.0.1:9464"})
    );
    assert_eq!(
        target("http://host:9091"),
        json!({"pushgateway_address": "http://host:9091/"})
    );
    assert_eq!(
        target("https://me:p%40ss@host/api/v1/write?namespace=load&native_histograms=true"),
        json!({"namespace": "load", "native_histograms": true, "remote_write": "https://host/api/v1/write", "username": "me", "password": "p@ss"})
    );
}

#[test]
fn a_target_that_is_none_says_what_is() {
    for wrong in ["", "9464x", "host", ":99999", "http://"] {
        let text = target(wrong);
        assert!(text.is_string(), "{wrong}: {text}");
    }
}

#[test]
fn settings_that_mean_nothing_are_wrong() {
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: false,
        intervals: true,
    };
    let error = |settings: Value| {
        let built = build("prometheus", settings.as_object().unwrap(), &context);
        built
            .map(|built| format!("{built:?}"))
            .unwrap_err()
            .to_string()
    };
    let all = [
        json!({"listen": "9464", "job_name": "x", "namespace": "a-b"}),
        json!({"remote_write": "ftp://x", "linger": "1s", "custom_fields": {"a": "set"}}),
        json!({"listen": ":1", "remote_write": "http://x/y"}),
        json!({"native_histograms": true, "buckets": ["1ms", "1ms"], "auth_request_method": "GET"}),
        json!({"username": "u", "auth_request_timeout": 60000}),
        json!({"password": "p", "pushgateway_address": "http://u:p@h"}),
        json!({"headers": {"authorization": "x", "a b": "y"}}),
    ];
    let texts: Vec<String> = all.into_iter().map(error).collect();
    insta::assert_snapshot!("settings", texts.join("\n"));
}
