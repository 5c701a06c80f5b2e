//! Time limits: each ends an operation with the class `timeout` and says which it was.

use std::time::Duration;

use serde_json::{Value, json};
use squall_protocol::FailureClass;
use squall_testkit::hostile::{Action, HostileServer};

use crate::lab::{Sent, at, based, merged, send, target};

/// Sends to a server that plays a script, and demands that it ends as `expect` says, not before `least_ms`.
fn check(
    script: Vec<Action>,
    http: Value,
    request: Value,
    (expect, least_ms): (&str, u64),
) -> Sent {
    let server = HostileServer::start(script).unwrap();
    let scheme = if http["tls"].is_object() {
        "https"
    } else {
        "http"
    };
    let http = based(&format!("{scheme}://{}", server.address()), http);
    let sent = send(http, merged(json!({"url": "/"}), request));
    assert_eq!(sent.failed_as(FailureClass::Timeout), expect);
    let m = sent.operation.moments;
    assert!(m.last_byte - m.start >= least_ms * 1_000_000, "{m:?}");
    sent
}

#[test]
fn an_answer_that_never_comes_ends_the_operation() {
    let silent = vec![Action::WaitForRequest];
    let expect = ("request timeout after 150ms", 150);
    check(
        silent.clone(),
        json!({"request_timeout": "150ms"}),
        json!({}),
        expect,
    );
    check(
        silent,
        json!({"request_timeout": "1m"}),
        json!({"timeout": "150ms"}),
        expect,
    );
}

#[test]
fn a_handshake_that_never_ends_is_a_connect_timeout() {
    let http = json!({"tls": {"insecure": true}, "connect_timeout": "150ms"});
    let sent = check(
        vec![],
        http,
        json!({}),
        ("connect timeout after 150ms", 150),
    );
    assert_eq!(sent.operation.bytes_sent, 0);
    let both =
        json!({"tls": {"insecure": true}, "connect_timeout": "1m", "request_timeout": "150ms"});
    check(
        vec![],
        both,
        json!({}),
        ("request timeout after 150ms", 150),
    );
}

#[test]
fn a_pause_between_bytes_is_a_read_timeout() {
    let partial = Action::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome".to_vec());
    let http = json!({"read_timeout": "150ms"});
    let expect = ("read timeout after 150ms", 150);
    check(
        vec![Action::WaitForRequest],
        http.clone(),
        json!({}),
        expect,
    );
    let sent = check(
        vec![Action::WaitForRequest, partial],
        http,
        json!({}),
        expect,
    );
    assert_eq!(sent.operation.bytes_received, 44);
    assert_eq!(sent.operation.status, 0);
}

#[test]
fn bytes_that_keep_coming_do_not_run_into_the_read_timeout() {
    let target = target();
    let http = at(&target, json!({"read_timeout": "400ms"}));
    // Ten times 80 ms is twice the limit, but no wait is near it.
    send(http, json!({"url": "/drip?bytes=10&delay=80ms"})).good();
}

#[test]
fn the_request_timeout_covers_a_drip_that_no_read_timeout_would_end() {
    let target = target();
    let http = at(
        &target,
        json!({"read_timeout": "5s", "request_timeout": "200ms"}),
    );
    let sent = send(http, json!({"url": "/drip?bytes=100&delay=30ms"}));
    let message = sent.failed_as(FailureClass::Timeout);
    assert_eq!(message, "request timeout after 200ms");
}

#[test]
fn redirects_share_one_limit() {
    let target = target();
    let delay = "/redirect?to=%2Fdelay%2F1m";
    let sent = send(
        at(&target, json!({})),
        json!({"url": delay, "timeout": "150ms"}),
    );
    let message = sent.failed_as(FailureClass::Timeout);
    assert_eq!(message, "request timeout after 150ms");
}

#[test]
fn a_server_that_does_not_read_ends_a_large_upload() {
    let http = json!({"request_timeout": "200ms"});
    let body = json!({"body": {"text": "x".repeat(20_000_000)}});
    let script = vec![Action::Sleep(Duration::from_secs(5))];
    check(script, http, body, ("request timeout after 200ms", 200));
}
