//! Checks and extractions of every kind, good and bad, and messages that group.

use serde_json::{Value, json};
use squall_protocol::FailureClass;

use crate::lab::{Requests, Sent, at, merged, send, target};

/// Sends a request for the fixed document with one expectation.
fn expecting(url: &str, expect: &Value) -> Sent {
    let target = target();
    send(
        at(&target, json!({})),
        json!({"url": url, "expect": expect}),
    )
}

fn holds(url: &str, expect: Value) {
    let sent = expecting(url, &expect);
    assert!(
        sent.operation.failures.is_empty(),
        "{expect}: {:?}",
        sent.operation
    );
}

fn fails(url: &str, expect: Value, class: FailureClass, message: &str) {
    let sent = expecting(url, &expect);
    assert_eq!(sent.failed_as(class), message, "{expect}");
}

#[test]
fn statuses_are_checked() {
    holds("/status/204", json!({}));
    holds("/status/399", json!({}));
    holds("/status/404", json!({"status": 404}));
    holds("/status/404", json!({"status": ["2xx", 404]}));
    holds("/status/503", json!({"status": "500-503"}));
    let fails = |url, expect, message| fails(url, expect, FailureClass::Status, message);
    fails("/status/400", json!({}), "status 400");
    fails("/status/999", json!({}), "status 999");
    fails("/status/200", json!({"status": 201}), "status 200");
    fails("/status/504", json!({"status": "500-503"}), "status 504");
}

#[test]
fn headers_are_checked_by_name_and_value() {
    holds(
        "/json",
        json!({"headers": {"Content-Type": "application/json"}}),
    );
    let fails = |expect, message| fails("/json", expect, FailureClass::Check, message);
    fails(
        json!({"headers": {"content-type": "text/html"}}),
        "header: `content-type` is not as expected",
    );
    fails(
        json!({"headers": {"x-missing": "1"}}),
        "header: `x-missing` is not there",
    );
}

#[test]
fn documents_are_checked() {
    holds(
        "/json",
        json!({"json": {"name": "squall", "author": {"address": {"city": "London"}}}}),
    );
    holds("/json", json!({"json": {"missing": null, "ratio": 0.25}}));
    holds(
        "/json",
        json!({"json_path": {"$.items[?@.price > 90].name": {"equals": "sail"}, "$.nothing": {"exists": false}, "$.items[2]": {"exists": true}}}),
    );
    let fails = |url, expect, message| fails(url, expect, FailureClass::Check, message);
    fails(
        "/json",
        json!({"json": {"author": {"name": "Bob"}}}),
        "json: `$.author.name` is not as expected",
    );
    fails(
        "/json",
        json!({"json": {"items": []}}),
        "json: `$.items` is not as expected",
    );
    fails(
        "/json",
        json!({"json_path": {"$.nothing": {"exists": true}}}),
        "json path: `$.nothing` is not found",
    );
    fails(
        "/json",
        json!({"json_path": {"$.name": {"exists": false}}}),
        "json path: `$.name` is found",
    );
    fails(
        "/json",
        json!({"json_path": {"$.version": {"equals": 2}}}),
        "json path: `$.version` is not as expected",
    );
    fails("/", json!({"json": {}}), "body is not JSON");
}

#[test]
fn texts_sizes_and_times_are_checked() {
    holds(
        "/",
        json!({"text": "world", "regex": "^hel+o", "body_size": {"min": 11, "max": 11}, "duration": "1m"}),
    );
    holds("/json", json!({"text": "grüß dich"}));
    let fails = |url, expect, message| fails(url, expect, FailureClass::Check, message);
    fails("/", json!({"text": "worlds"}), "text is not in the body");
    fails(
        "/",
        json!({"regex": "^world"}),
        "regex: body does not match `^world`",
    );
    fails(
        "/",
        json!({"body_size": {"min": 12}}),
        "body is smaller than 12 bytes",
    );
    fails(
        "/",
        json!({"body_size": {"max": 10}}),
        "body is larger than 10 bytes",
    );
    fails(
        "/delay/30ms",
        json!({"duration": "20ms"}),
        "took longer than 20 ms",
    );
}

#[test]
fn every_check_that_fails_is_counted_by_itself() {
    let expect = json!({"status": 201, "text": "nothing", "headers": {"x": "y"}, "duration": "1m"});
    let sent = expecting("/", &expect);
    let classes: Vec<_> = sent
        .operation
        .failures
        .iter()
        .map(|failure| failure.class)
        .collect();
    assert_eq!(
        classes,
        [
            FailureClass::Status,
            FailureClass::Check,
            FailureClass::Check
        ]
    );
}

#[test]
fn expectations_may_hold_values_of_the_iteration() {
    let target = target();
    let first = json!({"url": "/products/7", "extract": {"id": {"json": "$.id"}}});
    let check = |expected: &str| {
        json!({"url": "/echo", "body": {"json": {"id": 7}}, "expect": {
            "text": format!("{{\"id\":{expected}}}"), "json": {"id": expected},
            "json_path": {"$.id": {"equals": expected}},
        }})
    };
    let sent = Requests::new(at(&target, json!({})), &[first, check("${id}")]).send();
    for sent in sent {
        sent.good();
    }
}

#[test]
fn values_are_taken_from_everywhere() {
    let target = target();
    let take = |url: &str, extract: Value| {
        let sent = send(
            at(&target, json!({})),
            json!({"url": url, "extract": {"it": extract}}),
        );
        sent.good().values["it"].clone()
    };
    assert_eq!(take("/json", json!({"json": "$.author.name"})), "Ada");
    assert_eq!(take("/json", json!({"json": "$.items[1].price"})), 99.0);
    assert_eq!(take("/json", json!({"json": "$..tags[0]"})), "iron");
    assert_eq!(
        take("/json", json!({"json": "$.items[0].tags"})),
        json!(["iron", "heavy"])
    );
    assert_eq!(take("/json", json!({"json": "$.missing"})), Value::Null);
    assert_eq!(take("/", json!({"regex": {"pattern": "w[a-z]+"}})), "world");
    assert_eq!(take("/", json!({"regex": {"pattern": "(h)(e)"}})), "h");
    assert_eq!(
        take("/", json!({"regex": {"pattern": "(h)(e)", "group": 2}})),
        "e"
    );
    assert_eq!(take("/", json!({"header": "Content-Type"})), "text/plain");
    assert_eq!(take("/cookies/set?a=1&b=2", json!({"cookie": "b"})), "2");
}

#[test]
fn a_value_that_is_not_there_fails_the_operation() {
    let target = target();
    for extract in [
        json!({"json": "$.nothing"}),
        json!({"json": "$.items[9]"}),
        json!({"regex": {"pattern": "nothing"}}),
        json!({"header": "x-nothing"}),
        json!({"cookie": "nothing"}),
    ] {
        let request = json!({"url": "/json", "extract": {"it": extract}});
        let sent = send(at(&target, json!({})), request);
        assert_eq!(
            sent.failed_as(FailureClass::Extract),
            "`it` is not in the answer"
        );
        assert!(!sent.values.contains_key("it"));
    }
}

#[test]
fn an_answer_that_was_not_expected_is_not_blamed_for_missing_values_too() {
    let target = target();
    let request = json!({"url": "/status/500", "extract": {"it": {"json": "$.it"}}});
    let sent = send(at(&target, json!({})), request);
    assert_eq!(sent.failed_as(FailureClass::Status), "status 500");
}

#[test]
fn messages_group_and_details_tell_the_difference() {
    let target = target();
    let expect = json!({"json": {"id": -1}, "text": "nowhere", "json_path": {"$.id": {"equals": "x"}}, "body_size": {"max": 0}});
    let requests: Vec<Value> = (1..=3)
        .map(|id| {
            merged(
                json!({"url": format!("/products/{id}")}),
                json!({"expect": expect}),
            )
        })
        .collect();
    let sent = Requests::new(at(&target, json!({})), &requests).send();
    let messages = |sent: &Sent| -> Vec<String> {
        let failures = sent.operation.failures.iter();
        failures.map(|failure| failure.message.clone()).collect()
    };
    let details = |sent: &Sent| -> Vec<String> {
        let failures = sent.operation.failures.iter();
        failures.map(|failure| failure.detail.clone()).collect()
    };
    assert_eq!(messages(&sent[0]).len(), 4);
    assert_eq!(messages(&sent[0]), messages(&sent[1]));
    assert_eq!(messages(&sent[0]), messages(&sent[2]));
    assert_ne!(details(&sent[0]), details(&sent[1]));
}
