//! Where connections lead: other places, Unix sockets, local addresses, IPv6, names, and nobody.

use std::net::{Ipv6Addr, SocketAddr, TcpListener};

use serde_json::{Value, json};
use squall_protocol::FailureClass;
use squall_target::{Target, TargetConfig};
use squall_testkit::ports::{RefusingPort, UNRESOLVABLE_HOST};

use crate::lab::{Sent, at, based, header, send, target};

fn hello() -> Value {
    json!({"url": "/", "expect": {"status": 200, "text": "hello world"}})
}

#[test]
fn connect_to_leads_elsewhere_and_keeps_the_name() {
    let target = target();
    let rule = json!([{"from": "shop.invalid:80", "to": target.http_addr().to_string()}]);
    let http = based("http://shop.invalid", json!({ "connect_to": rule }));
    let request = json!({"url": "/echo?json=1", "extract": {"echo": {"json": "$"}}});
    let sent = send(http, request).good();
    assert_eq!(header(&sent.values["echo"], "host"), ["shop.invalid"]);
}

#[test]
fn a_unix_socket_takes_the_place_of_tcp() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("target.sock");
    let config = TargetConfig {
        unix_socket: Some(path.clone()),
        threads: 1,
        ..TargetConfig::default()
    };
    let _target = Target::start(config).unwrap();
    let http = based("http://shop.invalid", json!({ "unix_socket": path }));
    send(http, hello()).good();
    let nowhere = json!({"unix_socket": folder.path().join("nobody.sock")});
    let sent = send(based("http://shop.invalid", nowhere), hello());
    assert_eq!(
        sent.failed_as(FailureClass::Connect),
        "socket does not exist"
    );
}

#[test]
fn connections_come_from_the_local_address() {
    let target = target();
    send(at(&target, json!({"local_address": "127.0.0.1"})), hello()).good();
    send(at(&target, json!({"local_address": "127.0.0.2"})), hello()).good();
    // RFC 5737: an address of documentation is never one of this machine.
    let foreign = send(at(&target, json!({"local_address": "192.0.2.1"})), hello());
    let message = foreign.failed_as(FailureClass::Connect);
    assert_eq!(message, "`192.0.2.1` is not an address of this machine");
}

#[test]
fn ipv6_is_reached_where_the_machine_has_it() {
    let address = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    if TcpListener::bind(address).is_err() {
        return;
    }
    let config = TargetConfig {
        http: address,
        threads: 1,
        ..TargetConfig::default()
    };
    let target = Target::start(config).unwrap();
    let request = json!({"url": "/echo?json=1", "extract": {"echo": {"json": "$"}}});
    let sent = send(at(&target, json!({})), request).good();
    let expect = format!("[::1]:{}", target.http_addr().port());
    assert_eq!(header(&sent.values["echo"], "host"), [expect]);
}

#[test]
fn a_name_is_resolved() {
    let target = target();
    let url = format!("http://localhost:{}", target.http_addr().port());
    send(based(&url, json!({})), hello()).good();
}

fn failed(url: &str) -> Sent {
    let sent = send(based(url, json!({})), hello());
    let operation = &sent.operation;
    assert_eq!(
        (operation.status, operation.bytes_sent, operation.connected),
        (0, 0, false)
    );
    let m = operation.moments;
    let moments = [
        m.start,
        m.connected,
        m.secured,
        m.written,
        m.first_byte,
        m.last_byte,
    ];
    assert!(moments.is_sorted(), "{m:?}");
    // What was never reached took no time: nothing of the attempt may pass for writing or reading.
    assert_eq!(
        (m.written - m.secured, m.last_byte - m.first_byte),
        (0, 0),
        "{m:?}"
    );
    sent
}

#[test]
fn a_refused_connection_is_classed_and_its_address_is_a_detail() {
    let port = RefusingPort::take().unwrap();
    let sent = failed(&format!("http://{}", port.address()));
    assert_eq!(sent.failed_as(FailureClass::Connect), "connection refused");
    let detail = &sent.failure().detail;
    assert!(detail.contains(&port.address().to_string()), "{detail}");
    assert_eq!(sent.operation.request_line, "GET /");
}

#[test]
fn a_name_that_does_not_exist_is_classed() {
    let sent = failed(&format!("http://{UNRESOLVABLE_HOST}"));
    let message = sent.failed_as(FailureClass::Dns);
    assert!(message.contains(UNRESOLVABLE_HOST), "{message}");
}

#[test]
fn a_rendered_url_that_is_none_fails_the_operation() {
    let request = json!({"url": "http://${random_choice(\"a b\")}/"});
    let sent = send(json!({}), request);
    let message = sent.failed_as(FailureClass::Request);
    assert!(message.starts_with("the URL does not parse"), "{message}");
    assert!(!message.contains("a b"), "{message}");
}
