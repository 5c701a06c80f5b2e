//! TLS: verified unless one says otherwise.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use serde_json::{Value, json};
use squall_protocol::FailureClass;
use squall_target::{RunningTarget, Target, TargetConfig};

use crate::lab::{Requests, Sent, based, merged};

fn secure_target() -> RunningTarget {
    let config = TargetConfig {
        https: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        threads: 1,
        ..TargetConfig::default()
    };
    Target::start(config).unwrap()
}

fn get(target: &RunningTarget, host: &str, http: Value) -> Vec<Sent> {
    let port = target.https_addr().unwrap().port();
    let http = based(&format!("https://{host}:{port}"), http);
    let request = json!({"url": "/", "expect": {"text": "hello world"}});
    Requests::new(http, &[request.clone(), request]).send()
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let target = secure_target();
    for sent in get(&target, "127.0.0.1", json!({})) {
        let message = sent.failed_as(FailureClass::Tls);
        assert!(message.contains("certificate"), "{message}");
        assert!(!message.contains(char::is_numeric) || message.contains("127.0.0.1"));
    }
    assert_eq!(target.stats().requests, 0);
}

#[test]
fn a_certificate_is_trusted_through_its_authority_or_not_looked_at() {
    let target = secure_target();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    target.write_certificate(&ca_file).unwrap();
    for tls in [json!({"ca_file": ca_file}), json!({"insecure": true})] {
        for host in ["127.0.0.1", "localhost"] {
            let sent = get(&target, host, json!({ "tls": tls }));
            let first = sent[0].operation.clone();
            let m = first.moments;
            assert!(first.failures.is_empty(), "{first:?}");
            assert!(first.connected && first.secured);
            assert!(m.start < m.connected && m.connected < m.secured, "{m:?}");
            let second = &sent[1].operation;
            assert!(second.failures.is_empty() && !second.connected && !second.secured);
        }
    }
    assert_eq!(target.stats().connections_accepted, 4);
}

#[test]
fn the_name_is_verified_too() {
    let target = secure_target();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    target.write_certificate(&ca_file).unwrap();
    let to = target.https_addr().unwrap().to_string();
    let rule = json!([{"from": "shop.test:*", "to": to}]);
    let http = json!({"connect_to": rule, "tls": {"ca_file": ca_file}});
    let sent = get(&target, "shop.test", http.clone());
    let message = sent[0].failed_as(FailureClass::Tls);
    assert!(message.contains("shop.test"), "{message}");
    let named = json!({"tls": {"ca_file": ca_file, "server_name": "localhost"}});
    for sent in get(&target, "shop.test", merged(http, named)) {
        sent.good();
    }
}

#[test]
fn plain_http_behind_https_is_a_tls_failure() {
    let plain = crate::lab::target();
    let http = based(&format!("https://{}", plain.http_addr()), json!({}));
    let sent = Requests::new(http, &[json!({"url": "/"})]).send();
    sent[0].failed_as(FailureClass::Tls);
}

#[test]
fn an_authority_that_cannot_be_read_stops_everything_before_the_load() {
    let http = based(
        "https://127.0.0.1",
        json!({"tls": {"ca_file": "missing.pem"}}),
    );
    let error = Requests::in_folder(Path::new("nowhere"), http, &[json!({"url": "/"})]);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("missing.pem"), "{error}");
}

#[test]
fn large_bodies_pass_through_tls_in_both_directions() {
    let target = secure_target();
    let port = target.https_addr().unwrap().port();
    let http = based(
        &format!("https://localhost:{port}"),
        json!({"tls": {"insecure": true}}),
    );
    let text = "squall ".repeat(200_000);
    let length = text.len();
    let request = json!({"url": "/echo", "body": {"text": text}, "expect": {"body_size": {"min": length, "max": length}}});
    let chunks = json!({"url": "/stream?chunks=200&size=10000"});
    for sent in Requests::new(http, &[request, chunks]).send() {
        sent.good();
    }
    assert_eq!(target.stats().connections_accepted, 1);
}
