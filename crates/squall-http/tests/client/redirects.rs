//! Redirects: RFC 9110, section 15.4.

use serde_json::{Value, json};
use squall_protocol::FailureClass;
use squall_testkit::hostile::{Action, HostileServer};

use crate::lab::{Requests, at, at_hostile, closing, echo, header, merged, send, target};

#[test]
fn a_chain_is_followed_to_its_end_and_counts_as_one_operation() {
    let target = target();
    let request =
        json!({"url": "/redirect/3", "expect": {"status": 200, "json": {"arrived": true}}});
    let sent = send(at(&target, json!({})), request).good();
    assert_eq!(sent.operation.status, 200);
    assert_eq!(target.stats().requests, 4);
    assert_eq!(target.stats().connections_accepted, 1);
}

#[test]
fn one_redirect_too_many_fails() {
    let target = target();
    let check = |url: &str, limit: Value, expect: Option<&str>| {
        let request = merged(json!({ "url": url }), limit);
        let sent = send(at(&target, json!({})), request);
        match expect {
            Some(message) => assert_eq!(sent.failed_as(FailureClass::Redirect), message),
            None => drop(sent.good()),
        }
    };
    check("/redirect/4", json!({}), Some("more than 3 redirects"));
    check("/redirect/4", json!({"redirects": 4}), None);
    check(
        "/redirect/2",
        json!({"redirects": 1}),
        Some("more than 1 redirects"),
    );
}

#[test]
fn with_no_redirects_allowed_the_redirect_is_the_answer() {
    let target = target();
    let request = json!({"url": "/redirect/1", "redirects": 0, "expect": {"status": 302, "headers": {"location": "/redirect/0"}}});
    send(at(&target, json!({})), request).good();
    assert_eq!(target.stats().requests, 1);
}

#[test]
fn methods_and_bodies_follow_the_status() {
    let target = target();
    let check = |status: u16, method: &str, expect: &str, keeps_body: bool| {
        let request = json!({
            "url": format!("/redirect?status={status}&to=%2Fecho%3Fjson%3D1"),
            "method": method, "body": {"json": {"a": 1}},
        });
        let seen = echo(&target, json!({}), request);
        assert_eq!(seen["method"], expect, "{status} {method}");
        let (body, types): (&str, &[&str]) = if keeps_body {
            (r#"{"a":1}"#, &["application/json"])
        } else {
            ("", &[])
        };
        assert_eq!(seen["body"], body, "{status} {method}");
        assert_eq!(header(&seen, "content-type"), types, "{status} {method}");
        let length: &[&str] = if keeps_body { &["7"] } else { &[] };
        assert_eq!(header(&seen, "content-length"), length, "{status} {method}");
    };
    check(301, "POST", "GET", false);
    check(302, "POST", "GET", false);
    check(302, "PUT", "PUT", true);
    check(303, "POST", "GET", false);
    check(303, "DELETE", "GET", false);
    check(307, "POST", "POST", true);
    check(308, "PUT", "PUT", true);
}

#[test]
fn a_head_request_stays_one() {
    let target = target();
    for status in [301, 302, 303, 307, 308] {
        let url = format!("/redirect?status={status}&to=%2Fbytes%2F5000");
        let sent = send(
            at(&target, json!({})),
            json!({"method": "HEAD", "url": url}),
        )
        .good();
        assert!(sent.operation.bytes_received < 1000);
    }
}

#[test]
fn credentials_stay_with_their_origin() {
    let (first, other) = (target(), target());
    let check = |host: String, expect: &[&str]| {
        let to = format!("http://{host}/echo?json=1")
            .replace('?', "%3F")
            .replace('=', "%3D");
        let request = json!({
            "url": format!("/redirect?to={to}"), "auth": {"bearer": "secret"},
            "cookies": {"own": "1"}, "headers": {"X-Kept": "yes"},
        });
        let seen = echo(&first, json!({}), request);
        assert_eq!(header(&seen, "authorization"), expect);
        assert_eq!(header(&seen, "x-kept"), ["yes"]);
        assert_eq!(header(&seen, "host"), [host]);
        assert!(header(&seen, "cookie").len() <= expect.len());
    };
    check(first.http_addr().to_string(), &["Bearer secret"]);
    check(other.http_addr().to_string(), &[]);
    // Another name for the same address is another origin.
    check(format!("localhost:{}", first.http_addr().port()), &[]);
}

#[test]
fn cookies_of_a_redirecting_answer_are_sent_to_where_it_leads() {
    let answer = "HTTP/1.1 302 Found\r\nSet-Cookie: a=1; Path=/\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n";
    let script = |bytes: &str| vec![Action::WaitForRequest, Action::Send(bytes.into())];
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let both = || HostileServer::start([script(answer), script(ok)].concat()).unwrap();
    let server = both();
    let without = send(at_hostile(&server), json!({"url": "/", "redirects": 0})).good();
    let server = both();
    let with = send(at_hostile(&server), json!({"url": "/"})).good();
    let second = with.operation.bytes_sent - without.operation.bytes_sent;
    let plain = without.operation.bytes_sent + "next".len() as u64;
    assert_eq!(second, plain + "Cookie: a=1\r\n".len() as u64);
}

#[test]
fn what_cannot_be_followed_is_classed_and_worded() {
    let check = |head: &str, expect: &str| {
        let server = closing(&format!(
            "HTTP/1.1 302 Found\r\n{head}Content-Length: 0\r\n\r\n"
        ));
        let sent = send(at_hostile(&server), json!({"url": "/"}));
        assert_eq!(sent.failed_as(FailureClass::Redirect), expect);
        assert_eq!(server.requests(), 1);
    };
    check(
        "Location: http://\r\n",
        "`Location` of the redirect is not a URL",
    );
    check(
        "Location: ftp://127.0.0.1/\r\n",
        "redirect to `ftp`, which is neither `http` nor `https`",
    );
}

#[test]
fn a_redirect_without_a_place_is_the_answer() {
    let server = closing("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    let sent = send(
        at_hostile(&server),
        json!({"url": "/", "expect": {"status": 302}}),
    );
    assert_eq!(sent.good().operation.status, 302);
}

#[test]
fn a_shared_pool_serves_every_hop_and_keeps_the_times_in_order() {
    let (first, other) = (target(), target());
    let to = format!("http://{}/delay/20ms", other.http_addr());
    let request = json!({"url": format!("/redirect?to={to}")});
    let http = at(&first, json!({"connections": {"shared": 1}}));
    let requests = Requests::new(http, &[request]);
    let sent = requests.send().remove(0).good();
    let m = sent.operation.moments;
    let moments = [
        m.start,
        m.connected,
        m.secured,
        m.written,
        m.first_byte,
        m.last_byte,
    ];
    assert!(moments.is_sorted(), "{moments:?}");
    assert!(m.last_byte - m.start >= 20_000_000);
    // Connecting is about the first hop alone: the 20 ms of the second are not in it.
    assert!(m.first_byte - m.written >= 20_000_000, "{m:?}");
}
