//! How `otel` is configured.

use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::AggregationTemporality;
use serde_json::{Value, json};

use super::{at, object};
use crate::otel::config;
use crate::otel::encode::{Encoder, Signal};
use crate::otel::wire::{Protocol, WireSettings};

fn read(settings: Value, environment: fn(&str) -> Option<String>) -> (WireSettings, Encoder) {
    config::read(&object(settings), &at(false), environment).unwrap()
}

fn wrong(settings: Value) -> String {
    config::read(&object(settings), &at(true), |_| None)
        .unwrap_err()
        .to_string()
}

fn full(variable: &str) -> Option<String> {
    let value = match variable {
        "OTEL_EXPORTER_OTLP_ENDPOINT" => "https://otlp.example:443",
        "OTEL_EXPORTER_OTLP_PROTOCOL" => "http/protobuf",
        "OTEL_EXPORTER_OTLP_HEADERS" => "api-key=a%2Cb, x-team = shop",
        "OTEL_EXPORTER_OTLP_COMPRESSION" => "gzip",
        "OTEL_EXPORTER_OTLP_TIMEOUT" => "2500",
        "OTEL_EXPORTER_OTLP_CERTIFICATE" => "/etc/ca.pem",
        "OTEL_SERVICE_NAME" => "load",
        "OTEL_RESOURCE_ATTRIBUTES" => "service.name=other,host.name=h%201",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE" => "Delta",
        _ => return None,
    };
    Some(value.to_owned())
}

#[test]
fn without_settings_it_is_grpc_on_this_machine() {
    let (wire, encoder) = read(json!({}), |_| None);
    assert_eq!(wire.place(), "http://localhost:4317");
    assert_eq!(wire.protocol, Protocol::Grpc);
    assert_eq!(wire.timeout, Duration::from_secs(10));
    assert!(!wire.gzip && wire.headers.is_empty());
    assert_eq!(encoder.signals, Signal::ALL);
    assert_eq!(encoder.temporality, AggregationTemporality::Cumulative);
    assert_eq!(encoder.resource["service.name"], "squall");
    let (wire, _) = read(json!({"protocol": "http/protobuf"}), |_| None);
    assert_eq!(wire.place(), "http://localhost:4318");
}

#[test]
fn the_variables_of_opentelemetry_stand_in_for_what_is_not_written() {
    let (wire, encoder) = read(json!({}), full);
    assert_eq!(wire.place(), "https://otlp.example");
    assert_eq!(wire.protocol, Protocol::Http);
    assert_eq!(wire.headers["api-key"], "a,b");
    assert_eq!(wire.headers["x-team"], "shop");
    assert!(wire.gzip);
    assert_eq!(wire.timeout, Duration::from_millis(2_500));
    assert_eq!(wire.ca.unwrap().to_str(), Some("/etc/ca.pem"));
    assert_eq!(encoder.resource["service.name"], "load");
    assert_eq!(encoder.resource["host.name"], "h 1");
    assert_eq!(encoder.temporality, AggregationTemporality::Delta);
}

#[test]
fn what_is_written_is_stronger_than_the_environment() {
    let written = json!({"endpoint": "http://127.0.0.1:4317", "protocol": "grpc", "headers": "Bearer abc",
        "service_name": "mine", "timeout": "1s", "temporality": "cumulative", "compression": "none"});
    let (wire, encoder) = read(written, full);
    assert_eq!(wire.place(), "http://127.0.0.1:4317");
    assert_eq!(wire.headers["authorization"], "Bearer abc");
    assert_eq!(wire.headers.len(), 1);
    assert_eq!(wire.timeout, Duration::from_secs(1));
    assert_eq!(encoder.resource["service.name"], "mine");
    assert!(!wire.gzip);
}

#[test]
fn what_is_wrong_is_said_all_at_once() {
    let text = wrong(json!({
        "endpoint": "localhost:4317",
        "protocol": "http/json",
        "headers": "a=1,b",
        "compression": "zstd",
        "signals": ["metrics", "profiles"],
        "temporality": "gauge",
        "traces": 2,
        "timeout": true,
    }));
    insta::assert_snapshot!("wrong_settings", text);
}

#[test]
fn settings_that_do_not_go_together_are_wrong() {
    let text = wrong(json!({"endpoint": "http://user:hunter2@h:4317/otlp"}));
    assert!(text.contains("user or a password"), "{text}");
    assert!(text.contains("has the path `/otlp`"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let text = wrong(json!({"signals": "metrics", "traces": 0.1}));
    assert!(text.contains("`signals` has no `traces`"), "{text}");
    assert!(text.contains("has no `logs`"), "{text}");
    let text = wrong(json!({"signals": []}));
    assert!(text.contains("nothing would be sent"), "{text}");
    let text = wrong(json!({"headers": "bad name=hunter2"}));
    assert!(
        text.contains("no header can have") && !text.contains("hunter2"),
        "{text}"
    );
}

#[test]
fn a_target_is_an_address_with_settings() {
    let target = |text: &str| (config::TARGET.read)(text).map(Value::Object);
    assert_eq!(
        target("localhost:4317"),
        Ok(json!({"endpoint": "http://localhost:4317"}))
    );
    assert_eq!(
        target("http://h:4318/otlp/"),
        Ok(json!({"endpoint": "http://h:4318/otlp", "protocol": "http/protobuf"}))
    );
    assert_eq!(
        target("https://h?traces=0.01&signals=metrics,traces&events=failed&compression=gzip"),
        Ok(
            json!({"traces": 0.01, "signals": ["metrics", "traces"], "events": "failed",
            "compression": "gzip", "endpoint": "https://h"})
        )
    );
    for text in ["", "ftp://h", "http://", "http://h:99999"] {
        let error = target(text).unwrap_err();
        assert!(error.contains("is no address of a collector"), "{error}");
    }
    let error = target("http://h?headers=a=hunter2").unwrap_err();
    assert!(
        error.contains("`headers` cannot stand in the address"),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn the_share_of_traces_is_told_to_the_run() {
    let built = crate::build("otel", &object(json!({"traces": 0.25})), &at(false)).unwrap();
    assert!((built.reporter.trace_share() - 0.25).abs() < f64::EPSILON);
}
