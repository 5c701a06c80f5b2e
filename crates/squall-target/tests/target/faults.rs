//! Failures, and connections that end too early.

use std::io::ErrorKind;

use crate::client::{Client, target};

#[test]
fn a_flaky_route_fails_exactly_its_share() {
    let target = target();
    let mut client = Client::connect(&target);
    let mut statuses = |query: &str, count| -> Vec<u16> {
        (0..count)
            .map(|_| client.get(&format!("/flaky{query}")).status)
            .collect()
    };
    let failed = |statuses: &[u16], status| statuses.iter().filter(|seen| **seen == status).count();
    for window in statuses("", 50).chunks(10) {
        assert_eq!(failed(window, 503), 1);
    }
    assert_eq!(failed(&statuses("?rate=0.25&status=500", 40), 500), 10);
    assert_eq!(failed(&statuses("?rate=0", 20), 503), 0);
    assert_eq!(failed(&statuses("?rate=1&status=429", 20), 429), 20);
    assert_eq!(statuses("?rate=2", 1), [400]);
    assert_eq!(statuses("?status=7", 1), [400]);
}

#[test]
fn a_close_leaves_no_answer() {
    let target = target();
    let mut client = Client::connect(&target);
    client.ask("GET", "/close", "", "");
    assert_eq!(client.rest().unwrap(), b"");
}

#[test]
fn a_close_in_the_body_sends_what_was_asked_for_and_no_more() {
    let target = target();
    for length in [1, 1000, 200_000] {
        let mut client = Client::connect(&target);
        client.ask("GET", &format!("/close?after={length}"), "", "");
        let all = client.rest().unwrap();
        let head = all
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap()
            + 4;
        assert_eq!(all.len() - head, length);
        let announced = format!("content-length: {}\r\n", length + 1);
        assert!(String::from_utf8_lossy(&all[..head]).contains(&announced));
    }
    assert_eq!(Client::connect(&target).get("/close?after=x").status, 400);
}

#[test]
fn a_reset_is_a_reset() {
    let target = target();
    let mut client = Client::connect(&target);
    client.ask("POST", "/reset", "", "body");
    assert_eq!(
        client.rest().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );

    let mut client = Client::connect(&target);
    client.ask("GET", "/reset?after=10", "", "");
    assert_eq!(
        client.rest().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
}

#[test]
fn a_refused_reset_leaves_the_connection_alone() {
    let target = target();
    let mut client = Client::connect(&target);
    assert_eq!(client.get("/reset?after=x").status, 400);
    client.ask("GET", "/", "Connection: close\r\n", "");
    assert!(client.rest().unwrap().ends_with(b"hello world"));
}
