//! `squall ping`.

use serde_json::Value;
use squall_testkit::ports::RefusingPort;

use crate::certificates::ExpiredServer;
use crate::sandbox::{Ran, Sandbox};

#[track_caller]
fn has(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{ran:?}");
    for word in words {
        assert!(
            ran.stdout.contains(word),
            "`{word}` is not in\n{}",
            ran.stdout
        );
    }
}

#[test]
fn one_request_is_sent_and_nothing_is_stored() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["ping", &format!("{}/json", sandbox.url())]);
    has(
        &ran,
        0,
        &["200 OK", "connecting", "first byte", "total", "350 bytes"],
    );
    assert_eq!(sandbox.target.stats().requests, 1);
    assert!(!sandbox.path(".squall").exists());
}

#[test]
fn an_answer_that_is_no_good_is_shown_and_fails() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["ping", &format!("{}/status/503", sandbox.url())]);
    has(&ran, 1, &["503", "status: status 503"]);
}

#[test]
fn nobody_there_is_said() {
    let nobody = RefusingPort::take().unwrap();
    let ran = Sandbox::new().run(&["ping", &format!("http://{}/", nobody.address())]);
    has(&ran, 1, &["no answer", "connection refused"]);
}

#[test]
fn a_certificate_that_is_refused_is_shown_with_the_reason() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["ping", &sandbox.https_url()]);
    let words = [
        "unknown issuer",
        "`--cacert`",
        "not verified",
        "CN=Squall target",
        "127.0.0.1",
        "TLS 1.3",
    ];
    has(&ran, 1, &words);
    assert_eq!(sandbox.target.stats().requests, 0);
}

#[test]
fn an_expired_certificate_is_shown_with_its_dates() {
    let server = ExpiredServer::start();
    let sandbox = Sandbox::new();
    sandbox.write("ca.pem", server.authority());
    let ran = sandbox.run(&["ping", server.url(), "--cacert", "ca.pem"]);
    has(
        &ran,
        1,
        &[
            "has expired",
            "2019-01-01T00:00:00Z to 2020-01-01T00:00:00Z",
        ],
    );
}

#[test]
fn a_certificate_is_verified_or_accepted_as_asked() {
    let sandbox = Sandbox::new();
    sandbox
        .target
        .write_certificate(&sandbox.path("ca.pem"))
        .unwrap();
    let url = sandbox.https_url();
    has(
        &sandbox.run(&["ping", &url, "--cacert", "ca.pem"]),
        0,
        &["certificate  verified"],
    );
    has(
        &sandbox.run(&["ping", &url, "-k"]),
        0,
        &["certificate  not verified"],
    );
}

#[test]
fn json_has_everything() {
    let sandbox = Sandbox::new();
    let url = format!("{}/", sandbox.https_url());
    let ran = sandbox.run(&["ping", &url, "-k", "--format", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&json["ok"], &json["status"]), (&true.into(), &200.into()));
    assert_eq!(json["url"], url);
    let times: Vec<&String> = json["times_ms"].as_object().unwrap().keys().collect();
    assert_eq!(
        times,
        [
            "connecting",
            "securing",
            "writing",
            "first_byte",
            "reading",
            "total"
        ]
    );
    assert_eq!(json["tls"]["certificates"][0]["names"][1], "127.0.0.1");
}

#[test]
fn redirects_are_followed_only_where_asked() {
    let sandbox = Sandbox::new();
    let url = format!("{}/redirect/2", sandbox.url());
    has(&sandbox.run(&["ping", &url]), 0, &["302 Found"]);
    has(
        &sandbox.run(&["ping", &url, "--redirects", "5"]),
        0,
        &["200 OK", "redirects  2"],
    );
}

#[test]
fn a_limit_may_be_plain_seconds() {
    let sandbox = Sandbox::new();
    let url = format!("{}/delay/10s", sandbox.url());
    let ran = sandbox.run(&["ping", &url, "--timeout", "0.1"]);
    has(&ran, 1, &["timeout: request timeout after 100ms"]);
}

#[test]
fn another_engine_is_answered_with_those_that_exist() {
    let sandbox = Sandbox::new();
    let refused = sandbox.refused(&["ping", &sandbox.url(), "--engine", "grpc"]);
    assert!(refused.contains("[possible values: http]"), "{refused}");
}
